"""Dates as TikTok Studio writes them, mostly without a year, and the years they are given by their order.

The newest day of a file is the latest one that is not in the future; going back from it, a day that would not be
earlier is of the year before. What the order does not tell is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from query_api.domain.errors import BadInput
from query_api.domain.studio_import.months import MONTHS

# How many years back the newest day of a file may lie.
_YEARS_BACK = 2
_HALF_A_YEAR, _A_YEAR = 183, 366
_SORT = "sort the rows by date, or write the dates with their year (YYYY-MM-DD)"

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_EASTERN = re.compile(r"(?:(?P<year>\d{4})[年년] ?)?(?P<month>\d{1,2})[月월] ?(?P<day>\d{1,2})[日일]")
_NAME = r"(?P<name>[^\W\d_]+(?: [^\W\d_]+){0,2})\.?"
_NAME_FIRST = re.compile(rf"{_NAME} (?P<day>\d{{1,2}})(?:,? (?P<year>\d{{4}}))?")
_DAY_FIRST = re.compile(rf"(?P<day>\d{{1,2}})(?:\.|er)? (?:de )?{_NAME}(?:,? (?:de )?(?P<year>\d{{4}}))?")
_FORMS = (_ISO, _EASTERN, _NAME_FIRST, _DAY_FIRST)


class Years(StrEnum):
    """Where the years come from."""

    WRITTEN = "written"
    INFERRED = "inferred"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it was written; `year` None: without one."""

    month: int
    day: int
    year: int | None = None

    def on(self, year: int) -> date | None:
        """None where that year has no such day."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    @property
    def place(self) -> int:
        """Its place in a leap year; 29 February is a day of its own."""
        return date(2000, self.month, self.day).timetuple().tm_yday


def read_date(text: str) -> Written | None:
    """None where it is no date."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    match = next((found for form in _FORMS if (found := form.fullmatch(plain))), None)
    if match is None:
        return None
    parts = match.groupdict()
    month = MONTHS.get(parts["name"]) if "name" in parts else int(parts["month"])
    if month is None:
        return None
    written = Written(month, int(parts["day"]), int(parts["year"]) if parts["year"] else None)
    # Any day there is at all is one of a leap year's.
    return written if Written(written.month, written.day).on(2000) else None


def with_years(
    dates: Sequence[Written], *, today: date, newest_year: int | None = None
) -> tuple[Sequence[date | None], Years]:
    """The dates in their order; None for a day that its year does not have. Raises `BadInput`."""
    bare = [one for one in dates if one.year is None]
    if not bare:
        return [one.on(one.year or 0) for one in dates], Years.WRITTEN
    if len(bare) < len(dates):
        raise BadInput("file", "some of its dates have a year and some have none", _SORT)
    backwards = dates if _is_descending(dates) else list(reversed(dates))
    placed = _placed(backwards, today=today, newest_year=newest_year)
    source = Years.INFERRED if newest_year is None else Years.GIVEN
    return (placed if backwards is dates else list(reversed(placed))), source


def _is_descending(dates: Sequence[Written]) -> bool:
    steps = ((after.place - before.place) % _A_YEAR for before, after in pairwise(dates))
    directions = {step > _HALF_A_YEAR for step in steps if step}
    if len(directions) > 1:
        raise BadInput("file", "its dates have no year and go up and down, so that no year follows from them", _SORT)
    return directions == {True}


def _placed(backwards: Sequence[Written], *, today: date, newest_year: int | None) -> Sequence[date | None]:
    """By the latest year of the newest date in which every day exists."""
    years = [newest_year] if newest_year else range(today.year, today.year - _YEARS_BACK - 1, -1)
    tries = [list(_going_back(backwards, year)) for year in years]
    past = [dates for dates in tries if newest_year or (dates[0] or today) <= today]
    return next((dates for dates in past if None not in dates), past[0])


def _going_back(backwards: Sequence[Written], year: int) -> Iterator[date | None]:
    later = backwards[0]
    for one in backwards:
        if one.place > later.place:
            year -= 1
        yield one.on(year)
        later = one
