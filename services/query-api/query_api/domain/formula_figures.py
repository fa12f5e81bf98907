"""From which rows a formula can be worked out: those that all of its parts have figures in."""

from collections.abc import Callable, Iterator, Mapping

from common.catalog import Metric, catalog
from common.catalog.formulas import Expression, refs
from common.catalog.measures import Measure, Part
from query_api.domain.formula import BadFormula

KINDS: Mapping[str, Callable[[Metric], Measure | None]] = {
    "activity": lambda metric: metric.activity,
    "published": lambda metric: metric.published,
    "growth": lambda metric: metric.growth,
    "current": lambda metric: metric.current,
}
# A question is asked by one of these; the profile of this moment has no rows of its own.
_ASKED_BY = {"activity", "published"}


def figures_of(formula: Expression) -> frozenset[str]:
    """By which of `KINDS` all parts have figures; `formula` is over the catalog's metrics alone."""
    return frozenset.intersection(*(_kinds(catalog().metrics[slug]) for slug in refs(formula)))


def refuse_without_figures(formula: Expression) -> None:
    """Raises `BadFormula` with the parts that do not go together."""
    metrics = [catalog().metrics[slug] for slug in refs(formula)]
    for metric in metrics:
        if any(isinstance(of(metric), Part) for of in KINDS.values()):
            raise BadFormula(f"{metric.slug} is a breakdown, each item of which stands alone", "take it out")
    if not figures_of(formula) & _ASKED_BY:
        raise BadFormula(
            f"its parts are never known of the same rows: {'; '.join(_told(metrics))}",
            "take metrics of the accounts' days only (activity), or of posts only (published)",
        )


def _kinds(metric: Metric) -> frozenset[str]:
    return frozenset(name for name, of in KINDS.items() if of(metric) is not None)


def _told(metrics: list[Metric]) -> Iterator[str]:
    return (f"{metric.slug} by {', '.join(name for name in KINDS if name in _kinds(metric))}" for metric in metrics)
