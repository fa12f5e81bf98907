"""The shapes of metrics on the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.catalog import Attribution, Kind, Metric, Unit, catalog
from common.catalog.formulas import written
from common.catalog.wording import formula, measures, rolls_up
from query_api.domain.custom_metrics import Book, CustomMetric
from query_api.domain.errors import BadInput
from query_api.domain.formula import MOST_CHARACTERS, BadFormula
from query_api.domain.resolved_metrics import resolved
from query_api.entrypoints.problems import ParameterProblem
from query_api.entrypoints.schemas import Moment
from query_api.entrypoints.user_cards import UserCard, user_cards
from query_api.ports.uses import User
from query_api.use_cases.metrics import Wanted
from query_api.use_cases.previewing_metrics import Preview, Sketch

_FORMULA = Field(
    description="Metrics by slug, numbers, + - * / and parentheses; 100 in front of a share makes it percent. Over "
    "several rows each metric is taken over those where all are known, then the formula is worked out; divided by 0 "
    "it is null.",
    examples=["engagement / post_video_views * 100"],
    max_length=MOST_CHARACTERS,
)
_UNIT = Field(
    None, description="Checked against what follows from the parts; `number` always holds. Default: the likeliest."
)
Slug = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{1,47}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class MetricBody(BaseModel):
    """A metric of the workspace's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Slug = Field(description="Your word for it in formulas.", examples=["engagement_percent"])
    name: Name = Field(examples=["Engagement per 100 views"])
    formula: str = _FORMULA
    unit: Unit | None = _UNIT

    def wanted(self) -> Wanted:
        return Wanted(slug=self.slug, name=self.name, formula=self.formula, unit=self.unit)


class ChangedMetricBody(MetricBody):
    """The metric as it shall be."""

    version: int = Field(description="The version you changed; 409 when it is no longer the newest.", ge=1)


class PreviewBody(BaseModel):
    """A formula that is being written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    formula: str = _FORMULA
    unit: Unit | None = _UNIT
    metric_id: UUID | None = Field(None, description="Of the metric that shall have it, where it is there already.")

    def sketch(self) -> Sketch:
        return Sketch(formula=self.formula, unit=self.unit, metric_id=self.metric_id)


class FiguresCard(BaseModel):
    """How the number is got from one kind of rows."""

    by: str = Field(examples=["activity"])
    formula: str
    over_several_rows: str


class CustomCard(BaseModel):
    """What only a metric of the workspace's own has."""

    id: UUID
    slug: str
    formula: str = Field(examples=["engagement / post_video_views * 100"])
    version: int = Field(description="To be given with a change.")
    created_at: Moment
    changed_at: Moment
    changed_by: str = Field(examples=["user:0192f0c1-2f00-7000-8000-000000000000"])


class MetricCard(BaseModel):
    slug: str = Field(description="What it is asked for by.", examples=["engagement"])
    name: str
    tiktok_name: str | None
    meaning: str
    type: Kind
    unit: Unit
    version: int = Field(description="Grows when it changes its meaning, or one of its parts does.")
    figures: tuple[FiguresCard, ...]
    caveats: tuple[str, ...]
    differs: str
    custom: CustomCard | None
    used_by: tuple[UserCard, ...]


class MetricList(BaseModel):
    metrics: tuple[MetricCard, ...]


class FormulaProblem(ParameterProblem):
    position: int | None = Field(description="The character at fault, from 0.")


class PreviewDay(BaseModel):
    day: date
    value: float | None


class PreviewAnswer(BaseModel):
    """What the formula would give. Without `problems` it can be saved."""

    model_config = ConfigDict(populate_by_name=True)

    problems: tuple[FormulaProblem, ...]
    formula: str | None = Field(description="As it would be kept; null where it cannot be read.")
    meaning: str | None
    unit: Unit | None
    units: tuple[Unit, ...] = Field(description="The units that may be declared for it, the likeliest first.")
    by: tuple[str, ...] = Field(description="The kinds of figures it would have.")
    attribution: Attribution | None = Field(description="By which the figures below are.")
    days: tuple[PreviewDay, ...] = Field(description="The last 28; none where there are no figures to show.")
    whole: float | None = Field(description="Over the whole range: not the sum of its days.")


def metric_card(metric: Metric, book: Book, used_by: Sequence[User]) -> MetricCard:
    own = book.metrics.get(metric.slug)
    return MetricCard(
        slug=metric.slug,
        name=metric.name,
        tiktok_name=metric.tiktok_name,
        meaning=metric.meaning,
        type=metric.kind,
        unit=metric.unit,
        version=metric.version,
        figures=tuple(
            FiguresCard(by=by, formula=formula(catalog(), measure), over_several_rows=rolls_up(measure))
            for by, _, measure in measures(metric)
        ),
        caveats=metric.caveats,
        differs=metric.differs,
        custom=_custom(own, book) if own else None,
        used_by=user_cards(used_by),
    )


def preview_answer(found: Preview) -> PreviewAnswer:
    metric, figures = found.metric, found.figures
    return PreviewAnswer(
        problems=tuple(map(_problem, found.problems)),
        formula=found.formula,
        meaning=metric.meaning if metric else None,
        unit=metric.unit if metric else None,
        units=found.units,
        by=tuple(by for by, _, _ in measures(metric)) if metric else (),
        attribution=figures.attribution if figures else None,
        days=tuple(PreviewDay(day=day, value=value) for day, value in figures.days.items()) if figures else (),
        whole=figures.whole if figures else None,
    )


def _problem(found: BadInput) -> FormulaProblem:
    return FormulaProblem(
        parameter=found.parameter,
        problem=found.problem,
        remedy=found.remedy,
        position=found.position if isinstance(found, BadFormula) else None,
    )


def custom_card(one: CustomMetric, book: Book, used_by: Sequence[User]) -> MetricCard:
    return metric_card(resolved(book)[one.column], book, used_by)


def _custom(one: CustomMetric, book: Book) -> CustomCard:
    return CustomCard(
        id=one.metric_id,
        slug=one.slug,
        formula=written(one.formula, name=book.name_of),
        version=one.version,
        created_at=one.created_at,
        changed_at=one.changed_at,
        changed_by=one.changed_by,
    )
