"""A table's fields as Looker Studio wants them described. A field's name is the catalog's slug, for ever.

Looker Studio adds up what it is told it may. A ratio is a formula over two hidden parts, each of which adds up, so that
it stays right however the rows are grouped; what adds up over nothing is asked anew for every grouping.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from common.catalog import Attribution, Dimension, Metric, Unit
from common.catalog.measures import Count, Half, Mean, Measure, Quotient, Ratio, Sum, Total, WeightedMean
from common.catalog.rows import figures
from query_api.domain.looker.tables import Table

UPPER, LOWER = "__upper", "__lower"
ACCOUNT_NAME = "account_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookerField:
    """One field; `told_by` is the dimension, `metric` the metric it comes from."""

    name: str
    label: str
    description: str
    group: str
    data_type: str
    semantic_type: str
    told_by: Dimension | None = None
    metric: Metric | None = None
    adds_up: bool = False
    hidden: bool = False
    formula: str | None = None
    default: bool = False

    @property
    def is_dimension(self) -> bool:
        return self.told_by is not None


@dataclass(frozen=True, slots=True)
class _Told:
    data_type: str
    semantic_type: str
    group: str


_TEXT = _Told("STRING", "TEXT", "Posts")
_TOLD: Mapping[str, _Told] = {
    "day": _Told("STRING", "YEAR_MONTH_DAY", "Time"),
    "week": _Told("STRING", "YEAR_MONTH_DAY", "Time"),
    "month": _Told("STRING", "YEAR_MONTH", "Time"),
    "published_at": _Told("STRING", "YEAR_MONTH_DAY_SECOND", "Time"),
    "hour": _Told("STRING", "HOUR", "Time"),
    "weekday": _Told("STRING", "DAY_OF_WEEK", "Time"),
    "active_hour": _Told("STRING", "HOUR", "Audience"),
    "channel": _Told("STRING", "TEXT", "Accounts"),
    "account_id": _Told("STRING", "TEXT", "Accounts"),
    "country": _Told("STRING", "COUNTRY_CODE", "Audience"),
    "city": _Told("STRING", "CITY", "Audience"),
    "gender": _Told("STRING", "TEXT", "Audience"),
    "age": _Told("STRING", "TEXT", "Audience"),
    "share_url": _Told("STRING", "URL", "Posts"),
    "thumbnail_url": _Told("STRING", "IMAGE", "Posts"),
    "second": _Told("NUMBER", "NUMBER", "Posts"),
}
_MEASURED: Mapping[Attribution, Callable[[Metric, Half], Metric]] = {
    Attribution.ACTIVITY: lambda metric, half: replace(metric, activity=half, growth=half),
    Attribution.PUBLISHED: lambda metric, half: replace(metric, published=half),
}
_UNITS: Mapping[Unit, str] = {Unit.COUNT: "NUMBER", Unit.SECONDS: "NUMBER", Unit.SHARE: "PERCENT"}


def fields_of(table: Table, more: Mapping[str, Metric] | None = None) -> Mapping[str, LookerField]:
    """By name, dimensions first; `more` are the workspace's own metrics."""
    metrics = (*table.metrics, *filter(table.shows, (more or {}).values()))
    found = [*_dimensions(table), *(field for metric in metrics for field in _of_metric(table, metric))]
    return {field.name: field for field in found}


def _dimensions(table: Table) -> Iterator[LookerField]:
    for dimension in table.shown:
        yield _dimension(dimension, dimension.slug, dimension.name, default=dimension is table.shown[0])
        if dimension.slug == "account_id":
            yield _dimension(dimension, ACCOUNT_NAME, "Account Name", default=False)


def _dimension(dimension: Dimension, name: str, label: str, *, default: bool) -> LookerField:
    told = _TOLD.get(dimension.slug, _TEXT)
    return LookerField(
        name=name,
        label=label,
        description=dimension.meaning,
        group=told.group,
        data_type=told.data_type,
        semantic_type=told.semantic_type,
        told_by=dimension,
        default=default,
    )


def _of_metric(table: Table, metric: Metric) -> Iterator[LookerField]:
    measure = figures(metric, table.rollup)[1]
    if isinstance(measure, Ratio | WeightedMean | Mean):
        yield _part(table, metric, measure, UPPER)
        yield _part(table, metric, measure, LOWER)
        yield _metric(metric, formula=f"SUM({metric.slug}{UPPER})/SUM({metric.slug}{LOWER})")
        return
    yield _metric(metric, adds_up=_adds_up(table, measure))


def _adds_up(table: Table, measure: Measure | None) -> bool:
    if isinstance(measure, Total):
        parts = (metric for metric in table.metrics if metric.slug in measure.metrics)
        return all(_adds_up(table, figures(part, table.rollup)[1]) for part in parts)
    return isinstance(measure, Sum | Count)


def _metric(metric: Metric, *, adds_up: bool = False, formula: str | None = None) -> LookerField:
    return LookerField(
        name=metric.slug,
        label=metric.name,
        description=" ".join((metric.meaning, *metric.caveats)),
        group="Figures",
        data_type="NUMBER",
        semantic_type=_UNITS[metric.unit],
        metric=metric,
        adds_up=adds_up,
        formula=formula,
    )


def _part(table: Table, metric: Metric, quotient: Quotient, which: str) -> LookerField:
    half = Half(quotient, lower=which == LOWER)
    part = _MEASURED[table.attribution](replace(metric, slug=f"{metric.slug}{which}"), half)
    return LookerField(
        name=f"{metric.slug}{which}",
        label=f"{metric.name} ({'upper' if which == UPPER else 'lower'} part)",
        description="A part of a formula.",
        group="Parts of formulas",
        data_type="NUMBER",
        semantic_type="NUMBER",
        metric=part,
        adds_up=True,
        hidden=True,
    )
