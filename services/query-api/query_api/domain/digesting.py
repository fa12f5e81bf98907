"""Hash, size and number of rows of a file, worked out while its bytes pass."""

import hashlib
from collections.abc import Mapping

from query_api.domain.asking import Format
from query_api.domain.manifest import Digest

# What ends a row, and how many of those are none's: in CSV only rows end so, the line of names among them.
_ENDS: Mapping[Format, tuple[bytes, int]] = {
    Format.CSV: (b"\r\n", 1),
    Format.CSV_EXCEL: (b"\r\n", 1),
    Format.JSONL: (b"\n", 0),
}


class Digesting:
    def __init__(self, form: Format) -> None:
        self._hash = hashlib.sha256()
        self._end, self._heads = _ENDS.get(form, (b"", 0))
        self._ends = 0
        self._last = b""
        self._told: int | None = None
        self.bytes = 0

    def take(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.bytes += len(piece)
        if self._end:
            self._ends += piece.count(self._end) + (len(self._end) == 2 and self._last + piece[:1] == self._end)
            self._last = piece[-1:]

    def more_rows(self, count: int) -> None:
        """Told by whoever knows of rows that the bytes do not show."""
        self._told = (self._told or 0) + count

    @property
    def rows(self) -> int | None:
        """So far; None where the form does not tell, and nobody else did."""
        return max(self._ends - self._heads, 0) if self._end else self._told

    def digest(self) -> Digest:
        return Digest(sha256=self._hash.hexdigest(), bytes=self.bytes, rows=self.rows)
