"""What follows from how a metric is measured: whether it adds up, which columns it reads, what TikTok asks for it."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from common.catalog import Attribution, Gate, Grain, Metric, catalog, measure_of
from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign
from common.catalog.measures import (
    Count,
    Formula,
    Last,
    Mean,
    Median,
    Part,
    Ratio,
    Sum,
    Total,
    Unique,
    WeightedMean,
    fields_read,
    metrics_read,
)


class Totalling(Enum):
    """What may stand in the totals of a column."""

    SUM = auto()
    """The sum over the rows."""
    LAST = auto()
    """The value of the last day that has one: a state, never added up over days."""
    NONE = auto()
    """Nothing: a sum or mean over the rows would be a wrong number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an account must have granted, and be, for TikTok to give a metric at all."""

    scopes: frozenset[str]
    business: bool


def totalling(metric: Metric, attribution: Attribution) -> Totalling:
    measure = measure_of(metric, attribution)
    match measure:
        case Sum() | Count():
            return Totalling.SUM
        case Last():
            return Totalling.LAST
        case Total(parts):
            summed = all(totalling(catalog().metrics[part], attribution) is Totalling.SUM for part in parts)
            return Totalling.SUM if summed else Totalling.NONE
        case Formula(expression):
            return Totalling.SUM if _adds_up(expression, attribution) else Totalling.NONE
        case Ratio() | Mean() | Median() | WeightedMean() | Unique() | Part():
            return Totalling.NONE
        case _:
            assert_never(measure)


def _adds_up(formula: Expression, attribution: Attribution) -> bool:
    """Whether the formula of all rows is the sum of the formulas of each: sums, taken so and so many times."""
    match formula:
        case Number():
            return False
        case MetricRef(slug):
            return totalling(catalog().metrics[slug], attribution) is Totalling.SUM
        case Negate(of):
            return _adds_up(of, attribution)
        case Operation(Sign.PLUS | Sign.MINUS, left, right):
            return _adds_up(left, attribution) and _adds_up(right, attribution)
        case Operation(Sign.TIMES, Number(), of) | Operation(Sign.TIMES | Sign.OVER, of, Number()):
            return _adds_up(of, attribution)
        case Operation():
            return False
        case _:
            assert_never(formula)


def columns_read(metric: Metric, attribution: Attribution) -> tuple[str, ...]:
    """The rollup's columns that must have a value for the metric to have one."""
    measure = measure_of(metric, attribution)
    parts = (columns_read(catalog().metrics[part], attribution) for part in metrics_read(measure))
    return tuple(dict.fromkeys([*fields_read(measure), *(column for columns in parts for column in columns)]))


# Columns that the rollup works out, by the field of TikTok's that every account has for them.
_DERIVED_FROM = {"followers": "followers_count", "net_followers": "followers_count"}
_GRAINS = {Attribution.ACTIVITY: Grain.PROFILE_DAY, Attribution.PUBLISHED: Grain.POST}
_BUSINESS_GATES = {Gate.BUSINESS, Gate.REGISTERED_BUSINESS, Gate.HUNDRED_FOLLOWERS}


def need_of(metric: Metric, attribution: Attribution) -> Need:
    offered = {field.name: field for field in catalog().fields_of(_GRAINS[attribution])}
    fields = [offered[_DERIVED_FROM.get(column, column)] for column in columns_read(metric, attribution)]
    return Need(
        scopes=frozenset(field.scope for field in fields),
        business=any(field.gate in _BUSINESS_GATES for field in fields),
    )
