"""The posts, and the counters of a post from its publishing to the last observation."""

from common.catalog.measures import Count, Sum
from common.catalog.metrics.sentences import SETTLED
from common.catalog.model import ColumnSet, Kind, Metric, Unit

_TO_DATE = "A lifetime counter: it grows until TikTok stops updating it, 365 days after publishing."

POSTS = (
    Metric(
        slug="published_posts",
        name="Published Posts",
        tiktok_name=None,
        meaning="Posts published, by the moment of publishing.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Count(),
        shown_in=(ColumnSet.POSTS, ColumnSet.FIGURES),
        caveats=(
            "TikTok lists public posts and those shown only in advertisements; one that was private or taken down each "
            "time we looked was never seen.",
        ),
        differs="The app also counts private posts for their owner, and its days are cut at the owner's midnight.",
    ),
    Metric(
        slug="post_video_views",
        name="TikTok Post Video Views",
        tiktok_name="Views",
        meaning="Views of a post since it was published.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("video_views"),
        growth=Sum("video_views"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=(_TO_DATE, "Views bought by advertising are in it."),
        differs=SETTLED,
    ),
    Metric(
        slug="post_likes",
        name="TikTok Post Likes",
        tiktok_name="Like",
        meaning="Likes a post has now.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("likes"),
        growth=Sum("likes"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=(_TO_DATE, "Net: it can fall when likes are taken back."),
        differs=SETTLED,
    ),
    Metric(
        slug="post_comments",
        name="TikTok Post Comments",
        tiktok_name="Comment",
        meaning="Comments a post has now.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("comments"),
        growth=Sum("comments"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=(_TO_DATE, "It can fall when comments are deleted."),
        differs=SETTLED,
    ),
    Metric(
        slug="post_shares",
        name="TikTok Post Shares",
        tiktok_name="Shares",
        meaning="Times a post was shared.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("shares"),
        growth=Sum("shares"),
        shown_in=(ColumnSet.A_POST, ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=(_TO_DATE,),
        differs="TikTok's website shows fewer: it leaves out what was sent to friends inside the app.",
    ),
    Metric(
        slug="favorites",
        name="TikTok Post Favorites",
        tiktok_name="Favorites",
        meaning="Times a post was saved.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("favorites"),
        growth=Sum("favorites"),
        shown_in=(ColumnSet.POSTS, ColumnSet.GROWTH),
        caveats=(_TO_DATE, "Not part of Engagement."),
        differs=SETTLED,
    ),
)
