"""A zip of an export and its manifest, written while the export passes.

Stored, not compressed: what compresses well was compressed by its form, and the rest is by the connection. Cut short it
has no directory, which every program refuses.
"""

import io
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import IO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from query_api.domain.digesting import Digesting
from query_api.domain.manifest import Described, manifest

MANIFEST = "manifest.json"


class _Sink(io.RawIOBase):
    """What was written since it was last emptied; it cannot be wound back, so that the zip is written straight on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    # The buffer may be used again by its owner, so it is copied.
    def write(self, data: object) -> int:
        part = bytes(cast(bytes, data))
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def packed(described: Described, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    sink, digesting = _Sink(), Digesting(described.exportable.form)
    with ZipFile(cast(IO[bytes], sink), "w", ZIP_STORED) as archive:
        # Any size: how large it will be nobody knows yet.
        with archive.open(ZipInfo(described.exportable.file_name), "w", force_zip64=True) as file:
            async with aclosing(pieces):
                async for piece in pieces:
                    digesting.take(piece)
                    file.write(piece)
                    yield sink.taken()
        said = json.dumps(manifest(described, digesting.digest()), ensure_ascii=False, indent=1)
        archive.writestr(ZipInfo(MANIFEST), said.encode())
    yield sink.taken()
