"""Annotations: what happened on a day, or some days, that explains a line. Of a workspace, an account, a dashboard."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from common.events import Timestamp
from query_api.domain.dashboard import Day, Shape

MOST_ANNOTATIONS = 2_000
COLOUR = "#6b7280"

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Noted(Shape):
    """What somebody writes. Of the whole workspace unless it names an account or a dashboard."""

    start: Day = Field(alias="from", description="First day, UTC.")
    end: Day | None = Field(None, alias="to", description="The day after the last one; left out: one day.")
    text: Note
    colour: Colour = COLOUR
    account_id: UUID | None = None
    dashboard_id: UUID | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("from is not before to; the day in to is not part of the range")
        if self.account_id is not None and self.dashboard_id is not None:
            raise ValueError("an annotation is of an account or of a dashboard, not of both")
        return self

    @property
    def ends(self) -> date:
        return self.end or self.start + timedelta(days=1)


class Annotation(Noted):
    annotation_id: UUID
    workspace_id: UUID
    version: int
    created_by: str
    created_at: Timestamp
    changed_by: str
    changed_at: Timestamp

    def is_for(self, readable: Collection[UUID]) -> bool:
        """Whether somebody sees it who may read these accounts."""
        return self.account_id is None or self.account_id in readable


def concerns(annotation: Annotation, dashboard_id: UUID) -> bool:
    """Whether it is shown on the dashboard: its own, an account's, or the whole workspace's."""
    return annotation.dashboard_id is None or annotation.dashboard_id == dashboard_id
