"""A workspace's own metrics: formulas over metrics, in one book, so that no two changes at once can close a circle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from common.catalog import Unit, catalog
from common.catalog.formulas import Expression, refs, replaced
from query_api.domain.errors import BadInput, Conflict, NotFound
from query_api.domain.formula import MOST_DEPTH, BadFormula, depth, size
from query_api.domain.formula_figures import refuse_without_figures
from query_api.domain.formula_units import unit_for

MOST_METRICS = 200
# Of a formula with the formulas of its parts in their places.
MOST_PARTS = 256

PREFIX = "custom_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomMetric:
    """`slug` is the workspace's own word for it; `formula` names other custom metrics by their `column`."""

    metric_id: UUID
    slug: str
    name: str
    formula: Expression
    unit: Unit
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def column(self) -> str:
        """Its slug wherever a metric's is asked for: it stays when the metric is renamed."""
        return f"{PREFIX}{self.metric_id.hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All custom metrics of a workspace, by column. `revision` 0 is a book nobody has written yet."""

    metrics: Mapping[str, CustomMetric]
    revision: int

    def metric(self, metric_id: UUID) -> CustomMetric:
        """Raises `NotFound`."""
        found = self.metrics.get(f"{PREFIX}{metric_id.hex}")
        if found is None:
            raise NotFound("metric")
        return found

    def names(self) -> Mapping[str, str]:
        """The slug of every metric by each name it may be written with in a formula."""
        own = {one.slug: one.column for one in self.metrics.values()}
        return {**own, **{column: column for column in self.metrics}, **{slug: slug for slug in catalog().metrics}}

    def unit_of(self, slug: str) -> Unit:
        own = self.metrics.get(slug)
        return own.unit if own else catalog().metrics[slug].unit

    def name_of(self, slug: str) -> str:
        own = self.metrics.get(slug)
        return own.slug if own else slug

    def users_of(self, slug: str) -> Sequence[CustomMetric]:
        """The metrics whose formula names it."""
        return [one for one in self.metrics.values() if slug in refs(one.formula)]


EMPTY = Book(metrics={}, revision=0)


def written_into(book: Book, metric: CustomMetric) -> Book:
    """The book with the metric, new or changed. Raises `BadInput` where it, or one made of it, cannot be."""
    _refuse_twin(book, metric)
    before = book.metrics.get(metric.column)
    after = replace(book, metrics={**book.metrics, metric.column: metric})
    _check(after, metric)
    above = [after.metrics[column] for column in _above(after, metric.column)]
    for one in above:
        _check_above(after, one)
    if before is None or (before.formula, before.unit) == (metric.formula, metric.unit):
        return after
    changed = {one.column: replace(one, version=one.version + 1) for one in above}
    return replace(after, metrics={**after.metrics, **changed})


def taken_out(book: Book, metric: CustomMetric) -> Book:
    """The book without the metric; the formulas that named it hold its formula in its place and mean the same."""
    by = {metric.column: metric.formula}
    kept = {
        column: replace(one, formula=replaced(one.formula, by))
        for column, one in book.metrics.items()
        if column != metric.column
    }
    return replace(book, metrics=kept)


def refuse_stale(metric: CustomMetric, *, seen: int) -> None:
    """Raises `Conflict` when somebody changed the metric since its version `seen`."""
    if metric.version != seen:
        raise Conflict(f"the metric is at version {metric.version} by now, not {seen}: read it again, then change it")


def expanded(book: Book, formula: Expression, path: tuple[str, ...] = ()) -> Expression:
    """The formula over the catalog's metrics alone. Raises `BadFormula` where a metric is made of itself."""
    by: dict[str, Expression] = {}
    for slug in refs(formula):
        if slug in path:
            circle = " → ".join(map(book.name_of, (*path[path.index(slug) :], slug)))
            raise BadFormula(f"a metric would be made of itself: {circle}", "take one of them out of the formula")
        if slug in book.metrics:
            by[slug] = expanded(book, book.metrics[slug].formula, (*path, slug))
    return replaced(formula, by)


def checked(book: Book, formula: Expression, path: tuple[str, ...] = ()) -> Expression:
    """`expanded`, when it is no larger than a formula may be and all its parts have figures of one kind."""
    whole = expanded(book, formula, path)
    if size(whole) > MOST_PARTS or depth(whole) > MOST_DEPTH:
        raise BadFormula(
            "with the formulas of its parts it is too large",
            f"it may have {MOST_PARTS} numbers, metrics and signs, and {MOST_DEPTH} of them inside each other",
        )
    refuse_without_figures(whole)
    return whole


def _refuse_twin(book: Book, metric: CustomMetric) -> None:
    if metric.slug in catalog().metrics or metric.slug.startswith(PREFIX):
        raise BadInput("slug", f"{metric.slug!r} is a metric that is always there", "choose another one")
    others = [one for one in book.metrics.values() if one.column != metric.column]
    if any(one.slug == metric.slug for one in others):
        raise BadInput("slug", f"there is a metric {metric.slug!r} already", "choose another one, or change that one")
    if len(others) >= MOST_METRICS:
        raise Conflict(f"a workspace may have {MOST_METRICS} metrics of its own: delete one first")


def _check(book: Book, metric: CustomMetric) -> None:
    checked(book, metric.formula, (metric.column,))
    unit_for(metric.formula, book.unit_of, declared=metric.unit, name=book.name_of)


def _check_above(book: Book, metric: CustomMetric) -> None:
    try:
        _check(book, metric)
    except BadInput as broken:
        problem = f"{metric.name}, which is made of it, would no longer hold: {broken.problem}"
        raise BadInput(broken.parameter, problem, broken.remedy) from None


def _above(book: Book, column: str) -> Iterator[str]:
    """What is made of it, directly or not, each after what it is made of."""
    seen: dict[str, None] = {}

    def visit(one: str) -> None:
        for user in book.users_of(one):
            if user.column not in seen:
                visit(user.column)
        seen[one] = None

    visit(column)
    yield from (one for one in reversed(seen) if one != column)
