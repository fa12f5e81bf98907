"""What is asked of the warehouse, whole and checked: a widget, a query and an export are all one of these."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from common.catalog import Attribution, Dimension, Metric, Rollup
from common.events import AccountV1
from query_api.domain.columns import Column, columns_of
from query_api.domain.date_range import DateRange
from query_api.domain.paging import Cursor, Sort


class Lifecycle(StrEnum):
    """Which posts count."""

    LIVE = "live"
    """Those that are still there."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What posts are narrowed to; None is no narrowing. Channels narrow the accounts, before anything is read."""

    channels: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    plans: tuple[str, ...] | None = None
    formats: tuple[str, ...] | None = None
    posts: tuple[str, ...] | None = None
    hashtags: tuple[str, ...] | None = None
    search: str | None = None

    @property
    def of_posts(self) -> dict[str, tuple[str, ...] | str]:
        """By its name each narrowing of posts that is given."""
        given = {name: getattr(self, name) for name in DIMENSION_OF}
        return {name: value for name, value in given.items() if value is not None}

    def narrowed(self, name: str, values: tuple[str, ...]) -> "Filters":
        """With one more."""
        return Filters(**{field.name: getattr(self, field.name) for field in fields(self)} | {name: values})

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What the posts are narrowed by."""
        return tuple(DIMENSION_OF[name] for name in self.of_posts)


DIMENSION_OF = {
    "labels": "label",
    "plans": "plan",
    "formats": "format",
    "posts": "post_id",
    "hashtags": "hashtag",
    "search": "caption",
}
NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Metrics and the rollup they are read from."""

    rollup: Rollup
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`readings` are what `planning` found for the metrics. `attribution` is that of most of them."""

    workspace_id: UUID
    accounts: tuple[AccountV1, ...]
    metrics: tuple[Metric, ...]
    dimensions: tuple[Dimension, ...]
    attributes: tuple[Dimension, ...] = ()
    readings: tuple[Reading, ...]
    days: DateRange
    timezone: str = "UTC"
    """The viewer's; days of activity are UTC whatever it is."""
    week_start: int = 1
    """1 is Monday, 7 Sunday."""
    attribution: Attribution
    lifecycle: Lifecycle
    filters: Filters = NO_FILTERS
    sort: Sort
    limit: int | None
    """None is every row."""
    cursor: Cursor | None = None
    slots: bool = False
    """The hours of the week, then the formats, instead of each format's hours."""
    left_out: tuple[str, ...] = ()
    """Why metrics of a widget are not among these."""

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of((*self.dimensions, *self.attributes, *self.metrics))

    @property
    def account_ids(self) -> list[UUID]:
        return [account.account_id for account in self.accounts]

    @property
    def told_by(self) -> tuple[str, ...]:
        return tuple(dimension.slug for dimension in self.dimensions)

    @property
    def own_days(self) -> bool:
        """Whether days of publishing, which are the viewer's, decide anything."""
        return any(reading.rollup in OWN_DAYS for reading in self.readings)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The range in UTC, from the viewer's midnight to the viewer's midnight."""
        first, end = (
            datetime.combine(day, time(), ZoneInfo(self.timezone)) for day in (self.days.start, self.days.end)
        )
        return first.astimezone(UTC), end.astimezone(UTC)


OWN_DAYS = frozenset({Rollup.POST_LATEST, Rollup.POST_BREAKDOWNS})
