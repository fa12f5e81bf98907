"""What a formula would give, while it is still being written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from common.catalog import Attribution, Metric, Unit, catalog
from common.catalog.formulas import Expression, written
from query_api.domain.asking import Asked, Asker, Wanted, question_of
from query_api.domain.custom_metrics import Book, CustomMetric, checked
from query_api.domain.errors import BadInput
from query_api.domain.formula import read_formula
from query_api.domain.formula_units import fitting_units, unit_for
from query_api.domain.question import Question
from query_api.domain.resolved_metrics import as_metric
from query_api.ports import Warehouse
from query_api.ports.metrics import MetricBooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A formula being written; `metric_id` where it shall be that of a metric that is there."""

    formula: str
    unit: Unit | None = None
    metric_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A formula's figures: of every day of the range, and of the range."""

    attribution: Attribution
    days: Mapping[date, float | None]
    whole: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`metric` is None where the formula cannot be read; `figures` where it has none over several rows."""

    problems: tuple[BadInput, ...]
    formula: str | None = None
    metric: Metric | None = None
    units: tuple[Unit, ...] = ()
    figures: Previewed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewingMetrics:
    books: MetricBooks
    warehouse: Warehouse

    async def preview(self, sketch: Sketch, *, asker: Asker) -> Preview:
        """Raises `NotFound` for a `metric_id` that is not there, `Unavailable`, `TooMuch` or `Busy`."""
        book = await self.books.of_workspace(asker.workspace_id)
        path = () if sketch.metric_id is None else (book.metric(sketch.metric_id).column,)
        try:
            formula = read_formula(sketch.formula, known=book.names())
            whole = checked(book, formula, path)
        except BadInput as problem:
            return Preview(problems=(problem,))
        found, metric = _told(book, sketch, formula, whole)
        try:
            question = question_of(_by_day(metric), Asked(), asker)
        except BadInput as problem:
            alone = BadInput("formula", problem.problem, "ask for it so, where it has figures; there is no preview")
            return replace(found, problems=(*found.problems, alone))
        return replace(found, figures=await self._figures(question, metric))

    async def _figures(self, question: Question, metric: Metric) -> Previewed:
        page, totals = await self.warehouse.page(question), await self.warehouse.totals(question)
        return Previewed(
            attribution=question.attribution,
            days={date.fromisoformat(day): value for day, value in json.loads(b"[" + page.rows + b"]")},
            whole=totals[metric.slug],
        )


def _by_day(metric: Metric) -> Wanted:
    return Wanted(metrics=(metric,), dimensions=(catalog().dimensions["day"],), sort="day")


def _told(book: Book, sketch: Sketch, formula: Expression, whole: Expression) -> tuple[Preview, Metric]:
    problems: list[BadInput] = []
    units = fitting_units(formula, book.unit_of)
    unit = units[0]
    try:
        unit = unit_for(formula, book.unit_of, declared=sketch.unit, name=book.name_of)
    except BadInput as problem:
        problems.append(problem)
    metric = as_metric(_nameless(formula, unit), whole)
    told = Preview(problems=tuple(problems), formula=written(formula, name=book.name_of), metric=metric, units=units)
    return told, metric


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
