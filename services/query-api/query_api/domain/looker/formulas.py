"""A workspace's own metric as Looker Studio works it out: arithmetic over sums, each of which adds up for itself."""

from collections.abc import Mapping
from hashlib import sha256
from typing import assert_never

from common.catalog import Metric, Rollup, catalog, measure_over
from common.catalog.formulas import Expression, MetricRef, Negate, Number, Operation, Sign, refs, replaced, written
from common.catalog.measures import Count, Formula, Ratio, Sum, Term, Total


def terms_of(metric: Metric, formula: Formula, rollup: Rollup) -> Mapping[str, Term] | None:
    """By field name the parts that add up; None where one adds up over nothing and all is asked anew."""
    slugs = refs(_of_sums(formula.expression, rollup))
    if not all(adds_up(catalog().metrics[slug], rollup) for slug in slugs):
        return None
    name = _names(metric, formula)
    return {f"{name}{slug}": Term(slug, formula) for slug in slugs}


def text_of(metric: Metric, formula: Formula, rollup: Rollup) -> str:
    """The formula over the fields of `terms_of`; Looker Studio's division by 0 is null, as ours is."""
    name = _names(metric, formula)
    return written(_without_minus(_of_sums(formula.expression, rollup)), name=lambda slug: f"SUM({name}{slug})")


def adds_up(metric: Metric, rollup: Rollup) -> bool:
    """Whether the metric of several rows is the sum of theirs."""
    measure = measure_over(metric, rollup)
    if isinstance(measure, Total):
        return all(adds_up(catalog().metrics[slug], rollup) for slug in measure.metrics)
    return isinstance(measure, Sum | Count)


def _names(metric: Metric, formula: Formula) -> str:
    """What its parts' names begin with: others once the formula is, so that no report mixes two formulas' figures."""
    return f"{metric.slug}__{sha256(written(formula.expression).encode()).hexdigest()[:8]}_"


def _of_sums(expression: Expression, rollup: Rollup) -> Expression:
    """The formula with what a ratio divides in the ratio's place."""
    measures = {slug: measure_over(catalog().metrics[slug], rollup) for slug in refs(expression)}
    ratios = {
        slug: Operation(Sign.OVER, MetricRef(ratio.numerator), MetricRef(ratio.denominator))
        for slug, ratio in measures.items()
        if isinstance(ratio, Ratio)
    }
    return replaced(expression, ratios)


def _without_minus(expression: Expression) -> Expression:
    """Looker Studio has a minus between two values only."""
    match expression:
        case Number() | MetricRef():
            return expression
        case Negate(of):
            return Operation(Sign.MINUS, Number(0), _without_minus(of))
        case Operation(sign, left, right):
            return Operation(sign, _without_minus(left), _without_minus(right))
        case _:
            assert_never(expression)
