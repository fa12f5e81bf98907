"""A half-open range of UTC days, and how the one a request names, or leaves out, is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from query_api.domain.errors import BadInput

DEFAULT_DAYS = 28
# Three years: what is shown by default is 13 months, compared with the year before at most.
MOST_DAYS = 1_096
# Long before TikTok and well inside what ClickHouse's Date can hold.
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=step) for step in range(len(self)))

    def __len__(self) -> int:
        return (self.end - self.start).days


def date_range(start: str | None, end: str | None, *, today: date) -> DateRange:
    """The range of the parameters `from` and `to`; by default the 28 days that end with `today`."""
    last = _day("to", end) if end is not None else None
    first = _day("from", start) if start is not None else (last or _next(today)) - timedelta(days=DEFAULT_DAYS)
    return _checked(DateRange(first, last or _next(today)), today=today, end_given=last is not None)


def _checked(asked: DateRange, *, today: date, end_given: bool) -> DateRange:
    if asked.start >= asked.end:
        end = f"to ({asked.end})" if end_given else f"tomorrow ({_next(today)}), which to is when left out"
        raise BadInput(
            "from", f"{asked.start} is not before {end}", "the day in to is not part of the range: give an earlier from"
        )
    if len(asked) > MOST_DAYS:
        raise BadInput("from", f"the range has {len(asked)} days, the most is {MOST_DAYS}", "ask for a shorter one")
    return asked


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _day(parameter: str, text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise BadInput(parameter, f"{text[:40]!r} is not a day from {EARLIEST} to {LATEST}", "write it as YYYY-MM-DD")
    return day
