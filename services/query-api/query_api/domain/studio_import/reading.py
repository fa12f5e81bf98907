"""A file of TikTok Studio as rows of values, each looked at by itself: what is wrong with one holds up no other."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from pydantic import BaseModel, ConfigDict

from query_api.domain.errors import BadInput
from query_api.domain.studio_import.dates import Written, Years, read_date, with_years
from query_api.domain.studio_import.files import Header, expected, recognised
from query_api.domain.studio_import.numbers import NotACount, read_count
from query_api.domain.studio_import.posts import post_of

# Far more than two years have days, and than an account has posts.
MOST_ROWS = 20_000
# A week more than two years: what is exported on the last day is uploaded a little later.
MOST_DAYS_BACK = 2 * 366 + 7
# Rows before the header, such as a title that a spreadsheet put there.
_LOOKED_AT = 5
_DELIMITERS = (",", ";", "\t")
_AS_STUDIO = "upload the file as TikTok Studio wrote it (Analytics, Download data, CSV)"


class RowProblem(BaseModel):
    """What is wrong with a row, which is the spreadsheet's: 1 is the header. `column` None: the row as a whole."""

    model_config = ConfigDict(frozen=True)

    row: int
    column: str | None
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A usable row: what it gives of a day or, in a file of posts, of a post on that day. Missing values are absent."""

    row: int
    day: date
    post_id: str | None
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as it was understood; `total` rows are those below the header that are not blank."""

    header: Header
    years: Years
    total: int
    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    row: int
    written: Written
    post_id: str | None
    values: Mapping[str, int]


def read_file(content: bytes, *, today: date, newest_year: int | None = None) -> Reading:
    """Raises `BadInput` for what cannot be understood as a whole: another file, another coding, dates without order."""
    header, rows = _opened(_decoded(content))
    found = [_line(number, cells, header) for number, cells in islice(rows, MOST_ROWS + 1)]
    if len(found) > MOST_ROWS:
        raise BadInput("file", f"it has more than {MOST_ROWS} rows", "upload it in parts")
    lines = [one for one in found if isinstance(one, _Line)]
    dates, years = with_years([one.written for one in lines], today=today, newest_year=newest_year)
    checks = _Checks(today=today, header=header)
    placed = [checks.on_its_day(line, day) for line, day in zip(lines, dates, strict=True)]
    kept, twins = _without_twins([one for one in placed if isinstance(one, Row)])
    problems = [
        *(problem for one in found if not isinstance(one, _Line) for problem in one),
        *(one for one in placed if isinstance(one, RowProblem)),
        *twins,
    ]
    return Reading(
        header=header,
        years=years,
        total=len(found),
        rows=tuple(kept),
        problems=tuple(sorted(problems, key=lambda one: one.row)),
    )


def with_known_posts(reading: Reading, since: Mapping[str, date]) -> Reading:
    """Without rows of posts that are not the account's, or of days up to that on which the post was first collected."""
    link = reading.header.layout.link
    problems: list[RowProblem] = []
    kept: list[Row] = []
    for row in reading.rows:
        first = since.get(row.post_id or "")
        if first is None:
            remedy = "check the account; of a post that TikTok never listed nothing can be kept"
            problems.append(_wrong(row.row, link, "the account has no such post", remedy))
        elif row.day <= first:
            # A counter of before would be its first, and what it had by then would no longer be known as its start.
            remedy = f"upload an export made after {first}"
            problems.append(_wrong(row.row, reading.header.layout.day, f"the post is collected since {first}", remedy))
        else:
            kept.append(row)
    together = sorted([*reading.problems, *problems], key=lambda one: one.row)
    return replace(reading, rows=tuple(kept), problems=tuple(together))


def _decoded(content: bytes) -> str:
    if content[:4] == b"PK\x03\x04":
        raise BadInput("file", "it is an archive or an Excel workbook", "choose CSV in Studio, and unpack the archive")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("file", "it is not UTF-8", "save it as CSV UTF-8, or upload what Studio wrote") from None
    if "\0" in text:
        raise BadInput("file", "it is no text", _AS_STUDIO)
    return text


