"""The widgets: one row each. Adding one here renders its view, where the warehouse has the rollup it reads.

Columns that several widgets share come from the metrics, which say in which of these they are shown.
"""

from common.catalog.metrics import METRICS
from common.catalog.model import Attribution, ColumnSet, Rollup, Switch, Widget

_ENGAGEMENT = ("applause", "conversation", "amplification", "engagement")


def _shown_in(columns: ColumnSet) -> tuple[str, ...]:
    return tuple(metric.slug for metric in METRICS if columns in metric.shown_in)


def _figures() -> tuple[str, ...]:
    """The accounts' before those that only posts have."""
    of_days = {metric.slug for metric in METRICS if metric.activity}
    return tuple(sorted(_shown_in(ColumnSet.FIGURES), key=lambda slug: slug not in of_days))


_OF_A_POST = _shown_in(ColumnSet.A_POST)
_OF_POSTS = _shown_in(ColumnSet.POSTS)
# The account's own days.
_OF_DAYS = Switch(
    shows="What happened in the range, by TikTok's daily figures of the accounts",
    rollup=Rollup.ACCOUNT_DAY,
    metrics=_shown_in(ColumnSet.DAYS),
)
# What posts of any age gained.
_OF_GROWTH = Switch(
    shows="What posts of any age gained in the range",
    rollup=Rollup.POST_DAY,
    metrics=_shown_in(ColumnSet.GROWTH),
)

_SERIES = (
    Widget(
        slug="followers",
        name="Followers",
        shows="Line of totals; net, new and lost followers",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("day",),
        metrics=("followers", "net_followers", "new_followers", "lost_followers"),
        sort="day",
    ),
    Widget(
        slug="published_posts",
        name="Published Posts",
        shows="Bars of posts published a day",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("day",),
        metrics=("published_posts",),
        sort="day",
    ),
    Widget(
        slug="video_views",
        name="Video Views",
        shows="Line of views a day",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("day",),
        metrics=("video_views",),
        sort="day",
    ),
    Widget(
        slug="post_engagement",
        name="Post Engagement",
        shows="Stacked likes, comments and shares a day",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("day",),
        metrics=_ENGAGEMENT,
        sort="day",
    ),
    Widget(
        slug="average_engagement_per_post",
        name="Average Engagement Per Post",
        shows="Line by day of publishing, and the figure of the range",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("day",),
        metrics=("engagement_per_post", "posts_with_engagement"),
        sort="day",
    ),
)

_FIGURES = (
    Widget(
        slug="scorecard",
        name="Scorecard",
        shows="Metrics as figures of the range",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=(),
        metrics=_figures(),
        any_metric=True,
    ),
)

_TABLES = (
    Widget(
        slug="channel_explorer",
        name="Channel Explorer",
        shows="Table of channels: figures of their posts",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("channel",),
        metrics=_OF_POSTS,
        sort="-engagement",
        totals=True,
        switched=_OF_DAYS,
        any_metric=True,
    ),
    Widget(
        slug="account_explorer",
        name="Account Explorer",
        shows="Table of accounts: figures of their posts",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("account_id",),
        metrics=_OF_POSTS,
        sort="-engagement",
        totals=True,
        switched=_OF_DAYS,
        any_metric=True,
    ),
    Widget(
        slug="label_explorer",
        name="Label Explorer",
        shows="Table of labels: figures of their posts",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("label",),
        metrics=_OF_POSTS,
        sort="-engagement",
        totals=True,
        switched=_OF_GROWTH,
        any_metric=True,
    ),
    Widget(
        slug="format_explorer",
        name="Format Explorer",
        shows="Table of formats: figures of their posts",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("format",),
        metrics=_OF_POSTS,
        sort="-engagement",
        totals=True,
        switched=_OF_GROWTH,
        any_metric=True,
    ),
    Widget(
        slug="post_explorer",
        name="Post Explorer",
        shows="Table of posts with every post metric",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("account_id", "post_id"),
        attributes=("published_at", "format", "caption", "share_url", "thumbnail_url"),
        metrics=_OF_A_POST,
        sort="-published_at",
        any_metric=True,
    ),
    Widget(
        slug="post_gallery",
        name="Post Gallery",
        shows="Cards of posts: picture, caption, link and figures",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("account_id", "post_id"),
        attributes=("published_at", "format", "caption", "share_url", "thumbnail_url"),
        metrics=("post_video_views", "post_likes", "post_comments", "post_shares", "engagement"),
        sort="-published_at",
        any_metric=True,
    ),
    Widget(
        slug="top_posts",
        name="Top Posts",
        shows="The posts with the most engagement",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("account_id", "post_id"),
        attributes=("published_at", "format", "caption", "share_url", "thumbnail_url"),
        metrics=("engagement", "engagement_rate_by_views", "post_video_views", "post_reach", "favorites"),
        sort="-engagement",
    ),
    Widget(
        slug="best_performing_day_time_format",
        name="Best Performing Day, Time and Format",
        shows="Heat map of the week's hours, then the formats: median engagement per post, and of how many posts",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("weekday", "hour", "format"),
        metrics=("median_engagement_per_post", "posts_with_engagement", "published_posts"),
        sort="weekday",
    ),
)

