"""Stands between drivers and a MongoDB and keeps every command they send, whichever process sends it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from embedded.mongo import wire

HOST = "127.0.0.1"


class Recorder:
    """`commands` in the order they came, as sent."""

    def __init__(self, behind: str) -> None:
        self._behind = urlsplit(behind)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        # Any: as BSON's own decoder.
        self.commands: list[dict[str, Any]] = []

    @property
    def names(self) -> Sequence[str]:
        return [next(iter(command)) for command in self.commands]

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        user = f"{self._behind.netloc.rpartition('@')[0]}@" if "@" in self._behind.netloc else ""
        return urlunsplit(self._behind._replace(netloc=f"{user}{HOST}:{port}"))

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)

    def close(self) -> None:
        """From now on the database does not answer."""
        if self._server:
            self._server.close()
        for client in self._clients:
            client.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        back_reader, back_writer = await asyncio.open_connection(self._behind.hostname, self._behind.port or 27017)
        answers = asyncio.create_task(_copied(back_reader, writer))
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                prefix = await reader.readexactly(4)
                message = prefix + await reader.readexactly(wire.length(prefix) - 4)
                self.commands.append(wire.whole(message))
                back_writer.write(message)
                await back_writer.drain()
        self._clients.discard(writer)
        back_writer.close()
        answers.cancel()
        writer.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def recorded(url: str) -> AsyncIterator[Recorder]:
    """A recorder in front of the server of `url`."""
    recorder = Recorder(url)
    await recorder.start()
    try:
        yield recorder
    finally:
        recorder.close()
