"""An export as the answer of a request: its bytes as they come, or a zip of them and their manifest."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Request
from fastapi.responses import Response

from query_api.domain.exportable import Exportable
from query_api.domain.widget_request import Format
from query_api.entrypoints.connection import ClosingStream, while_connected
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
    # A failure before the first byte can still be told; after it only the connection can be cut.
    first = await while_connected(request, _first(source))
    name = f"{exportable.stem}.zip" if with_manifest else exportable.file_name
    media_type = _ZIP if with_manifest else exportable.file_form.media_type
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return ClosingStream(_behind(first, source), media_type=media_type, headers=headers)


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
        source = services.warehouse.stream(exportable.question)
    async with aclosing(source) as pieces:
        async for piece in pieces:
            yield piece


async def _first(rows: AsyncGenerator[bytes, None]) -> bytes:
    return await anext(rows, b"")


async def _behind(first: bytes, rows: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rows):
        yield first
        async for piece in rows:
            yield piece
