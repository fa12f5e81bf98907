"""The shapes of the catalog: fields TikTok offers, metrics over them, dimensions and widgets. Pure data, no I/O."""

from dataclasses import dataclass
from enum import StrEnum


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
    minimum: float | None = None
    maximum: float | None = None
    parts: tuple[tuple[str, Kind], ...] = ()
    """For a breakdown: the keys of its items."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many posts."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A field added up over days, posts and accounts."""

    field: str


@dataclass(frozen=True, slots=True)
class Last:
    """A state: the value at the end of a day, added up over accounts, never over days."""

    field: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of other metrics; missing where one of them is missing."""

    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The sum of one field over the sum of another, over the rows where both are known."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a field over posts."""

    field: str


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """The mean of a field over posts, weighted by another, over the posts where both are known."""

    field: str
    weight: str


@dataclass(frozen=True, slots=True)
class PerPost:
    """A field that adds up over nothing: only a single post has it."""

    field: str


Measure = Count | Sum | Last | Total | Ratio | Mean | WeightedMean | PerPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number users know by name. `activity` reads the account's days, `published` the posts' lifetime counters."""

    slug: str
    name: str
    tiktok_name: str | None
    meaning: str
    kind: Kind
    unit: Unit
    activity: Measure | None = None
    published: Measure | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Something rows are told apart by, or an attribute they are shown with."""

    slug: str
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A question asked often enough to have a name: which metrics, by which dimensions, under which attribution."""

    slug: str
    name: str
    shows: str
    attribution: Attribution
    by: tuple[str, ...]
    """Dimension slugs that make a row."""
    attributes: tuple[str, ...] = ()
    """Dimension slugs shown with a row."""
    metrics: tuple[str, ...] = ()
    sort: str = ""
    """Column of the default order; a leading minus is descending."""
