"""The bytes of an export, and what they rest on."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from common.runtime.clock import Clock
from query_api.domain.asking import Format
from query_api.domain.exportable import Exportable
from query_api.domain.manifest import Described
from query_api.ports import Warehouse
from query_api.ports.exporting import Sheets


def _unheard(_: int) -> None:
    """Nobody asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Producing:
    """`clock` is the domain's: what is final is a matter of TikTok's time."""

    warehouse: Warehouse
    sheets: Sheets
    clock: Clock
    wall: Clock

    async def described(self, exportable: Exportable) -> Described:
        """Raises `Unavailable` or `TooMuch`."""
        question = exportable.question
        covered = await self.warehouse.coverage(question, self.clock.now())
        return Described(exportable=exportable, covered=covered, as_of=covered.as_of, generated_at=self.wall.now())

    async def pieces(
        self, described: Described, *, rows_of_a_sheet: Callable[[int], None] = _unheard
    ) -> AsyncGenerator[bytes, None]:
        """The file's bytes. Raises `Unavailable` or `TooMuch`, after some pieces too: then they are not all.

        A workbook's bytes do not tell how many rows they hold: `rows_of_a_sheet` hears of them as they come.
        """
        rows = self.warehouse.stream(described.exportable.question, described.exportable.form)
        is_sheet = described.exportable.form is Format.XLSX
        source = self.sheets.written(described, _counted(rows, rows_of_a_sheet)) if is_sheet else rows
        async with aclosing(rows), aclosing(source):
            async for piece in source:
                yield piece


async def _counted(lines: AsyncGenerator[bytes, None], hear: Callable[[int], None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(lines):
        async for piece in lines:
            hear(piece.count(b"\n"))
            yield piece
