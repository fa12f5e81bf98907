"""A process that writes one workbook: rows come in as JSON lines, the file lies at the path given when it ends with 0.

A process of its own, because writing cells keeps a processor busy for a minute per million rows, and nobody else's
answer may wait for that. Memory stays flat: a row is on disk before the next one is taken.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedReader, FileIO
from itertools import count

import orjson
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# Excel's own limits, the heading's line included.
ROWS_OF_A_SHEET = 1_048_576
_LONGEST_TEXT = 32_767
# A number of Excel is a float: beyond it digits are lost.
_LARGEST_EXACT = 2**53
_READ_BYTES = 262_144
_WIDTH, _WIDE = 14, 40
_BEGINNING = datetime(2020, 1, 1)

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    heading: str
    type: str
    shown: str | None


def main(path: str, rows: BufferedReader) -> None:
    head = orjson.loads(rows.readline())
    columns = [Column(**column) for column in head["columns"]]
    with Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        # The same rows make the same bytes.
        book.set_properties({"title": head["title"], "created": _BEGINNING})
        _Sheets(book, head["title"], columns).write(rows)
        _about(book, head["about"])


class _Sheets:
    def __init__(self, book: Workbook, title: str, columns: Sequence[Column]) -> None:
        self._book = book
        self._title = title
        self._columns = columns
        self._bold = book.add_format({"bold": True})
        formats = [book.add_format({"num_format": column.shown}) if column.shown else None for column in columns]
        self._cells = [
            (_WRITERS.get(column.type, _text), shown) for column, shown in zip(columns, formats, strict=True)
        ]

    def write(self, rows: BufferedReader) -> None:
        for number in count(1):
            sheet = self._opened(number)
            if not self._fill(sheet, rows):
                return

    def _opened(self, number: int) -> Worksheet:
        # A name has 31 characters at most.
        name = self._title[:31] if number == 1 else f"{self._title[:24]} ({number})"
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, _WIDE if column.type == "text" else _WIDTH)
        for place, column in enumerate(self._columns):
            sheet.write_string(0, place, column.heading, self._bold)
        return sheet

    def _fill(self, sheet: Worksheet, rows: BufferedReader) -> bool:
        """Whether the sheet is full and more may follow."""
        for number in range(1, ROWS_OF_A_SHEET):
            line = rows.readline()
            if not line:
                sheet.autofilter(0, 0, number - 1, max(len(self._columns) - 1, 0))
                return False
            for place, (cell, (write, shown)) in enumerate(zip(orjson.loads(line), self._cells, strict=True)):
                if cell is not None:
                    write(sheet, number, place, cell, shown)
        return bool(rows.peek(1))


def _text(sheet: Worksheet, row: int, place: int, cell: Cell, shown: Format | None) -> None:
    # `write_string` never makes a formula of it. Excel breaks lines by LF alone.
    sheet.write_string(row, place, str(cell).replace("\r\n", "\n")[:_LONGEST_TEXT], shown)


def _number(sheet: Worksheet, row: int, place: int, cell: Cell, shown: Format | None) -> None:
    if isinstance(cell, int | float) and abs(cell) <= _LARGEST_EXACT:
        sheet.write_number(row, place, cell, shown)
    else:
        _text(sheet, row, place, cell, None)


def _date(sheet: Worksheet, row: int, place: int, cell: Cell, shown: Format | None) -> None:
    sheet.write_datetime(row, place, date.fromisoformat(str(cell)), shown)


def _moment(sheet: Worksheet, row: int, place: int, cell: Cell, shown: Format | None) -> None:
    moment = datetime.fromisoformat(str(cell)).astimezone(UTC)
    sheet.write_datetime(row, place, moment.replace(tzinfo=None), shown)


Writer = Callable[[Worksheet, int, int, Cell, Format | None], None]
_WRITERS: Mapping[str, Writer] = {"integer": _number, "number": _number, "date": _date, "timestamp": _moment}


def _about(book: Workbook, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 4, 24)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell[:_LONGEST_TEXT])


if __name__ == "__main__":
    main(sys.argv[1], BufferedReader(FileIO(0), _READ_BYTES))
