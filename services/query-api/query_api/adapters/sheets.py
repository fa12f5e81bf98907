"""Workbooks of rows that ClickHouse gives: written by a process of its own into a file, which is then read out."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from common.runtime.logs import logger
from query_api.domain.about_sheet import about
from query_api.domain.exportable import number_format
from query_api.domain.manifest import Described
from query_api.ports import Unavailable

_WRITER = "query_api.adapters.sheet_writer"
_PIECE_BYTES = 262_144

_log = logger(__name__)


class XlsxSheets:
    async def written(self, described: Described, rows: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """The workbook's bytes; none before all rows were read, so that what fails until then has no file."""
        with TemporaryDirectory(prefix="toa-sheet-") as folder:
            file = Path(folder) / "book.xlsx"
            async with _writer(file) as process:
                await _fed(process, described, rows)
            async for piece in _pieces(file):
                yield piece


@asynccontextmanager
async def _writer(file: Path) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", _WRITER, str(file))
    # Its own temporary files lie beside the workbook and go with it.
    environment = {**os.environ, "TMPDIR": str(file.parent)}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=environment
    )
    try:
        yield process
        if await process.wait():
            _log.error("a workbook was not written", status=process.returncode)
            raise Unavailable("the writer of workbooks")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _fed(process: Process, described: Described, rows: AsyncGenerator[bytes, None]) -> None:
    stdin = process.stdin
    assert stdin is not None
    try:
        stdin.write(_head(described))
        async for piece in rows:
            stdin.write(piece)
            await stdin.drain()
        stdin.close()
        await stdin.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        # Why it ended, its status tells.
        return


def _head(described: Described) -> bytes:
    exportable = described.exportable
    columns = [
        {"heading": exportable.heading(column), "type": column.kind.value, "shown": number_format(column)}
        for column in exportable.columns
    ]
    head = {"title": exportable.title, "columns": columns, "about": about(described)}
    return orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE)


async def _pieces(file: Path) -> AsyncGenerator[bytes, None]:
    with await asyncio.to_thread(file.open, "rb") as book:
        while piece := await asyncio.to_thread(book.read, _PIECE_BYTES):
            yield piece
