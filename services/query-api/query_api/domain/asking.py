"""From the parameters of a request, as they came, to a question that can be answered; or why there is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from common.catalog import Attribution, Dimension, Metric, Rollup, Shape, Widget
from common.catalog.rows import by_activity
from common.events import AccountV1
from query_api.domain import planning
from query_api.domain.columns import columns_of, dimensions_of, metrics_of
from query_api.domain.date_range import DateRange, date_range
from query_api.domain.errors import BadInput
from query_api.domain.paging import DEFAULT_LIMIT, limit_of, read_cursor, sort_of
from query_api.domain.planning import Asking, Plan
from query_api.domain.presets import range_of
from query_api.domain.question import NO_FILTERS, OWN_DAYS, Filters, Lifecycle, Question
from query_api.domain.served import served_widgets
from query_api.domain.time_zones import time_zone

MOST_VALUES, MOST_LETTERS = 500, 200
_FORMATS = ("video", "photo")
_TIMES = ("day", "week", "month")


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    CSV_EXCEL = "csv_excel"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"

    @property
    def is_file(self) -> bool:
        """Whether all rows go into a file, in place of a page of them into an answer."""
        return self is not Format.JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters as they came; None where left out."""

    start: str | None = None
    end: str | None = None
    preset: str | None = None
    timezone: str | None = None
    accounts: tuple[str, ...] | None = None
    filters: Filters = NO_FILTERS
    attribution: Attribution | None = None
    lifecycle: Lifecycle | None = None
    compare: tuple[str, ...] = ()
    sort: str | None = None
    limit: int | None = None
    cursor: str | None = None
    explain: bool = False
    format: Format = Format.JSON
    manifest: bool = False
    """A zip of the file and what it says of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: the workspace, the accounts that may be read, its time zone and its week; `now` is the domain's."""

    workspace_id: UUID
    readable: Sequence[AccountV1]
    timezone: str
    week_start: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Metrics by dimensions, by whatever name they were asked for."""

    metrics: tuple[Metric, ...]
    dimensions: tuple[Dimension, ...]
    attributes: tuple[Dimension, ...] = ()
    attribution: Attribution | None = None
    """Where none is asked for; None is that of each metric."""
    sort: str = ""
    slots: bool = False
    lenient: bool = False
    """A metric that cannot be told so is left out, as long as another one can."""


def widget_of(slug: str) -> Widget:
    widget = served_widgets().get(slug)
    if widget is None:
        raise BadInput("slug", f"there is no widget {slug[:40]!r}", f"use one of {', '.join(served_widgets())}")
    return widget


def wanted_of(widget: Widget, attribution: Attribution | None) -> Wanted:
    """What the widget shows; switched to activity, if it knows how, where that is asked for."""
    form = by_activity(widget, widget.switched) if widget.switched and attribution is Attribution.ACTIVITY else widget
    return Wanted(
        metrics=metrics_of(form),
        dimensions=dimensions_of(form.by),
        attributes=dimensions_of(form.attributes),
        # A widget of days becomes one of posts when it is narrowed to some.
        attribution=form.attribution if form.attribution is Attribution.PUBLISHED else None,
        sort=form.sort,
        slots=form.shape is Shape.SLOTS,
        lenient=True,
    )


def question_of(wanted: Wanted, asked: Asked, asker: Asker) -> Question:
    """The question in `asked`. Raises `BadInput`."""
    filters = _filters(asked.filters)
    found = planned(wanted, filters, asked.attribution)
    timezone = time_zone(asked.timezone or asker.timezone)
    own_days = any(reading.rollup in OWN_DAYS for reading in found.readings)
    today = asker.now.astimezone(ZoneInfo(timezone)).date() if own_days else asker.now.date()
    metrics = tuple(metric for metric in wanted.metrics if metric.slug not in found.refused)
    columns = columns_of((*wanted.dimensions, *wanted.attributes, *metrics))
    ties = tuple(dimension.slug for dimension in wanted.dimensions)
    sort = sort_of(_sort(asked.sort, wanted, metrics), columns=columns, ties=ties)
    return Question(
        workspace_id=asker.workspace_id,
        accounts=_chosen(asked.accounts, _on_channels(filters.channels, asker.readable)),
        metrics=metrics,
        dimensions=wanted.dimensions,
        attributes=wanted.attributes,
        readings=found.readings,
        days=_days(asked, today=today, week_start=asker.week_start),
        timezone=timezone,
        week_start=asker.week_start,
        attribution=found.attribution,
        lifecycle=asked.lifecycle or _usual_lifecycle(found),
        filters=filters,
        sort=sort,
        limit=limit_of(asked.limit, default=_default_limit(wanted, asked.format)),
        cursor=read_cursor(asked.cursor, sort=sort) if asked.cursor is not None else None,
        slots=wanted.slots,
        left_out=tuple(dict.fromkeys(found.refused.values())),
    )


def planned(wanted: Wanted, filters: Filters, asked: Attribution | None) -> Plan:
    """Where everything is read from; raises `BadInput` with why something cannot be told so."""
    asking = Asking(
        told_by=tuple(one.slug for one in wanted.dimensions),
        attributes=tuple(one.slug for one in wanted.attributes),
        narrowed_by=filters.dimensions,
        attribution=asked or wanted.attribution,
    )
    found = planning.plan(wanted.metrics, asking)
    if found.refused and (not wanted.lenient or not found.readings):
        reason = next(iter(found.refused.values()))
        raise BadInput("metrics", reason, "GET /v1/schema lists by what each metric can be told")
    return found


def _usual_lifecycle(found: Plan) -> Lifecycle:
    """What posts have to date is asked of those that are still there; what happened has happened, gone or not."""
    grew = any(reading.rollup is Rollup.POST_DAY for reading in found.readings)
    return Lifecycle.ALL if grew else Lifecycle.LIVE


def _sort(asked: str | None, wanted: Wanted, metrics: Sequence[Metric]) -> str:
    """The usual order, unless its column had to be left out."""
    left_out = {metric.slug for metric in wanted.metrics} - {metric.slug for metric in metrics}
    usual = wanted.sort if wanted.sort.removeprefix("-") not in left_out else ""
    first = wanted.dimensions[0].slug if wanted.dimensions else metrics[0].slug
    return asked or usual or first


def _default_limit(wanted: Wanted, form: Format) -> int | None:
    """A table is read by the page; a series, the hours of a week and an export are read whole."""
    slugs = [dimension.slug for dimension in wanted.dimensions]
    is_series = len(slugs) == 1 and slugs[0] in _TIMES
    return None if form.is_file or is_series or wanted.slots or not slugs else DEFAULT_LIMIT


def _days(asked: Asked, *, today: date, week_start: int) -> DateRange:
    if asked.preset is None:
        return date_range(asked.start, asked.end, today=today)
    if asked.start is not None or asked.end is not None:
        raise BadInput("preset", "it stands beside from or to", "give either a preset or the days")
    return range_of(asked.preset, today=today, week_start=week_start)


def _filters(asked: Filters) -> Filters:
    return replace(
        asked,
        labels=_each(asked.labels, "labels", _uuid),
        plans=_each(asked.plans, "plans", _uuid),
        formats=_each(asked.formats, "formats", _format),
        posts=_each(asked.posts, "posts", str),
        hashtags=_each(asked.hashtags, "hashtags", lambda tag: tag.removeprefix("#").lower()),
        search=_searched(asked.search),
    )


def _each(values: tuple[str, ...] | None, name: str, read: Callable[[str], str]) -> tuple[str, ...] | None:
    if values is None:
        return None
    if len(values) > MOST_VALUES:
        raise BadInput(name, f"there are {len(values)} values, the most is {MOST_VALUES}", "ask for fewer at once")
    try:
        return tuple(dict.fromkeys(read(value) for value in values if value))
    except ValueError as wrong:
        raise BadInput(name, str(wrong), "see GET /v1/schema for what it may be") from None


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not an id") from None


def _format(text: str) -> str:
    if text not in _FORMATS:
        raise ValueError(f"{text[:40]!r} is neither {' nor '.join(_FORMATS)}")
    return text


def _searched(text: str | None) -> str | None:
    if text is not None and len(text) > MOST_LETTERS:
        raise BadInput("search", f"it has {len(text)} letters, the most is {MOST_LETTERS}", "search for less")
    return text or None


def _on_channels(asked: tuple[str, ...] | None, readable: Sequence[AccountV1]) -> Sequence[AccountV1]:
    return readable if asked is None else [account for account in readable if account.channel in asked]


def _chosen(asked: tuple[str, ...] | None, readable: Sequence[AccountV1]) -> tuple[AccountV1, ...]:
    if asked is None:
        return tuple(readable)
    # None given is not the same as no parameter: an empty list never means all.
    by_id = {str(account.account_id): account for account in readable}
    return tuple(_known(text, by_id) for text in dict.fromkeys(asked or ("",)))


def _known(text: str, by_id: Mapping[str, AccountV1]) -> AccountV1:
    account = by_id.get(text.lower())
    if account is None:
        # The same words for an account of somebody else and for one that never was.
        raise BadInput(
            "accounts",
            f"{text[:40]!r} is not an account you may read",
            "take ids from GET /v1/accounts, or leave it out for all",
        )
    return account
