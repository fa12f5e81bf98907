"""The front that drivers talk to: writes go one at a time, and are on disk before they are acknowledged.

Writes that wait behind one another share one commit: a commit costs more than a write.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Protocol

from common.runtime import logs
from embedded.errors import DataFolderError
from embedded.mongo import wire
from embedded.mongo.refusals import refusal
from embedded.mongo.turns import Turns

HOST = "127.0.0.1"

# Commands that touch no data, and those that only read it. Every other one is taken for a write.
WITHOUT_DATA = frozenset(
    (
        *("hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "whatsmyuri", "connectionStatus"),
        *("buildInfo", "buildinfo", "serverStatus", "hostInfo", "getLog", "getCmdLineOpts", "getParameter"),
    )
)
READS = frozenset(
    (
        *("find", "getMore", "count", "distinct", "validate", "collStats", "dbStats"),
        *("listCollections", "listIndexes", "listDatabases"),
    )
)

log = logs.logger(__name__)


class Store(Protocol):
    """What is behind the front."""

    @property
    def port(self) -> int:
        """Where the server listens."""
        ...

    def commit(self) -> None:
        """Put on disk what was written since the last commit; a DataFolderError when it cannot."""
        ...


class Front:
    """Forwards between drivers and the server behind; `turns` orders what touches the data."""

    def __init__(self, store: Store) -> None:
        self.turns = Turns(self._commit)
        self.writes = 0
        self._uncommitted: list[asyncio.Future[None]] = []
        self._store = store
        self._clients: set[asyncio.StreamWriter] = set()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Accept drivers on `port`; afterwards none is connected and no write is under way."""
        server = await asyncio.start_server(self._serve, HOST, port)
        try:
            yield
        finally:
            server.close()
            async with self.turns.alone():
                for client in self._clients:
                    client.close()

    async def until_broken(self) -> None:
        """Raise when a write could not be put on disk: what is in memory is then no longer what was acknowledged."""
        await self._broken

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            async with _connected(self._store.port) as backend:
                while message := await _message(reader):
                    if reply := await self._answer(wire.parse(message), backend):
                        writer.write(reply)
                        await writer.drain()
        except wire.WireError as error:
            log.warning("client disconnected", because=str(error))
        except ConnectionError as error:
            log.info("connection ended", because=repr(error))
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _answer(self, request: wire.Request, backend: "_Backend") -> bytes | None:
        if request.command == "hello":
            return await _hello(request, backend)
        if error := refusal(request):
            return wire.reply_to(request.message, error)
        reply = await self._written(request, backend) if _may_write(request) else await self._read(request, backend)
        return reply if request.wants_reply else None

    async def _read(self, request: wire.Request, backend: "_Backend") -> bytes:
        # A read may not run beside a write either: the server encodes its answer from documents it changes in place.
        async with nullcontext() if request.command in WITHOUT_DATA else self.turns.shared():
            return await backend.ask(request.message)

    async def _written(self, request: wire.Request, backend: "_Backend") -> bytes:
        """The reply to a write, once it is on disk."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        async with self.turns.writing():
            reply = await backend.ask(request.message)
            self._uncommitted.append(committed)
        await committed
        return reply

    def _commit(self) -> None:
        row, self._uncommitted = self._uncommitted, []
        self.writes += len(row)
        try:
            self._store.commit()
        except DataFolderError as error:
            self._break(error)
        for committed in row:
            if not committed.cancelled():
                self._tell(committed)

    def _break(self, error: DataFolderError) -> None:
        if not self._broken.done():
            self._broken.set_exception(error)

    def _tell(self, committed: asyncio.Future[None]) -> None:
        if self._broken.done():
            committed.set_exception(ConnectionError("the write was not put on disk"))
        else:
            committed.set_result(None)


def _may_write(request: wire.Request) -> bool:
    if request.command == "aggregate":
        return wire.writes_its_result(request.body)
    return request.command not in WITHOUT_DATA | READS


async def _hello(request: wire.Request, backend: "_Backend") -> bytes:
    """The server behind knows only the older name of this command."""
    asked = wire.decode(request.body)
    del asked["hello"]
    reply = wire.parse(await backend.ask(wire.with_body(request.message, {"isMaster": 1, **asked})))
    return wire.reply_to(request.message, {**wire.decode(reply.body), "isWritablePrimary": True})


class _Backend:
    """A driver's own connection to the server behind."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, message: bytes) -> bytes:
        self._writer.write(message)
        reply = await _message(self._reader)
        if not reply:
            raise ConnectionError("the server behind closed the connection; it could not read the message")
        return reply


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[_Backend]:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield _Backend(reader, writer)
    finally:
        writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One whole message; nothing when the other side has gone, also in the middle of a message."""
    try:
        prefix = await reader.readexactly(4)
        return prefix + await reader.readexactly(wire.length(prefix) - 4)
    except asyncio.IncompleteReadError:
        return b""
