"""An export as the answer of a request: its bytes as they come, or a zip of them and their manifest."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Request
from fastapi.responses import Response

from query_api.domain.asking import Format
from query_api.domain.exportable import Exportable
from query_api.entrypoints.connection import ClosingStream, begun
from query_api.entrypoints.packing import packed
from query_api.ports import Services
from query_api.use_cases.exporting.producing import Producing

_ZIP = "application/zip"


def producing_of(services: Services) -> Producing:
    return Producing(
        warehouse=services.warehouse, sheets=services.exporting.sheets, clock=services.clock, wall=services.wall
    )


async def exported(exportable: Exportable, *, with_manifest: bool, request: Request, services: Services) -> Response:
    """Whole only with the last chunk of its encoding: a failure on the way cuts the connection before it."""
    source = _packed(exportable, services) if with_manifest else _file(exportable, services)
    rows = await begun(request, source)
    name = f"{exportable.stem}.zip" if with_manifest else exportable.file_name
    media_type = _ZIP if with_manifest else exportable.file_form.media_type
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return ClosingStream(rows, media_type=media_type, headers=headers)


async def _packed(exportable: Exportable, services: Services) -> AsyncGenerator[bytes, None]:
    producing = producing_of(services)
    described = await producing.described(exportable)
    async with aclosing(packed(described, producing.pieces(described))) as pieces:
        async for piece in pieces:
            yield piece


async def _file(exportable: Exportable, services: Services) -> AsyncGenerator[bytes, None]:
    if exportable.form is Format.XLSX:
        producing = producing_of(services)
        source = producing.pieces(await producing.described(exportable))
    else:
        # ClickHouse's own bytes, with as little as possible between.
        source = services.warehouse.stream(exportable.question, exportable.form)
    async with aclosing(source) as pieces:
        async for piece in pieces:
            yield piece
