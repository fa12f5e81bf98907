"""Custom metrics as rows like the catalog's, so that whatever takes a metric takes them."""

from collections.abc import Mapping

from common.catalog import Kind, Metric, catalog
from common.catalog.formulas import Expression, refs
from common.catalog.measures import Formula
from common.catalog.wording import formula as in_words
from common.catalog.wording import rolls_up
from query_api.domain.custom_metrics import Book, CustomMetric, expanded
from query_api.domain.formula_figures import figures_of


def resolved(book: Book) -> Mapping[str, Metric]:
    """Every metric of the book, by the slug it is asked for with."""
    return {column: as_metric(one, expanded(book, one.formula)) for column, one in book.metrics.items()}


def as_metric(one: CustomMetric, formula: Expression) -> Metric:
    """The metric's row; `formula` is over the catalog's metrics alone."""
    measure, by = Formula(formula), figures_of(formula)
    parts = [catalog().metrics[slug] for slug in refs(formula)]
    return Metric(
        slug=one.column,
        name=one.name,
        tiktok_name=None,
        meaning=described(formula),
        kind=Kind.NUMBER,
        unit=one.unit,
        activity=measure if "activity" in by else None,
        published=measure if "published" in by else None,
        growth=measure if "growth" in by else None,
        current=measure if "current" in by else None,
        caveats=tuple(dict.fromkeys(caveat for part in parts for caveat in part.caveats)),
        differs="The app has no such figure: your workspace made it.",
        # A part that changes its meaning changes the formula's.
        version=one.version + sum(part.version - 1 for part in parts),
    )


def described(formula: Expression) -> str:
    """What the formula means, in words."""
    measure = Formula(formula)
    return f"{in_words(catalog(), measure)}. Over several rows: {rolls_up(measure)}."
