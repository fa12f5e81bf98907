"""Exports as jobs: ordered, watched, cancelled, and their files taken by a signed link."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response

from common.events import KeyScope
from query_api.domain.byte_range import Unsatisfiable, byte_range
from query_api.domain.errors import Conflict
from query_api.domain.export_forms import FILE_FORMS
from query_api.domain.export_job import Job
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.connection import ClosingStream, begun
from query_api.entrypoints.export_shapes import Download, ExportCard, ExportList, ExportOrder, card, page
from query_api.entrypoints.known_parameters import refuse_unknown
from query_api.ports import Services, Unavailable
from query_api.ports.exporting import Files
from query_api.use_cases.exporting.asking import Asking
from query_api.use_cases.exporting.ordering import Ordering

router = APIRouter(prefix="/v1/exports", tags=["exports"])

_LISTED = 50
# Seconds since 1970 that a datetime can hold.
_LATEST = 2**37


@router.post(
    "",
    operation_id="create_export",
    summary="Export all rows of a widget into a file, in the background",
    status_code=202,
    responses=problems.documented(401, 403, 422, 503),
)
async def create_export(order: ExportOrder, caller: Caller, services: Ports, response: Response) -> ExportCard:
    caller.require(KeyScope.EXPORT)
    _files(services)
    exportable = await asking_of(services).now(caller, order.subject(), order.asked())
    job = await ordering_of(services).order(caller, exportable)
    response.headers["Location"] = f"/v1/exports/{job.export_id}"
    return _card(job, services)


@router.get(
    "",
    operation_id="list_exports",
    summary="The exports you may see, the newest first",
    responses=problems.documented(401, 403, 422, 503),
)
async def list_exports(
    caller: Caller,
    services: Ports,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before.")] = None,
) -> ExportList:
    found, more = await ordering_of(services).newest(caller, before=cursor, limit=_LISTED)
    return page([_card(job, services) for job in found], more=more)


@router.get(
    "/{export_id}",
    operation_id="get_export",
    summary="How far an export is, and the link to its file",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_export(export_id: UUID, caller: Caller, services: Ports) -> ExportCard:
    return _card(await ordering_of(services).one(caller, export_id), services)


@router.post(
    "/{export_id}/cancel",
    operation_id="cancel_export",
    summary="Stop an export",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def cancel_export(export_id: UUID, caller: Caller, services: Ports) -> ExportCard:
    return _card(await ordering_of(services).cancel(caller, export_id), services)


@router.get(
    "/{export_id}/manifest",
    operation_id="get_export_manifest",
    summary="What a finished export holds, what it rests on, and how to ask for it again",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def get_export_manifest(export_id: UUID, caller: Caller, services: Ports) -> dict[str, Any]:
    job = await ordering_of(services).one(caller, export_id)
    if job.manifest is None:
        raise Conflict(f"the export is {job.state.value}: only a finished one has a manifest")
    return dict(job.manifest)


@router.get(
    "/{export_id}/file",
    operation_id="download_export",
    summary="The file of a finished export, by the link the export gave",
    response_class=Response,
    dependencies=[Depends(refuse_unknown)],
    responses={
        200: {"content": {form.media_type.partition(";")[0]: {} for form in FILE_FORMS.values()}},
        206: {"description": "The part that `Range` asks for."},
        **problems.documented(400, 404, 416, 422, 503),
    },
)
async def download_export(
    export_id: UUID,
    workspace: UUID,
    expires: Annotated[int, Query(ge=0, le=_LATEST)],
    signature: Annotated[str, Query(max_length=64)],
    request: Request,
    services: Ports,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
) -> Response:
    job = await ordering_of(services).by_link(workspace, export_id, expires=expires, signature=signature)
    start, end = _part(job, range_ if if_range in (None, _tag(job)) else None)
    source = await begun(request, _files(services).read(job.path, start=start, end=end))
    headers = {**_headers(job), "Content-Length": str(end - start)}
    if is_part := (start, end) != (0, job.bytes):
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{job.bytes}"
    media_type = FILE_FORMS[job.question.form].media_type
    return ClosingStream(source, media_type=media_type, headers=headers, status_code=206 if is_part else 200)


def asking_of(services: Services) -> Asking:
    return Asking(
        accounts=services.accounts, access=services.access, metrics=services.metrics.custom, clock=services.clock
    )


def ordering_of(services: Services) -> Ordering:
    exporting = services.exporting
    return Ordering(
        jobs=exporting.jobs, link_key=exporting.link_key, public_url=exporting.public_url, wall=services.wall
    )


def _part(job: Job, header: str | None) -> tuple[int, int]:
    try:
        part = byte_range(header, size=job.bytes)
    except Unsatisfiable:
        raise HTTPException(416, "the file has no such part", {"Content-Range": f"bytes */{job.bytes}"}) from None
    return (part.start, part.end) if part else (0, job.bytes)


def _headers(job: Job) -> dict[str, str]:
    name = (job.manifest or {})["file"]
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
        "ETag": _tag(job),
    }


def _tag(job: Job) -> str:
    return f'"{(job.manifest or {})["sha256"]}"'


def _files(services: Services) -> Files:
    if services.exporting.files is None:
        raise Unavailable("a storage for exports (this deployment has none set)")
    return services.exporting.files


def _card(job: Job, services: Services) -> ExportCard:
    link = ordering_of(services).link(job)
    return card(job, Download(url=link.url, expires_at=link.expires_at) if link else None)
