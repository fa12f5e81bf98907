"""Answers of ClickHouse that fail after their beginning: told apart from whole ones, its words kept out of the data.

ClickHouse has sent 200 and rows by then. It writes a mark, `__exception__` and a tag on lines of their own, and its
message after them and cuts the connection. The tag, which no row can know, is in the head of the answer; older ones
write the mark without one.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

import aiohttp

TAG_HEADER = "X-ClickHouse-Exception-Tag"
_MARK = b"\r\n__exception__\r\n"


class CutShort(Exception):
    """The answer ends here and is not whole; `said` is what ClickHouse says, for the log."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


async def rows_only(pieces: AsyncIterator[bytes], *, tag: str | None) -> AsyncGenerator[bytes, None]:
    """The pieces as they come, each when the next one is there, so that a mark over two of them is seen.

    Raises `CutShort` in place of the mark and what is behind it.
    """
    mark = _MARK + tag.encode() + b"\r\n" if tag else _MARK
    kept = b""
    async for piece in pieces:
        if (place := _place(mark, kept, piece)) >= 0:
            raise CutShort(await _said(kept + piece, place + len(mark), pieces))
        if kept:
            yield kept
        kept = piece
    if kept:
        yield kept


def _place(mark: bytes, kept: bytes, piece: bytes) -> int:
    """Where the mark begins in `kept + piece`, which nobody joins for that; -1 if nowhere. It is not in `kept`."""
    overlap = len(mark) - 1
    border = kept[-overlap:]
    if (place := (border + piece[:overlap]).find(mark)) >= 0:
        return len(kept) - len(border) + place
    place = piece.find(mark)
    return place if place < 0 else len(kept) + place


async def _said(known: bytes, start: int, pieces: AsyncIterator[bytes]) -> str:
    text = bytearray(known[start:])
    # The connection is cut behind it.
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        async for piece in pieces:
            text += piece
    return text.decode(errors="replace").partition("\r\n")[0]
