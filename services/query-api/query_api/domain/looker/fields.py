"""A table's fields as Looker Studio wants them described. A field's name is the catalog's slug, for ever.

Looker Studio adds up what it is told it may. A ratio is a formula over two hidden parts, each of which adds up, so that
it stays right however the rows are grouped, and so is a metric of the workspace's own, over its formula's; what adds up
over nothing is asked anew for every grouping.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from common.catalog import Attribution, Dimension, Metric, Unit, catalog
from common.catalog.measures import Formula, Half, Mean, Quotient, Ratio, Term, WeightedMean
from common.catalog.rows import figures
from query_api.domain.looker.formulas import adds_up, terms_of, text_of
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
_MEASURED: Mapping[Attribution, Callable[[Metric, Half | Term], Metric]] = {
    Attribution.ACTIVITY: lambda metric, part: replace(metric, activity=part, growth=part),
    Attribution.PUBLISHED: lambda metric, part: replace(metric, published=part),
}
# Looker Studio shows a PERCENT times 100, which ours of a hundred are already.
_UNITS: Mapping[Unit, str] = {**dict.fromkeys(Unit, "NUMBER"), Unit.SHARE: "PERCENT"}


def fields_of(table: Table, more: Mapping[str, Metric] | None = None) -> Mapping[str, LookerField]:
    """By name, dimensions first; `more` are the workspace's own metrics."""
    metrics = (*table.metrics, *filter(table.shows, (more or {}).values()))
    found = [*_dimensions(table), *(field for metric in metrics for field in _of_metric(table, metric))]
    return {field.name: field for field in found}


def version_of(fields: Mapping[str, LookerField]) -> str:
    """A word that is another one once a field is, or means something else."""
    told = sorted((name, field.formula or "", field.semantic_type) for name, field in fields.items())
    meant = sorted((field.metric.slug, field.metric.version) for field in fields.values() if field.metric)
    return sha256(repr((told, meant)).encode()).hexdigest()[:16]


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
    if isinstance(measure, Formula):
        yield from _of_formula(table, metric, measure)
        return
    yield _metric(metric, whole=measure is not None and adds_up(metric, table.rollup))


def _of_formula(table: Table, metric: Metric, formula: Formula) -> Iterator[LookerField]:
    terms = terms_of(metric, formula, table.rollup)
    for name, term in (terms or {}).items():
        yield _hidden(table, metric, name, term, label=catalog().metrics[term.metric].name)
    text = None if terms is None else text_of(metric, formula, table.rollup)
    yield replace(_metric(metric, formula=text), group="Your own figures")


def _metric(metric: Metric, *, whole: bool = False, formula: str | None = None) -> LookerField:
    return LookerField(
        name=metric.slug,
        label=metric.name,
        description=" ".join((metric.meaning, *metric.caveats)),
        group="Figures",
        data_type="NUMBER",
        semantic_type=_UNITS[metric.unit],
        metric=metric,
        adds_up=whole,
        formula=formula,
    )


def _part(table: Table, metric: Metric, quotient: Quotient, which: str) -> LookerField:
    half = Half(quotient, lower=which == LOWER)
    label = f"{'upper' if which == UPPER else 'lower'} part"
    return _hidden(table, metric, f"{metric.slug}{which}", half, label=label)


def _hidden(table: Table, metric: Metric, name: str, measure: Half | Term, *, label: str) -> LookerField:
    return LookerField(
        name=name,
        label=f"{metric.name} ({label})",
        description="A part of a formula.",
        group="Parts of formulas",
        data_type="NUMBER",
        semantic_type="NUMBER",
        metric=_MEASURED[table.attribution](replace(metric, slug=name), measure),
        adds_up=True,
        hidden=True,
    )
