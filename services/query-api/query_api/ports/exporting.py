"""What exporting needs from outside."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from query_api.domain.manifest import Described


class Sheets(Protocol):
    def written(self, described: Described, rows: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """A workbook of `rows` (JSON arrays by line), in pieces; raises `Unavailable`, or whatever `rows` raise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """All of them together."""

    sheets: Sheets
