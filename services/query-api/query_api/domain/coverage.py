"""Where an answer's figures are not final, and why, as the warehouse judges it; and up to which day they are.

What is missing is told apart, so that nobody takes a hole for a zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from common.catalog.coverage import Status
from query_api.domain.date_range import DateRange

# More may come for such a day, or should have come: it holds completeness up.
_OPEN = frozenset(
    {
        Status.PROVISIONAL,
        Status.LATE,
        Status.NOT_COLLECTED,
        Status.LOST_ACCESS,
        Status.PAUSED,
        Status.AMBIGUOUS,
    }
)
_GIVEN = frozenset({Status.FINAL, Status.ESTIMATED, Status.IMPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRange:
    """Figures of `metrics` of one account on the days from `start` to before `end`."""

    account_id: UUID
    metrics: tuple[str, ...]
    start: date
    end: date
    status: Status
    as_of: datetime | None
    """The newest observation behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    ranges: tuple[CoverageRange, ...]
    """Only what is not final."""
    complete_through: date | None
    as_of: datetime | None
    """The newest observation behind the figures."""


def coverage(ranges: Sequence[CoverageRange], days: DateRange) -> Coverage:
    """Of all ranges, final ones too."""
    return Coverage(
        ranges=tuple(one for one in ranges if one.status is not Status.FINAL),
        complete_through=_last_complete(ranges, days),
        as_of=max((one.as_of for one in ranges if one.as_of is not None), default=None),
    )


def _last_complete(ranges: Sequence[CoverageRange], days: DateRange) -> date | None:
    """From the end on the first day that holds a figure and waits for none."""
    given = _counted((one for one in ranges if one.status in _GIVEN), days)
    waiting = _counted((one for one in ranges if one.status in _OPEN), days)
    for day, has, waits in reversed(list(zip(days, given, waiting, strict=True))):
        if has and not waits:
            return day
    return None


def _counted(ranges: Iterable[CoverageRange], days: DateRange) -> Iterator[int]:
    """Of each day how many of the ranges it is in."""
    steps = [0] * (len(days) + 1)
    for one in ranges:
        steps[max((one.start - days.start) // timedelta(days=1), 0)] += 1
        steps[min((one.end - days.start) // timedelta(days=1), len(days))] -= 1
    return accumulate(steps[:-1])
