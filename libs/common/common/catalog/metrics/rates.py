"""Engagement set in relation: per post, per view, per viewer, per follower."""

from common.catalog.measures import Count, Median, Ratio
from common.catalog.model import ColumnSet, Kind, Metric, Unit

_OF_SUMS = "Over several rows the sums are divided, not the rates averaged; a row counts only where both are known."

RATES = (
    Metric(
        slug="engagement_per_post",
        name="Engagement Per Post",
        tiktok_name=None,
        meaning="Engagement over published posts, the same posts in both.",
        kind=Kind.NUMBER,
        unit=Unit.COUNT,
        published=Ratio("engagement", "published_posts"),
        shown_in=(ColumnSet.POSTS, ColumnSet.FIGURES),
        caveats=(_OF_SUMS, "Young posts still collect, so the newest days look weak."),
        differs="The app has no such figure.",
    ),
    Metric(
        slug="median_engagement_per_post",
        name="Median Engagement Per Post",
        tiktok_name=None,
        meaning="The engagement that half of the posts reach; one viral post does not move it.",
        kind=Kind.NUMBER,
        unit=Unit.COUNT,
        published=Median("engagement"),
        caveats=("Of few posts it says little: look at Posts With Known Engagement beside it.",),
        differs="The app has no such figure.",
    ),
    Metric(
        slug="posts_with_engagement",
        name="Posts With Known Engagement",
        tiktok_name=None,
        meaning="Posts whose likes, comments and shares are all known: how many a mean or median rests on.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Count("engagement"),
        differs="The app has no such figure.",
    ),
    Metric(
        slug="engagement_rate_by_views",
        name="Engagement Rate by Views",
        tiktok_name=None,
        meaning="Engagement over video views.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        activity=Ratio("engagement", "video_views"),
        published=Ratio("engagement", "video_views"),
        growth=Ratio("engagement", "video_views"),
        shown_in=(ColumnSet.POSTS, ColumnSet.DAYS, ColumnSet.GROWTH, ColumnSet.FIGURES),
        caveats=(_OF_SUMS, "Paid views are in the denominator and lower the rate of an advertised post."),
        differs="The app has no such figure; other tools may add favorites to the numerator.",
    ),
    Metric(
        slug="engagement_rate_by_reach",
        name="Engagement Rate by Reach",
        tiktok_name=None,
        meaning="Engagement over the people reached.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        activity=Ratio("engagement", "reached_audience"),
        published=Ratio("engagement", "post_reach"),
        shown_in=(ColumnSet.POSTS, ColumnSet.DAYS),
        caveats=(
            _OF_SUMS,
            "Over several days or posts the denominator holds a person more than once: read it as an average weighted "
            "by reach.",
        ),
        differs="The app has no such figure.",
    ),
    Metric(
        slug="engagement_rate_by_followers",
        name="Engagement Rate by Followers",
        tiktok_name=None,
        meaning="Engagement of a day over the followers at its end.",
        kind=Kind.NUMBER,
        unit=Unit.SHARE,
        activity=Ratio("engagement", "followers"),
        shown_in=(ColumnSet.DAYS, ColumnSet.FIGURES),
        caveats=(
            _OF_SUMS,
            "Over a range it is the average rate of a day, not the range's engagement over the followers at its end.",
            "Most viewers on TikTok do not follow, so a rate above 1 is possible.",
        ),
        differs="The app has no such figure; benchmarks often divide the engagement of a whole month.",
    ),
)