def _opened(text: str) -> tuple[Header, Iterator[tuple[int, Sequence[str]]]]:
    """The header, and the numbered rows below it that are not blank."""
    for delimiter in _DELIMITERS:
        rows = _numbered(text, delimiter)
        for _, cells in islice(rows, _LOOKED_AT):
            if (header := recognised(cells)) is not None:
                return header, rows
    raise BadInput("file", "its first row is not that of a file that can be imported", f"upload one of {expected()}")


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise BadInput("file", f"it is no CSV from line {reader.line_num} on ({error})", _AS_STUDIO) from None


def _line(number: int, cells: Sequence[str], header: Header) -> _Line | list[RowProblem]:
    if len(cells) != header.width:
        problem = f"it has {len(cells)} cells, the header has {header.width}"
        remedy = "put a text with a comma in it into quotation marks"
        return [RowProblem(row=number, column=None, problem=problem, remedy=remedy)]
    named = {name: cells[place] for name, place in header.places.items()}
    problems: list[RowProblem] = []
    written, post_id = _date_of(number, named, header, problems), _post_of(number, named, header, problems)
    values = dict(_values(number, named, header, problems))
    if problems or written is None:
        return problems
    return _Line(row=number, written=written, post_id=post_id, values=values)


def _date_of(number: int, named: Mapping[str, str], header: Header, problems: list[RowProblem]) -> Written | None:
    column = header.layout.day
    written = read_date(named[column])
    if written is None:
        remedy = "write it as YYYY-MM-DD, or set TikTok's language to English before the export"
        problems.append(_wrong(number, column, "it is not a date that can be read", remedy))
    return written


def _post_of(number: int, named: Mapping[str, str], header: Header, problems: list[RowProblem]) -> str | None:
    if (column := header.layout.link) is None:
        return None
    post_id = post_of(named[column])
    if post_id is None:
        remedy = "it looks like https://www.tiktok.com/@name/video/7412345678901234567"
        problems.append(_wrong(number, column, "it is not the link of a post", remedy))
    return post_id


def _values(
    number: int, named: Mapping[str, str], header: Header, problems: list[RowProblem]
) -> Iterator[tuple[str, int]]:
    for column, field in header.layout.counts.items():
        try:
            count = read_count(named.get(column, ""), signed=column in header.layout.signed)
        except NotACount as error:
            problems.append(_wrong(number, column, str(error), "write all digits, or leave the cell empty"))
        else:
            if count is not None:
                yield field, count


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checks:
    """Whether a day can have such figures."""

    today: date
    header: Header

    def on_its_day(self, line: _Line, day: date | None) -> Row | RowProblem:
        if day is None:
            return self._wrong(line, "that year has no such day", "write the date with its year (YYYY-MM-DD)")
        if day > self._newest:
            return self._wrong(line, f"{day} is not over yet", "leave the row out, or correct the year")
        if day < self.today - timedelta(days=MOST_DAYS_BACK):
            return self._wrong(line, f"{day} is more than two years ago", "leave the row out, or correct the year")
        return Row(row=line.row, day=day, post_id=line.post_id, values=line.values)

    @property
    def _newest(self) -> date:
        """What a day brought is known when it is over; what posts have by now, on the day itself."""
        return self.today - timedelta(days=0 if self.header.layout.link else 1)

    def _wrong(self, line: _Line, problem: str, remedy: str) -> RowProblem:
        return _wrong(line.row, self.header.layout.day, problem, remedy)


def _without_twins(rows: Sequence[Row]) -> tuple[list[Row], list[RowProblem]]:
    """A day, or a post, that is there twice counts once if both rows say the same, and not at all if they do not."""
    by_key: dict[tuple[date, str | None], Row] = {}
    unsure: set[tuple[date, str | None]] = set()
    problems: list[RowProblem] = []
    for row in rows:
        key = (row.day, row.post_id)
        known = by_key.setdefault(key, row)
        if known.values != row.values:
            unsure.add(key)
            problem = f"row {known.row} is of the same {'post' if row.post_id else 'day'} and has other figures"
            problems.append(_wrong(row.row, None, problem, "keep the right one; neither is written"))
    return [row for key, row in by_key.items() if key not in unsure], problems


def _wrong(row: int, column: str | None, problem: str, remedy: str) -> RowProblem:
    return RowProblem(row=row, column=column, problem=problem, remedy=remedy)
