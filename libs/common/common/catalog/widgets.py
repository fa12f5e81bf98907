"""The widgets: one row each."""

from common.catalog.model import Attribution, Widget

WIDGETS = (
    Widget(
        slug="followers",
        name="Followers",
        shows="Line of totals; net, new and lost followers",
        attribution=Attribution.ACTIVITY,
        by=("day",),
        metrics=("followers", "net_followers", "new_followers", "lost_followers"),
        sort="day",
    ),
    Widget(
        slug="video_views",
        name="Video Views",
        shows="Line of views a day",
        attribution=Attribution.ACTIVITY,
        by=("day",),
        metrics=("video_views",),
        sort="day",
    ),
    Widget(
        slug="post_engagement",
        name="Post Engagement",
        shows="Stacked likes, comments and shares a day",
        attribution=Attribution.ACTIVITY,
        by=("day",),
        metrics=("applause", "conversation", "amplification", "engagement"),
        sort="day",
    ),
    Widget(
        slug="post_explorer",
        name="Post Explorer",
        shows="Table of posts with every post metric",
        attribution=Attribution.PUBLISHED,
        by=("account_id", "post_id"),
        attributes=("published_at", "format", "caption", "share_url", "thumbnail_url"),
        metrics=(
            "post_video_views",
            "post_likes",
            "post_comments",
            "post_shares",
            "engagement",
            "post_reach",
            "post_completion_rate",
            "post_total_play_time",
            "post_average_watch_time",
            "post_video_length",
        ),
        sort="-published_at",
    ),
)
