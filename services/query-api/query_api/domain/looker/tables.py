"""The tables a data source is made of: what one row is, and which fields it has.

A table has one attribution, so that no chart mixes figures of days with lifetime figures of posts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from common.catalog import Attribution, Dimension, Metric, Rollup, catalog
from common.catalog.measures import Part
from common.catalog.rows import figures

_TIMES = ("day", "week", "month")
_ACCOUNT = ("channel", "account_id")
_OF_POSTS = ("format", "label", "plan", "hashtag", "video_length_band")
_ONE_POST = ("post_id", "published_at", "caption", "share_url", "thumbnail_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rollup` is the one that decides which metrics there are."""

    slug: str
    name: str
    meaning: str
    rollup: Rollup
    attribution: Attribution
    counts: str
    """The metric that tells which rows there are."""
    dimensions: tuple[str, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The catalog's metrics with figures in this table."""
        return tuple(metric for metric in catalog().metrics.values() if self.shows(metric))

    def shows(self, metric: Metric) -> bool:
        measure = figures(metric, self.rollup)[1]
        of_items = self.rollup in _OF_ITEMS
        return measure is not None and (isinstance(measure, Part) == of_items or metric.slug in _BESIDE)

    @property
    def of_growth(self) -> bool:
        return self.rollup is Rollup.POST_DAY

    @property
    def shown(self) -> tuple[Dimension, ...]:
        return tuple(catalog().dimensions[slug] for slug in self.dimensions)


_OF_ITEMS = (Rollup.AUDIENCE_DAY, Rollup.POST_BREAKDOWNS)
# A share of followers becomes followers.
_BESIDE = ("followers",)

_ROWS = (
    Table(
        slug="account_days",
        name="Accounts by day",
        meaning="What happened on each day, as TikTok counts it for an account; days are UTC.",
        rollup=Rollup.ACCOUNT_DAY,
        attribution=Attribution.ACTIVITY,
        counts="video_views",
        dimensions=(*_TIMES, *_ACCOUNT),
    ),
    Table(
        slug="posts",
        name="Posts",
        meaning="What posts have to date, by when they were published, in your time zone.",
        rollup=Rollup.POST_LATEST,
        attribution=Attribution.PUBLISHED,
        counts="published_posts",
        dimensions=(*_TIMES, "hour", "weekday", *_ACCOUNT, *_OF_POSTS, *_ONE_POST),
    ),
    Table(
        slug="post_growth",
        name="Growth of posts by day",
        meaning="What posts of any age gained on each day; days are UTC.",
        rollup=Rollup.POST_DAY,
        attribution=Attribution.ACTIVITY,
        counts="video_views",
        dimensions=(*_TIMES, *_ACCOUNT, *_OF_POSTS, *_ONE_POST),
    ),
    Table(
        slug="audience",
        name="Audience",
        meaning="Followers by country, city, gender or age, and when they are active; one of these in a chart.",
        rollup=Rollup.AUDIENCE_DAY,
        attribution=Attribution.ACTIVITY,
        counts="followers",
        dimensions=("country", "city", "gender", "age", "active_hour"),
    ),
    Table(
        slug="traffic",
        name="Traffic sources of posts",
        meaning="Where the views of posts began, as shares of their views.",
        rollup=Rollup.POST_BREAKDOWNS,
        attribution=Attribution.PUBLISHED,
        counts="impression_share",
        dimensions=("traffic_source",),
    ),
)

TABLES: Mapping[str, Table] = {table.slug: table for table in _ROWS}
DEFAULT_TABLE = "account_days"
