"""A metric as a ClickHouse expression. Null is never zero, sums hold what is known, and a ratio divides sums of rows
that know both parts.

Every column is named with its table: a view's columns bear metrics' names, and some fields have the same.
"""

from functools import partial
from typing import assert_never

from common.catalog import Metric, Rollup, catalog, measure_over
from common.catalog.measures import (
    Count,
    Formula,
    Half,
    Last,
    Mean,
    Measure,
    Median,
    Part,
    Quotient,
    Ratio,
    Sum,
    Term,
    Total,
    Unique,
    WeightedMean,
)
from common.warehouse.formulas import formula_of_row, formula_over_rows

_ONE = "1"


def of_row(metric: Metric, rollup: Rollup) -> str:
    """The metric of one row of the rollup: an account's day, a post, or a post's day."""
    measure = measure_over(metric, rollup)
    match measure:
        case Count(slug):
            return f"isNotNull({_row(slug, rollup)})" if slug else _ONE
        case Sum(field) | Last(field) | Mean(field) | Unique(field) | WeightedMean(field, _):
            return f"{rollup}.{field}"
        case Total(metrics):
            return f"({' + '.join(_row(slug, rollup) for slug in metrics)})"
        case Ratio() | Half():
            return _quotient_of_row(measure, rollup)
        case Median(slug):
            return _row(slug, rollup)
        case Formula() | Term():
            return formula_of_row(measure, rollup, partial(_row, rollup=rollup))
        case Part(field):
            raise _no_column(field)
        case _:
            assert_never(measure)


def _quotient_of_row(measure: Ratio | Half, rollup: Rollup) -> str:
    match measure:
        case Ratio(numerator, denominator):
            return f"{_row(numerator, rollup)} / nullIf({_row(denominator, rollup)}, 0)"
        case Half(quotient, lower):
            sides = _sides(quotient, rollup)
            return f"if({_known(sides)}, {sides[lower]}, NULL)"
        case _:
            assert_never(measure)


def over_rows(metric: Metric, rollup: Rollup, *, over_days: bool) -> str:
    """The metric over many rows; `over_days` where they are days of an account: of a state the last one counts."""
    measure = measure_over(metric, rollup)
    match measure:
        case Last(field) if over_days:
            return f"sumIf({_row(metric.slug, rollup)}, {rollup}.day = {last_day(field)})"
        case Sum() | Last():
            return f"sum({_row(metric.slug, rollup)})"
        case Total(metrics):
            parts = (over_rows(catalog().metrics[slug], rollup, over_days=over_days) for slug in metrics)
            return f"({' + '.join(parts)})"
        case Formula() | Term():
            return formula_over_rows(measure, rollup, partial(_row, rollup=rollup), over_days=over_days)
        case Half(quotient, lower):
            return _sum_of(quotient, rollup, lower=lower)
        case Unique(field):
            raise ValueError(f"{field} counts people and does not add up over rows")
        case Part(field):
            raise _no_column(field)
        case Count() | Mean() | Median() | Ratio() | WeightedMean():
            return _of_posts(measure, rollup)
        case _:
            assert_never(measure)


def _of_posts(measure: Count | Mean | Median | Ratio | WeightedMean, rollup: Rollup) -> str:
    match measure:
        case Count(slug):
            return f"count({_row(slug, rollup)})" if slug else "count()"
        case Mean(field):
            return f"avg({rollup}.{field})"
        case Median(slug):
            return f"quantileExactInclusive(0.5)({_row(slug, rollup)})"
        case Ratio() | WeightedMean():
            return f"{_sum_of(measure, rollup, lower=False)} / nullIf({_sum_of(measure, rollup, lower=True)}, 0)"
        case _:
            assert_never(measure)


def _sum_of(quotient: Quotient, rollup: Rollup, *, lower: bool) -> str:
    sides = _sides(quotient, rollup)
    return f"sumIf({sides[lower]}, {_known(sides)})"


def _sides(quotient: Quotient, rollup: Rollup) -> tuple[str, str]:
    """Of one row, what is divided and by what."""
    match quotient:
        case Ratio(numerator, denominator):
            return _row(numerator, rollup), _row(denominator, rollup)
        case WeightedMean(field, weight):
            return f"{rollup}.{field} * {rollup}.{weight}", f"{rollup}.{weight}"
        case Mean(field):
            return f"{rollup}.{field}", _ONE
        case _:
            assert_never(quotient)


def _known(sides: tuple[str, str]) -> str:
    # A post counts as one, which is always known.
    return " AND ".join(f"isNotNull({side})" for side in sides if side != _ONE)


def _row(slug: str, rollup: Rollup) -> str:
    return of_row(catalog().metrics[slug], rollup)


def last_day(field: str) -> str:
    """The column that `last_days` adds."""
    return f"{field}_last_day"


def last_days(fields: list[str], within: list[str]) -> str:
    """Beside each row, the account's last day with a value of each field; `within` are what rows are told apart by."""
    over = f"OVER (PARTITION BY {', '.join(['account_id', *within])})"
    ends = (f"maxIf(day, isNotNull({field})) {over} AS {last_day(field)}" for field in fields)
    return ", ".join(["*", *ends])


def states(metrics: list[Metric], rollup: Rollup) -> list[str]:
    """The fields of these metrics that are states."""
    measures: list[Measure] = [measure_over(metric, rollup) for metric in metrics]
    return [measure.field for measure in measures if isinstance(measure, Last)]


def _no_column(field: str) -> ValueError:
    return ValueError(f"{field} is a breakdown and has no column in this rollup")
