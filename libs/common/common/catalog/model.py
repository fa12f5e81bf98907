"""The shapes of the catalog: fields TikTok offers, metrics over them, dimensions and widgets. Pure data, no I/O."""

from dataclasses import dataclass
from enum import StrEnum

from common.catalog.measures import Measure


class Kind(StrEnum):
    """What a value is; decides its type in events, in ClickHouse, in answers and in exports."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"
    EPOCH_SECONDS = "epoch_seconds"
    TIMESTAMP = "timestamp"
    ID = "id"
    BREAKDOWN = "breakdown"


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    """A fraction from 0 to 1."""
    PERCENT = "percent"
    """Of a hundred: a share times 100."""
    NUMBER = "number"
    """Of no unit, such as a score."""


class Grain(StrEnum):
    """What one row of TikTok's answer speaks of."""

    PROFILE = "profile"
    PROFILE_DAY = "profile_day"
    POST = "post"


class Gate(StrEnum):
    """Which accounts TikTok gives a field for."""

    NONE = "none"
    BUSINESS = "business"
    REGISTERED_BUSINESS = "registered_business"
    HUNDRED_FOLLOWERS = "hundred_followers"
    """A Business account with 100 followers or more."""


class Attribution(StrEnum):
    """Which figures a range selects."""

    ACTIVITY = "activity"
    """What happened in the range."""
    PUBLISHED = "published"
    """Lifetime figures, to date, of the posts published in the range."""


class Rollup(StrEnum):
    """The rows a widget reads; `registry.HAS_VIEW` says which of them the warehouse can show today."""

    ACCOUNT_DAY = "account_day"
    POST_LATEST = "post_latest"
    POST_DAY = "post_day"
    AUDIENCE_DAY = "audience_day"
    POST_BREAKDOWNS = "post_breakdowns"
    """`post_latest`, with a row for each item of its traffic sources or curves."""
    BENCHMARK = "benchmark"
    """TikTok's averages of a business category."""


class ColumnSet(StrEnum):
    """Columns that several widgets have in common, and the Scorecard's: a metric's row says in which it is shown."""

    A_POST = "a_post"
    """Of the Post Explorer."""
    POSTS = "posts"
    """Of the explorers of channels, accounts, labels and formats: figures of their posts."""
    DAYS = "days"
    """Of the explorers of channels and accounts switched to activity: figures of the accounts' days."""
    GROWTH = "growth"
    """Of the explorers of labels and formats switched to activity: what their posts gained."""
    FIGURES = "figures"
    """Of the Scorecard."""


_OF_POSTS = frozenset({Rollup.POST_LATEST, Rollup.POST_DAY, Rollup.POST_BREAKDOWNS})


class Shape(StrEnum):
    """What a widget's rows are."""

    SERIES = "series"
    """A row for every day of the range."""
    POSTS = "posts"
    """A row for every post."""
    GROUPS = "groups"
    """A row for every account, channel, format, label, country ..."""
    SLOTS = "slots"
    """A row for every hour of the week, then one for every format."""
    FIGURES = "figures"
    """One row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of TikTok's Accounts API, under TikTok's own name."""

    name: str
    grain: Grain
    kind: Kind
    scope: str
    gate: Gate = Gate.NONE
    latency_hours: int = 0
    """After how many hours TikTok says the value is there at the latest; 0 is real time."""
    pauses: bool = False
    """Goes missing while a post is idle for more than 7 days."""
    is_state: bool = False
    """A number that describes a post: smaller or larger at any time, it does not grow over the post's life."""
    minimum: float | None = None
    maximum: float | None = None
    parts: tuple[tuple[str, Kind], ...] = ()
    """For a breakdown: the keys of its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number users know by name.

    `activity` reads the account's days, `published` the posts' lifetime counters, `growth` what these gained from day
    to day, `current` the profile of this moment.
    """

    slug: str
    name: str
    tiktok_name: str | None
    meaning: str
    kind: Kind
    unit: Unit
    activity: Measure | None = None
    published: Measure | None = None
    growth: Measure | None = None
    current: Measure | None = None
    shown_in: tuple[ColumnSet, ...] = ()
    caveats: tuple[str, ...] = ()
    """What a reader must know that does not follow from the fields' gates, delays and pauses."""
    differs: str
    """Why the number may not be the one in TikTok's app."""
    version: int = 1
    deprecated: str = ""
    """Why it goes away, and what to ask for instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Something rows are told apart by, or an attribute they are shown with."""

    slug: str
    name: str
    kind: Kind
    meaning: str
    labels_of: str = ""
    """The breakdown of an audience whose labels it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """Pairs of metrics and dimensions that nobody can answer, with the reason."""

    dimensions: tuple[str, ...]
    reason: str
    """Names the pair by `{metric}` and `{dimension}`."""
    metrics: tuple[str, ...] = ()
    """Empty: every metric."""
    besides: tuple[str, ...] = ()
    """Metrics that are possible after all."""
    lacking: Attribution | None = None
    """Only metrics that have no figures by it."""
    unless: tuple[str, ...] = ()
    """Dimensions that, all together on a row, make the pair possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What a widget of posts shows when it is asked for activity."""

    shows: str
    rollup: Rollup
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A question asked often enough to have a name: which metrics, by which dimensions, under which attribution."""

    slug: str
    name: str
    shows: str
    attribution: Attribution
    """A metric that has no figures by it is shown by the other one."""
    rollup: Rollup
    by: tuple[str, ...]
    """Dimension slugs that make a row."""
    attributes: tuple[str, ...] = ()
    """Dimension slugs shown with a row."""
    metrics: tuple[str, ...] = ()
    sort: str = ""
    """Column of the default order; a leading minus is descending."""
    totals: bool = False
    """Has a row over all of its rows, where every account and every post counts once."""
    switched: Switch | None = None
    any_metric: bool = False
    """Whoever looks may choose which metrics it shows; `metrics` are shown where nobody does."""

    @property
    def reads_posts(self) -> bool:
        return self.shape is Shape.FIGURES or self.rollup in _OF_POSTS

    @property
    def shape(self) -> Shape:
        if not self.by:
            return Shape.FIGURES
        if self.by == ("day",):
            return Shape.SERIES
        if {"weekday", "hour"} <= set(self.by):
            return Shape.SLOTS
        return Shape.POSTS if self.by == ("account_id", "post_id") else Shape.GROUPS
