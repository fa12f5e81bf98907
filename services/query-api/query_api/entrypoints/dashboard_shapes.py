"""The shapes of dashboards on the wire, besides those that the domain has already."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from query_api.domain.annotation import Annotation, Colour
from query_api.domain.dashboard import (
    MOST_WIDGETS,
    Dashboard,
    DashboardWidget,
    Filters,
    Given,
    GivenWidget,
    Name,
    Shape,
    Slug,
    Template,
    Text,
)
from query_api.domain.dashboard_changes import filters_of
from query_api.domain.dashboard_words import Words, gone
from query_api.domain.share import LONGEST_DAYS, USUAL_DAYS
from query_api.entrypoints.schemas import Moment

Version = Field(ge=1, le=2**53, strict=True, description="The version that was read; another one is newer by now: 409.")


class Creation(Shape):
    """A blank dashboard (`name` alone), one from a template, or one from the content of another."""

    template: Slug | None = Field(None, description="`tiktok` or the id of a template of this workspace.")
    name: Name | None = Field(None, description="Needed unless `template` is given.")
    description: Text = ""
    filters: Filters = Filters()
    widgets: tuple[GivenWidget, ...] = Field((), max_length=MOST_WIDGETS)

    @model_validator(mode="after")
    def _has_a_beginning(self) -> Self:
        if self.template is not None and self.model_fields_set - {"template", "name"}:
            raise ValueError("a template brings its own content: give `template` and `name` alone")
        if self.template is None and self.name is None:
            raise ValueError("give the dashboard a name")
        return self

    def given(self, name: str) -> Given:
        return Given(name=name, description=self.description, filters=self.filters, widgets=self.widgets)


class Replacement(Given):
    version: int = Version

    def given(self) -> Given:
        return Given(name=self.name, description=self.description, filters=self.filters, widgets=self.widgets)


class Renaming(Shape):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Text | None = None
    version: int = Version


class Copying(Shape):
    name: Name | None = Field(None, description="Default: the old name with `(copy)` behind it.")


class Saving(Shape):
    """A dashboard to be kept as a template."""

    dashboard_id: UUID
    name: Name | None = None
    description: Text = ""


class WidgetProblem(BaseModel):
    """Why a widget cannot be shown as it was made; the others are shown."""

    widget_id: UUID
    problem: str = Field(examples=["The custom metric custom_0197 was deleted."])


class AnnotationAnswer(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    annotation_id: UUID
    start: str = Field(alias="from", examples=["2026-03-01"])
    end: str = Field(alias="to", description="Not part of it.", examples=["2026-03-02"])
    text: str
    colour: Colour
    account_id: UUID | None
    dashboard_id: UUID | None
    version: int
    created_by: str
    created_at: Moment
    changed_by: str
    changed_at: Moment


class DashboardCard(BaseModel):
    dashboard_id: UUID
    name: str
    description: str
    widgets: int = Field(description="How many it has.")
    version: int
    created_by: str = Field(examples=["user:0197f1c2-7c3e-7e4b-9c55-0f6c1c2d3e4f"])
    created_at: Moment
    changed_by: str
    changed_at: Moment


class DashboardList(BaseModel):
    dashboards: tuple[DashboardCard, ...]


class DashboardAnswer(BaseModel):
    dashboard_id: UUID
    name: str
    description: str
    filters: Filters
    widgets: tuple[DashboardWidget, ...]
    problems: tuple[WidgetProblem, ...]
    annotations: tuple[AnnotationAnswer, ...] = Field(
        description="Of the workspace, its accounts and this dashboard; where it has no days of its own, of 400 back."
    )
    version: int
    created_by: str
    created_at: Moment
    changed_by: str
    changed_at: Moment


class TemplateCard(BaseModel):
    template_id: str
    name: str
    description: str
    built_in: bool
    widgets: int = Field(description="How many it has.")
    created_by: str
    created_at: Moment | None


class TemplateList(BaseModel):
    templates: tuple[TemplateCard, ...]


class TemplateAnswer(TemplateCard):
    content: Given


class ShareRequest(Shape):
    expires_in_days: int = Field(USUAL_DAYS, ge=1, le=LONGEST_DAYS, strict=True)
    note: str = Field("", max_length=200, description="For whom it is; shown in the list only.")


class ShareAnswer(BaseModel):
    share_id: UUID
    dashboard_id: UUID
    note: str
    is_open: bool
    created_by: str
    created_at: Moment
    expires_at: Moment
    revoked_by: str | None
    revoked_at: Moment | None
    last_used_at: Moment | None = Field(description="To within a minute.")


class MadeShareAnswer(ShareAnswer):
    token: str = Field(description="For GET /v1/shared/{token}; it is told this once.")
    url: str = Field(description="The page that shows it. The token stands behind the #, which is sent to no server.")


class ShareList(BaseModel):
    shares: tuple[ShareAnswer, ...]


def dashboard_card(dashboard: Dashboard) -> DashboardCard:
    return DashboardCard.model_validate({**dict(dashboard), "widgets": len(dashboard.widgets)})


def dashboard_answer(dashboard: Dashboard, annotations: Sequence[Annotation], words: Words) -> DashboardAnswer:
    return DashboardAnswer(
        **dashboard.model_dump(exclude={"workspace_id", "filters", "widgets"}),
        filters=dashboard.filters,
        widgets=dashboard.widgets,
        problems=problems_of(dashboard, words),
        annotations=tuple(map(annotation_answer, annotations)),
    )


def problems_of(dashboard: Dashboard, words: Words) -> tuple[WidgetProblem, ...]:
    return tuple(
        WidgetProblem(widget_id=widget.widget_id, problem=problem)
        for widget in dashboard.widgets
        for problem in gone(widget, filters_of(dashboard, widget), words)
    )


def annotation_answer(annotation: Annotation) -> AnnotationAnswer:
    told = annotation.model_dump(exclude={"workspace_id", "start", "end"})
    return AnnotationAnswer(**told, start=str(annotation.start), end=str(annotation.ends))


def template_card(template: Template) -> TemplateCard:
    return TemplateCard(
        template_id=template.template_id,
        name=template.name,
        description=template.description,
        built_in=template.workspace_id is None,
        widgets=len(template.content.widgets),
        created_by=template.created_by,
        created_at=template.created_at,
    )


def template_answer(template: Template) -> TemplateAnswer:
    return TemplateAnswer(**template_card(template).model_dump(), content=template.content)
