"""The shapes of exports on the wire."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from query_api.domain.asking import Asked, Format
from query_api.domain.export_job import Job, JobState
from query_api.domain.export_question import Subject
from query_api.domain.paging import MOST_ROWS
from query_api.domain.querying import narrowed
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.schemas import Moment

FileFormat = Literal["csv", "csv_excel", "jsonl", "parquet", "xlsx"]


class FreeParameters(BaseModel):
    """Of a question without a widget, as in `POST /v1/query`."""

    metrics: list[str] | None = Field(None, examples=[["video_views", "engagement"]])
    dimensions: list[str] | None = Field(None, examples=[["week"]])
    filters: dict[str, list[str]] | None = Field(None, description="By dimension the values to keep.")

    def subject(self, widget: str | None) -> Subject:
        return Subject(widget=widget, metrics=tuple(self.metrics or ()), dimensions=tuple(self.dimensions or ()))


class ExportParameters(FigureParameters, FreeParameters):
    """What may be asked of the widget, or of a free question, as in its own request; `format` stands beside it."""

    cursor: None = None
    compare: None = None
    explain: Literal[False] = False
    format: None = None
    limit: int | None = Field(
        None, description="Default: every row.", json_schema_extra={"minimum": 1, "maximum": MOST_ROWS}
    )
    manifest: Literal[False] = False


class ExportOrder(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    widget: str | None = Field(
        None,
        description="Left out it is a free question: `parameters` then name its metrics, as in `POST /v1/query`.",
        examples=["post_explorer"],
    )
    parameters: ExportParameters = ExportParameters()
    format: FileFormat = "csv"

    def asked(self) -> Asked:
        asked = self.parameters.model_copy(update={"format": Format(self.format)})
        return narrowed(asked.asked(), self.parameters.filters or {})

    def subject(self) -> Subject:
        return self.parameters.subject(self.widget)


class Download(BaseModel):
    """A link that needs no token; it can be taken anew as long as the file is there."""

    url: str
    expires_at: Moment


class ExportCard(BaseModel):
    export_id: UUID
    state: JobState
    widget: str | None = Field(description="Null: a free question.")
    format: FileFormat
    parameters: dict[str, Any] = Field(description="The question in full, nothing left to a default.")
    rows: int | None = Field(description="Written so far; null where the format does not tell.")
    bytes: int = Field(description="Written so far.")
    created_by: str = Field(examples=["key:3f…"])
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    expires_at: Moment | None = Field(description="When the file goes.")
    reason: str | None = Field(description="Why it failed.")
    download: Download | None


class ExportList(BaseModel):
    exports: tuple[ExportCard, ...]
    next_cursor: str | None


def card(job: Job, download: Download | None) -> ExportCard:
    return ExportCard.model_validate(
        {
            "export_id": job.export_id,
            "state": job.state,
            "widget": job.question.widget,
            "format": job.question.form.value,
            "parameters": dict(job.question.parameters),
            "rows": job.rows,
            "bytes": job.bytes,
            "created_by": job.subject,
            "created_at": job.created_at,
            "started_at": job.started_at,
            "ended_at": job.ended_at,
            "expires_at": job.expires_at,
            "reason": job.reason,
            "download": download,
        }
    )


def page(cards: Sequence[ExportCard], *, more: UUID | None) -> ExportList:
    return ExportList(exports=tuple(cards), next_cursor=str(more) if more else None)
