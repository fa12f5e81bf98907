"""What the catalog's rows mean, in words derived from them: formulas, roll-up rules, TikTok's fields, limits."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from common.catalog.fields import DERIVED
from common.catalog.formulas import Sign, written
from common.catalog.measures import (
    Count,
    Formula,
    Half,
    Last,
    Mean,
    Measure,
    Median,
    Part,
    Ratio,
    Sum,
    Term,
    Total,
    Unique,
    WeightedMean,
    fields_read,
    metrics_read,
)
from common.catalog.model import Attribution, Field, Gate, Grain, Metric
from common.catalog.rows import Catalog, measure_of

GRAINS = {Attribution.ACTIVITY: Grain.PROFILE_DAY, Attribution.PUBLISHED: Grain.POST}
GRAIN_NAMES = {Grain.PROFILE: "profile, now", Grain.PROFILE_DAY: "profile day", Grain.POST: "post lifetime"}
GATES = {
    Gate.NONE: "every account",
    Gate.BUSINESS: "Business accounts",
    Gate.REGISTERED_BUSINESS: "registered Business accounts",
    Gate.HUNDRED_FOLLOWERS: "Business accounts with 100 followers or more",
}
_SIGNS = {Sign.PLUS: "+", Sign.MINUS: "−", Sign.TIMES: "×", Sign.OVER: "÷"}
_PLACES = {
    Grain.PROFILE: "/business/get/ → {}",
    Grain.PROFILE_DAY: "/business/get/ → metrics[].{}",
    Grain.POST: "/business/video/list/ → videos[].{}",
}


_FIELD_WORDS: Mapping[type[Measure], str] = {
    Sum: "sum of {}",
    Last: "last known {}",
    Unique: "{}",
    Part: "{}",
    Mean: "mean of {}",
}


def formula(rows: Catalog, measure: Measure) -> str:
    """How one number is got."""

    def name(slug: str) -> str:
        return rows.metrics[slug].name

    match measure:
        case Count(metric):
            words = f"number of posts whose {name(metric)} is known" if metric else "number of posts"
        case Sum() | Last() | Unique() | Part() | Mean():
            words = _FIELD_WORDS[type(measure)].format(measure.field)
        case WeightedMean(field, weight):
            words = f"sum of ({field} × {weight}) ÷ sum of {weight}"
        case Total(metrics):
            words = " + ".join(name(metric) for metric in metrics)
        case Ratio(numerator, denominator):
            words = f"{name(numerator)} ÷ {name(denominator)}"
        case Median(metric):
            words = f"median of {name(metric)} over posts"
        case Half(quotient, lower):
            words = f"the {'lower' if lower else 'upper'} side of {formula(rows, quotient)}"
        case Term(metric, whole):
            words = f"{name(metric)} of {formula(rows, whole)}"
        case Formula(expression):
            words = written(expression, name=name, sign=_SIGNS.__getitem__)
        case _:
            assert_never(measure)
    return words


def rolls_up(measure: Measure) -> str:
    """What becomes of it over several rows."""
    match measure:
        case Count():
            words = "added up; a day without posts has 0"
        case Sum() | Half() | Term():
            words = "added up; rows without a value are left out, and none with a value gives none"
        case Last():
            words = "over accounts added up, over days the last known value; never added up over days"
        case Unique():
            words = "not at all: it counts people, who would count twice"
        case Part():
            words = _part_rolls_up(measure)
        case Mean():
            words = "mean of the posts that have a value"
        case WeightedMean(_, weight):
            words = f"mean weighted by {weight}, of the posts that have both"
        case Total():
            words = "its parts are rolled up, then added; none where one part has no value at all"
        case Ratio():
            words = "sum over sum, of the rows that have both; none where the lower sum is 0"
        case Median():
            words = "median of the posts that have a value; of two middle ones their mean"
        case Formula():
            words = "each part over the rows where all are known, then the formula; none where it divides by 0"
        case _:
            assert_never(measure)
    return words


def _part_rolls_up(part: Part) -> str:
    if part.weight:
        return f"mean weighted by {part.weight}, of the posts that give the breakdown; an item not listed counts as 0"
    if part.daily:
        return "over days the mean of those that give the item, over accounts added up"
    return "not at all: each item of the breakdown stands alone"


def fields_behind(rows: Catalog, measure: Measure, grain: Grain) -> tuple[Field, ...]:
    """TikTok's fields that the number rests on, those of the metrics it is made of too."""
    known = {field.name: field for field in rows.fields_of(grain)}
    names = (raw for field in fields_read(measure) for raw in DERIVED[grain].get(field, (field,)))
    parts = (
        field
        for slug in metrics_read(measure)
        for field in fields_behind(rows, measure_of(rows.metrics[slug], _attribution(grain)), grain)
    )
    return tuple(dict.fromkeys([*(known[name] for name in names), *parts]))


def address(field: Field) -> str:
    """Where TikTok gives it."""
    return _PLACES[field.grain].format(field.name)


def measures(metric: Metric) -> Iterator[tuple[str, Grain, Measure]]:
    """(name of the attribution, grain, measure) of everything the metric has."""
    declared = (
        ("activity", Grain.PROFILE_DAY, metric.activity),
        ("published", Grain.POST, metric.published),
        ("growth", Grain.POST, metric.growth),
        ("current", Grain.PROFILE, metric.current),
    )
    return ((name, grain, measure) for name, grain, measure in declared if measure is not None)


def limits(rows: Catalog, metric: Metric) -> tuple[str, ...]:
    """What follows for the metric from the gates, delays and pauses of its fields."""
    return tuple(line for name, grain, measure in measures(metric) for line in _limits(rows, name, measure, grain))


def _limits(rows: Catalog, name: str, measure: Measure, grain: Grain) -> Iterator[str]:
    fields = fields_behind(rows, measure, grain)
    # A worked-out column takes whichever of its fields there is, so a gate on one of them shuts nobody out.
    needed = () if set(fields_read(measure)) & DERIVED[grain].keys() else fields
    for gate in dict.fromkeys(field.gate for field in needed if field.gate is not Gate.NONE):
        yield f"By {name}, for {GATES[gate]} only."
    if hours := max((field.latency_hours for field in fields), default=0):
        yield f"By {name}, TikTok's values come up to {hours} hours late."
    if pauses := ", ".join(f"`{field.name}`" for field in fields if field.pauses):
        yield f"By {name}, missing while a post is idle for more than 7 days: {pauses}."


def _attribution(grain: Grain) -> Attribution:
    return next(attribution for attribution, of in GRAINS.items() if of is grain)
