"""With which days a range is compared. A range that is not over is compared like for like: its first days with the
first days of the other."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from query_api.domain.date_range import DateRange, date_range
from query_api.domain.errors import BadInput

MOST_COMPARISONS = 4
_DAY = timedelta(days=1)
_RANGE = re.compile(r"(\S+)\.\.(\S+)")
# Ranges that the calendar cuts, and the months between one and the next.
_MONTHS = {
    "this_month": 1,
    "last_month": 1,
    "last_3_months": 3,
    "last_6_months": 6,
    "last_12_months": 12,
    "this_quarter": 3,
    "last_quarter": 3,
    "year_to_date": 12,
    "last_year": 12,
}
_WEEKS = ("this_week", "last_week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`name` as it was asked for; `days` are whole, before they are cut to what is like for like."""

    name: str
    days: DateRange


def comparisons(names: Sequence[str], days: DateRange, *, preset: str | None) -> tuple[Comparison, ...]:
    """The ranges that are asked for. Raises `BadInput`."""
    check_comparisons(names)
    return tuple(Comparison(name=name, days=_other(name, days, preset)) for name in dict.fromkeys(names))


def check_comparisons(names: Sequence[str]) -> None:
    """Raises `BadInput` for what is no comparison, whatever days are compared."""
    if len(names) > MOST_COMPARISONS:
        raise BadInput("compare", f"there are {len(names)}, the most is {MOST_COMPARISONS}", "ask for fewer at once")
    for name in names:
        if name not in _NAMED:
            _written(name)


def like_for_like(days: DateRange, *, complete_through: date | None, today: date) -> int | None:
    """How many of the first days can be compared; None where that is all of them."""
    known_to = complete_through + _DAY if complete_through is not None else today + _DAY
    length = (min(known_to, days.end) - days.start).days
    return length if 0 < length < len(days) else None


def first_days(days: DateRange, length: int | None) -> DateRange:
    return days if length is None else DateRange(days.start, min(days.start + length * _DAY, days.end))


def _other(name: str, days: DateRange, preset: str | None) -> DateRange:
    if named := _NAMED.get(name):
        return named(days, preset)
    return _written(name)


def _written(name: str) -> DateRange:
    if written := _RANGE.fullmatch(name):
        return _checked(name, written[1], written[2])
    raise BadInput(
        "compare",
        f"{name[:60]!r} is no comparison",
        f"use {', '.join(_NAMED)}, or days such as 2026-01-01..2026-02-01, the last not included",
    )


def _checked(name: str, start: str, end: str) -> DateRange:
    try:
        return date_range(start, end, today=date.max - _DAY)
    except BadInput as wrong:
        raise BadInput("compare", f"{name[:60]!r}: {wrong.problem}", wrong.remedy) from None


def _previous_period(days: DateRange, preset: str | None) -> DateRange:
    """As many days before; of what the calendar cuts the month, quarter, year or week before, to date where that is."""
    months = _MONTHS.get(preset or "") or _whole_months(days)
    if months:
        start = _months_before(days.start, months)
        whole = DateRange(start, days.start)
        return whole if _whole_months(days) else first_days(whole, len(days))
    distance = 7 if preset in _WEEKS else len(days)
    return DateRange(days.start - distance * _DAY, days.end - distance * _DAY)


def _whole_months(days: DateRange) -> int:
    if days.start.day != 1 or days.end.day != 1:
        return 0
    return (days.end.year - days.start.year) * 12 + days.end.month - days.start.month


def _previous_year(days: DateRange, _: str | None) -> DateRange:
    return DateRange(_months_before(days.start, 12), _months_before(days.end, 12))


def _months_before(day: date, months: int) -> date:
    """On the same day of the month, or on its last."""
    years, month = divmod(day.month - 1 - months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first + 31 * _DAY).replace(day=1) - _DAY
    return min(first + (day.day - 1) * _DAY, last)


_NAMED: Mapping[str, Callable[[DateRange, str | None], DateRange]] = {
    "previous_period": _previous_period,
    "previous_year": _previous_year,
}