_BARS = (
    Widget(
        slug="post_engagement_by_account",
        name="Post Engagement by Account",
        shows="Bars of likes, comments and shares per account",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("account_id",),
        metrics=_ENGAGEMENT,
        sort="-engagement",
    ),
    Widget(
        slug="post_engagement_by_channel",
        name="Post Engagement by Channel",
        shows="Bars of likes, comments and shares per channel",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("channel",),
        metrics=_ENGAGEMENT,
        sort="-engagement",
    ),
    Widget(
        slug="post_engagement_by_format",
        name="Post Engagement by Format",
        shows="Bars of likes, comments and shares per format",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("format",),
        metrics=_ENGAGEMENT,
        sort="-engagement",
    ),
    Widget(
        slug="post_engagement_by_label",
        name="Post Engagement by Label",
        shows="Bars of likes, comments and shares per label",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("label",),
        metrics=_ENGAGEMENT,
        sort="-engagement",
    ),
    Widget(
        slug="video_views_by_account",
        name="Video Views by Account",
        shows="Bars of views per account",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("account_id",),
        metrics=("video_views",),
        sort="-video_views",
    ),
    Widget(
        slug="video_views_by_channel",
        name="Video Views by Channel",
        shows="Bars of views per channel",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.ACCOUNT_DAY,
        by=("channel",),
        metrics=("video_views",),
        sort="-video_views",
    ),
    Widget(
        slug="video_views_by_label",
        name="Video Views by Label",
        shows="Bars of views per label",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_LATEST,
        by=("label",),
        metrics=("video_views",),
        sort="-video_views",
    ),
)


def _followers_by(dimension: str, name: str) -> Widget:
    return Widget(
        slug=f"followers_by_{dimension}",
        name=f"Followers by {name}",
        shows="Bars of followers, the share times the total; less than all, and as of two days ago",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.AUDIENCE_DAY,
        by=(dimension,),
        metrics=("followers",),
        sort="-followers",
    )


_AUDIENCE = (
    _followers_by("country", "Country"),
    _followers_by("city", "City"),
    _followers_by("gender", "Gender"),
    _followers_by("age", "Age"),
    Widget(
        slug="audience_activity",
        name="Audience Activity",
        shows="Followers active by the hour",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.AUDIENCE_DAY,
        by=("active_hour",),
        metrics=("active_followers",),
        sort="active_hour",
    ),
)

_OF_ONE_POST = (
    Widget(
        slug="traffic_sources",
        name="Traffic Sources",
        shows="Where the views of the posts began",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_BREAKDOWNS,
        by=("traffic_source",),
        metrics=("impression_share",),
        sort="-impression_share",
    ),
    Widget(
        slug="retention_curve",
        name="Retention Curve",
        shows="Viewers still watching, and likes given, by the second of a video",
        attribution=Attribution.PUBLISHED,
        rollup=Rollup.POST_BREAKDOWNS,
        by=("post_id", "second"),
        metrics=("retention", "likes_by_second"),
        sort="second",
    ),
    Widget(
        slug="benchmark",
        name="Benchmark",
        shows="Figures of an account beside TikTok's averages of its category",
        attribution=Attribution.ACTIVITY,
        rollup=Rollup.BENCHMARK,
        by=("account_id",),
        metrics=("followers", "video_views", "applause", "conversation", "amplification"),
        sort="account_id",
    ),
)

WIDGETS = (*_SERIES, *_FIGURES, *_TABLES, *_BARS, *_AUDIENCE, *_OF_ONE_POST)
