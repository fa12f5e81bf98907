"""How long and how far a post is watched."""

from common.catalog.measures import Mean, Part, Ratio, Sum, WeightedMean
from common.catalog.model import Kind, Metric, Unit

_IDLE = "While TikTok leaves it out for an idle post, the last value given stands."

WATCHING = (
    Metric(
        slug="post_completion_rate",
        name="TikTok Post Video Views – Complete",
        tiktok_name="Watched Full Video",
        meaning="Share of the views that watched to the end; over posts weighted by views.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        published=WeightedMean("full_video_watched_rate", "video_views"),
        caveats=(_IDLE, "Short videos reach higher shares: compare posts of like length."),
        differs="The app rounds it, and shows it for one post at a time only.",
    ),
    Metric(
        slug="post_total_play_time",
        name="TikTok Total Play Time",
        tiktok_name="Total Play Time",
        meaning="Seconds watched over all views.",
        kind=Kind.NUMBER,
        unit=Unit.SECONDS,
        published=Sum("total_time_watched"),
        growth=Sum("total_time_watched"),
        caveats=(_IDLE, "Repeated playing counts, so a view may last longer than the video."),
        differs="The app writes hours, minutes and seconds, rounded.",
    ),
    Metric(
        slug="post_average_watch_time",
        name="TikTok Video Average Watch Time",
        tiktok_name="Average Watch Time",
        meaning="Seconds watched per view, where both are known.",
        kind=Kind.NUMBER,
        unit=Unit.SECONDS,
        published=Ratio("post_total_play_time", "post_video_views"),
        growth=Ratio("post_total_play_time", "post_video_views"),
        caveats=("Worked out from play time and views, so that several posts are weighted by their views.",),
        differs="TikTok's own average of a post is refreshed at another moment than its views and play time, and "
        "while play time pauses for an idle post its views may go on.",
    ),
    Metric(
        slug="post_video_length",
        name="TikTok Video Length",
        tiktok_name=None,
        meaning="Length of the video; over posts their mean.",
        kind=Kind.NUMBER,
        unit=Unit.SECONDS,
        published=Mean("video_duration"),
        caveats=("Photo posts may have none and then do not enter the mean.",),
        differs="The app shows whole seconds.",
    ),
    Metric(
        slug="retention",
        name="Retention",
        tiktok_name="Retention rate",
        meaning="Share of the viewers still watching at a second of the video.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        published=Part("video_view_retention"),
        caveats=("A curve of one post: curves of videos of different length have no mean.",),
        differs="The app draws a smoothed line.",
    ),
    Metric(
        slug="likes_by_second",
        name="Likes by Second",
        tiktok_name="Likes",
        meaning="Share of a post's likes that were given at a second of the video.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        published=Part("engagement_likes"),
        caveats=("A curve of one post: curves of videos of different length have no mean.",),
        differs="The app draws a smoothed line.",
    ),
)
