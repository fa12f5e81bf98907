"""Importing TikTok Studio's files over HTTP: upload and see, confirm, look, undo."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from common.events import KeyScope, Timestamp
from query_api.domain.studio_import.dates import Years
from query_api.domain.studio_import.files import StudioFile
from query_api.domain.studio_import.importing import Figures, State, StudioImport
from query_api.domain.studio_import.reading import RowProblem
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.uploads import MOST_MEGABYTES, uploaded
from query_api.ports import Services
from query_api.use_cases.importing import Importing, Upload

router = APIRouter(prefix="/v1/imports", tags=["imports"])

_CHANGING = problems.documented(401, 403, 404, 409, 422, 503)
_BODY: JsonDict = {
    "required": True,
    "description": f"The file as TikTok Studio wrote it, at most {MOST_MEGABYTES} MB.",
    "content": {"text/csv": {"schema": {"type": "string"}}},
}


class UploadParameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    account_id: UUID = Field(description="Whose figures they are.")
    file_name: str | None = Field(None, max_length=200, description="To find it again by.")
    newest_year: int | None = Field(
        None,
        ge=2016,
        le=2100,
        description="The year of the file's newest date, where its dates have none. Default: the latest possible.",
    )


class ImportedColumn(BaseModel):
    """A field of TikTok's that the file gives: of how many days or posts, and on how many the API's value counts."""

    field: str = Field(examples=["video_views"])
    rows: int
    rows_from_api: int


class ImportCard(BaseModel):
    import_id: UUID
    account_id: UUID
    file: StudioFile
    file_name: str | None
    state: State
    years: Years = Field(description="Where the years of the dates come from; inferred ones are to be looked at.")
    total_rows: int
    bad_rows: int = Field(description="Rows that are not written; `problems` says why.")
    empty_rows: int = Field(description="Rows that give nothing but a date.")
    created_by: str
    created_at: Timestamp


class ImportList(BaseModel):
    imports: tuple[ImportCard, ...]


class ImportAnswer(ImportCard):
    """What an import writes or has written. Of one that was undone the figures are gone."""

    first_day: date | None
    last_day: date | None
    columns: tuple[ImportedColumn, ...]
    ignored_columns: tuple[str, ...]
    problems: tuple[RowProblem, ...] = Field(description="By row; the first of many.")
    figures: tuple[Figures, ...]


@router.post(
    "",
    operation_id="create_import",
    summary="Upload a file and see what it would write",
    description="Nothing is written before it is confirmed; unconfirmed it is forgotten after a day. Overview.csv, "
    "FollowerHistory.csv and Content.csv are recognised by their first row.",
    status_code=201,
    responses=problems.documented(401, 403, 409, 413, 415, 422, 503),
    openapi_extra={"requestBody": _BODY},
)
async def create_import(
    parameters: Annotated[UploadParameters, Query()], request: Request, caller: Caller, services: Ports
) -> ImportAnswer:
    caller.require(KeyScope.MANAGE)
    upload = Upload(content=await uploaded(request), **parameters.model_dump())
    return _answer(await _importing(services).preview(caller, upload))


@router.get(
    "",
    operation_id="list_imports",
    summary="The imports of accounts you may read, the newest first",
    responses=problems.documented(401, 403, 503),
)
async def list_imports(caller: Caller, services: Ports) -> ImportList:
    found = await _importing(services).all(caller)
    return ImportList(imports=tuple(ImportCard.model_validate(one, from_attributes=True) for one in found))


@router.get(
    "/{import_id}",
    operation_id="get_import",
    summary="An import: its state, what it writes, and what is wrong with the file",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_import(import_id: UUID, caller: Caller, services: Ports) -> ImportAnswer:
    return _answer(await _importing(services).one(caller, import_id))


@router.post(
    "/{import_id}/confirm",
    operation_id="confirm_import",
    summary="Write it: its days become history with their source",
    description="Where the API has given a value for a day, before or after, that one counts.",
    responses=_CHANGING,
)
async def confirm_import(import_id: UUID, caller: Caller, services: Ports) -> ImportAnswer:
    caller.require(KeyScope.MANAGE)
    return _answer(await _importing(services).confirm(caller, import_id))


@router.delete(
    "/{import_id}",
    operation_id="undo_import",
    summary="Undo it: nothing of it counts any more",
    responses=_CHANGING,
)
async def undo_import(import_id: UUID, caller: Caller, services: Ports) -> ImportAnswer:
    caller.require(KeyScope.MANAGE)
    return _answer(await _importing(services).undo(caller, import_id))


def _importing(services: Services) -> Importing:
    return Importing(ports=services.imports, accounts=services.accounts, clock=services.clock, wall=services.wall)


def _answer(one: StudioImport) -> ImportAnswer:
    days = [figures.day for figures in one.figures]
    return ImportAnswer(
        **one.model_dump(include=set(ImportCard.model_fields)),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        columns=tuple(_columns(one)),
        ignored_columns=one.ignored_columns,
        problems=one.problems,
        figures=one.figures,
    )


def _columns(one: StudioImport) -> Iterator[ImportedColumn]:
    for name in dict.fromkeys(name for figures in one.figures for name in figures.values):
        yield ImportedColumn(
            field=name,
            rows=sum(name in figures.values for figures in one.figures),
            rows_from_api=sum(name in figures.from_api for figures in one.figures),
        )
