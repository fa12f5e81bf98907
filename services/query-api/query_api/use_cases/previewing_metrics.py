"""What a formula would give, while it is still being written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from common.catalog import Attribution, Metric, Rollup, Unit, catalog
from common.catalog.formulas import Expression, written
from query_api.domain.custom_metrics import Book, CustomMetric, checked
from query_api.domain.date_range import DateRange
from query_api.domain.errors import BadInput
from query_api.domain.formula import read_formula
from query_api.domain.formula_figures import KINDS
from query_api.domain.formula_units import fitting_units, unit_for
from query_api.domain.resolved_metrics import as_metric
from query_api.ports.metrics import MetricBooks, MetricPreviews, Previewed

_ROLLUPS = {Attribution.ACTIVITY: Rollup.ACCOUNT_DAY, Attribution.PUBLISHED: Rollup.POST_LATEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A formula being written; `metric_id` where it shall be that of a metric that is there."""

    formula: str
    unit: Unit | None = None
    metric_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`metric` is None where the formula cannot be read; `figures` where it has none over several rows."""

    problems: tuple[BadInput, ...]
    formula: str | None = None
    metric: Metric | None = None
    units: tuple[Unit, ...] = ()
    attribution: Attribution | None = None
    figures: Previewed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewingMetrics:
    books: MetricBooks
    previews: MetricPreviews

    async def preview(
        self, sketch: Sketch, *, workspace_id: UUID, accounts: Sequence[UUID], days: DateRange
    ) -> Preview:
        """Raises `NotFound` for a `metric_id` that is not there, `Unavailable` or `TooMuch`."""
        book = await self.books.of_workspace(workspace_id)
        path = () if sketch.metric_id is None else (book.metric(sketch.metric_id).column,)
        try:
            formula = read_formula(sketch.formula, known=book.names())
            whole = checked(book, formula, path)
        except BadInput as problem:
            return Preview(problems=(problem,))
        found = _told(book, sketch, formula, whole)
        if found.metric is None or found.attribution is None:
            return found
        figures = await self.previews.preview(
            found.metric, found.attribution, workspace_id=workspace_id, accounts=accounts, days=days
        )
        return replace(found, figures=figures)


def _told(book: Book, sketch: Sketch, formula: Expression, whole: Expression) -> Preview:
    problems: list[BadInput] = []
    units = fitting_units(formula, book.unit_of)
    unit = units[0]
    try:
        unit = unit_for(formula, book.unit_of, declared=sketch.unit, name=book.name_of)
    except BadInput as problem:
        problems.append(problem)
    metric = as_metric(_nameless(formula, unit), whole)
    attribution = _attribution(metric)
    if attribution is None:
        problems.append(_alone(metric))
    return Preview(
        problems=tuple(problems),
        formula=written(formula, name=book.name_of),
        metric=metric,
        units=units,
        attribution=attribution,
    )


def _attribution(metric: Metric) -> Attribution | None:
    """By which it has figures over several rows, the accounts' own days before posts."""
    return next(
        (
            attribution
            for attribution, rollup in _ROLLUPS.items()
            if KINDS[attribution](metric) is not None and not any(catalog().alone(metric, rollup))
        ),
        None,
    )


def _alone(metric: Metric) -> BadInput:
    people = {one.slug for rollup in _ROLLUPS.values() for one, _ in catalog().alone(metric, rollup)}
    return BadInput(
        "formula",
        f"{', '.join(sorted(people))} counts people, who would count twice over several rows",
        "ask for it by post, or by account and day together, where it has figures; there is no preview",
    )


def _nameless(formula: Expression, unit: Unit) -> CustomMetric:
    never = datetime.min.replace(tzinfo=UTC)
    return CustomMetric(
        metric_id=UUID(int=0),
        slug="preview",
        name="Preview",
        formula=formula,
        unit=unit,
        version=1,
        created_at=never,
        changed_at=never,
        changed_by="",
    )
