"""Results in any storage that fsspec knows: a local folder, or S3 or GCS where their drivers are installed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, cast

import fsspec
from fsspec.core import url_to_fs

from common.runtime.logs import logger
from query_api.ports import Unavailable

# Enough for each step to be worth a thread's turn; an upload to S3 gathers larger parts by itself.
_PIECE_BYTES = 1_048_576

_log = logger(__name__)


class FsspecFiles:
    def __init__(self, url: str) -> None:
        """Raises `ValueError` or `ImportError` when no driver for `url` is there."""
        options = {"auto_mkdir": True} if url.startswith("file:") else {}
        self._system, self._root = cast("tuple[fsspec.AbstractFileSystem, str]", url_to_fs(url, **options))

    async def write(self, path: str, pieces: AsyncIterator[bytes], *, take: Callable[[bytes], None]) -> None:
        with _translated():
            file = await asyncio.to_thread(self._opened, path, "wb")
        try:
            async for block in _blocks(pieces):
                with _translated():
                    await asyncio.to_thread(_take, file, block, take)
        finally:
            # An object is there when its file is closed, so a failure to close is one to write.
            with _translated():
                await asyncio.to_thread(file.close)

    async def read(self, path: str, *, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        with _translated():
            file = await asyncio.to_thread(self._opened, path, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            left = end - start if end is not None else -1
            while left and (block := await _read(file, left)):
                left = left - len(block) if left > 0 else left
                yield block
        finally:
            await asyncio.to_thread(file.close)

    async def remove(self, path: str) -> None:
        with _translated():
            await asyncio.to_thread(self._remove, path)

    async def under(self, folder: str) -> Sequence[str]:
        with _translated():
            found = await asyncio.to_thread(self._system.find, f"{self._root}/{folder}")
        # What a storage calls its root may be written in another way than we did.
        return [f"{folder}/{path.partition(f'/{folder}/')[2]}" for path in found]

    def _opened(self, path: str, mode: str) -> IO[bytes]:
        return cast(IO[bytes], self._system.open(f"{self._root}/{path}", mode))

    def _remove(self, path: str) -> None:
        place = f"{self._root}/{path}"
        if self._system.exists(place):
            self._system.rm(place, recursive=True)


async def _blocks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    async for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _take(file: IO[bytes], block: bytes, take: Callable[[bytes], None]) -> None:
    file.write(block)
    take(block)


async def _read(file: IO[bytes], left: int) -> bytes:
    with _translated():
        return await asyncio.to_thread(file.read, min(_PIECE_BYTES, left) if left > 0 else _PIECE_BYTES)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _log.warning("storage of exports failed", error=f"{type(error).__name__}: {error}"[:500])
        raise Unavailable("the storage of exports") from error
