"""A formula over metrics as SQL: its parts are put together over the rows first, then the formula is worked out.

Each part is taken over the rows where all parts are known, so that a ratio divides what belongs together. Divided by 0
it is null, and so is what is too large for a number. All is worked out in Float64, which does not wrap around.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from common.catalog import Rollup, catalog, measure_over
from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, number_text, refs
from common.catalog.measures import (
    Count,
    Formula,
    Half,
    Last,
    Mean,
    Median,
    Part,
    Ratio,
    Sum,
    Term,
    Total,
    Unique,
    WeightedMean,
    metrics_read,
)

SqlOf = Callable[[str], str]
"""The SQL of a metric, by its slug."""


def formula_of_row(measure: Formula | Term, rollup: Rollup, row: SqlOf) -> str:
    """The formula of one row, or its metric alone; `row` gives the metric of one row."""
    match measure:
        case Formula(expression):
            return _finite(_combined(expression, row))
        case Term(metric, whole):
            return f"if({_all_known(whole.expression, rollup, row)}, {row(metric)}, NULL)"
        case _:
            assert_never(measure)


def formula_over_rows(measure: Formula | Term, rollup: Rollup, row: SqlOf, *, over_days: bool) -> str:
    """The formula over many rows, or what stands in it for one metric.

    With `over_days` they are days of accounts: of a state each one's last counts.
    """
    whole = measure.formula if isinstance(measure, Term) else measure
    known = _all_known(whole.expression, rollup, row)
    rows = _Rows(rollup=rollup, row=row, known=known, over_days=over_days)
    return rows.metric(measure.metric) if isinstance(measure, Term) else rows.formula(measure)


def _all_known(expression: Expression, rollup: Rollup, row: SqlOf) -> str:
    known = [_is_known(part) for slug in refs(expression) for part in _needed(slug, rollup, row)]
    return " AND ".join(dict.fromkeys(known)) or "true"


def _finite(sql: str) -> str:
    return f"ifNotFinite({sql}, NULL)"


def _combined(expression: Expression, metric: SqlOf) -> str:
    match expression:
        case Number(value):
            return f"toFloat64({number_text(value)})"
        case MetricRef(slug):
            return f"toFloat64({metric(slug)})"
        case Negate(of):
            return f"(-{_combined(of, metric)})"
        case Operation(sign, left, right):
            behind = _combined(right, metric)
            divisor = f"nullIf({behind}, 0)" if sign is Sign.OVER else behind
            return f"({_combined(left, metric)} {sign} {divisor})"
        case _:
            assert_never(expression)


def _is_known(sql: str) -> str:
    return f"isNotNull({sql})"


def _needed(slug: str, rollup: Rollup, row: SqlOf) -> Iterator[str]:
    """What of a row must be known for it to count. How many posts there are is known of each."""
    measure = measure_over(catalog().metrics[slug], rollup)
    match measure:
        case Count():
            return
        case Total() | Ratio() | Formula() | Term():
            for part in metrics_read(measure):
                yield from _needed(part, rollup, row)
        case WeightedMean(field, weight):
            yield from (f"{rollup}.{field}", f"{rollup}.{weight}")
        case Sum() | Last() | Unique() | Part() | Mean() | Median() | Half():
            yield row(slug)
        case _:
            assert_never(measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows of a rollup that are `known`."""

    rollup: Rollup
    row: SqlOf
    known: str
    over_days: bool

    def formula(self, formula: Formula) -> str:
        return _finite(_combined(formula.expression, self.metric))

    def metric(self, slug: str) -> str:
        """The metric over them."""
        measure = measure_over(catalog().metrics[slug], self.rollup)
        match measure:
            case Count(of):
                return f"countIf({self.known} AND {_is_known(self.row(of))})" if of else f"countIf({self.known})"
            case Last(field) if self.over_days:
                return self._last(f"{self.rollup}.{field}")
            case Sum() | Last() | Half():
                return self._sum(self.row(slug))
            case Total(parts):
                return f"({' + '.join(map(self.metric, parts))})"
            case Formula(expression):
                return _combined(expression, self.metric)
            case Unique() | Part() | Term():
                raise ValueError(f"{slug} stands alone and does not add up over rows")
            case Ratio() | Mean() | WeightedMean() | Median():
                return self._mean(measure)
            case _:
                assert_never(measure)

    def _mean(self, measure: Ratio | Mean | WeightedMean | Median) -> str:
        match measure:
            case Ratio(upper, lower):
                return self._quotient(self.row(upper), self.row(lower))
            case WeightedMean(field, weight):
                by = f"{self.rollup}.{weight}"
                return self._quotient(f"{self.rollup}.{field} * {by}", by)
            case Mean(field):
                return f"avgIf({self.rollup}.{field}, {self.known})"
            case Median(slug):
                return f"quantileExactInclusiveIf(0.5)({self.row(slug)}, {self.known})"
            case _:
                assert_never(measure)

    def _sum(self, value: str) -> str:
        return f"sumIf({value}, {self.known})"

    def _quotient(self, upper: str, lower: str) -> str:
        return f"({self._sum(upper)} / nullIf({self._sum(lower)}, 0))"

    def _last(self, field: str) -> str:
        """Each account's value of its last day, added up; in one aggregate, so that any grouping of rows will do."""
        days = f"map({self.rollup}.account_id, ({self.rollup}.day, {field}))"
        return f"arrayReduce('sumOrNull', tupleElement(mapValues(maxMapIf({days}, {self.known})), 2))"
