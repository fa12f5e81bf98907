"""Ranges with a name, relative to today; the `last_…` ones end with yesterday, the others with today."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from query_api.domain.date_range import DateRange
from query_api.domain.errors import BadInput

_DAY = timedelta(days=1)


def range_of(preset: str, *, today: date, week_start: int) -> DateRange:
    """The days of `preset`; `week_start` 1 is Monday. Raises `BadInput`."""
    return PRESETS[known_preset(preset)](today, week_start)


def known_preset(name: str) -> str:
    """`name`, where it is one. Raises `BadInput`."""
    if name not in PRESETS:
        raise BadInput("preset", f"there is no preset {name[:40]!r}", f"use one of {', '.join(PRESETS)}")
    return name


def _last(days: int) -> Callable[[date, int], DateRange]:
    return lambda today, _: DateRange(today - days * _DAY, today)


def _months(first: int, end: int | None) -> Callable[[date, int], DateRange]:
    """From the first day of the month `first` months from this one; to that of another, or to today."""
    return lambda today, _: DateRange(_month(today, first), today + _DAY if end is None else _month(today, end))


def _month(today: date, distance: int) -> date:
    years, month = divmod(today.month - 1 + distance, 12)
    return date(today.year + years, month + 1, 1)


def _weeks(first: int, end: int | None) -> Callable[[date, int], DateRange]:
    def days(today: date, week_start: int) -> DateRange:
        this = today - (today.isoweekday() - week_start) % 7 * _DAY
        return DateRange(this + first * 7 * _DAY, today + _DAY if end is None else this + end * 7 * _DAY)

    return days


def _quarter(first: int, end: int | None) -> Callable[[date, int], DateRange]:
    def days(today: date, _: int) -> DateRange:
        begun = -((today.month - 1) % 3)
        return _months(begun + 3 * first, None if end is None else begun + 3 * end)(today, 1)

    return days


PRESETS: Mapping[str, Callable[[date, int], DateRange]] = {
    "today": lambda today, _: DateRange(today, today + _DAY),
    "yesterday": _last(1),
    "last_7_days": _last(7),
    "last_14_days": _last(14),
    "last_28_days": _last(28),
    "last_30_days": _last(30),
    "last_60_days": _last(60),
    "last_90_days": _last(90),
    "this_week": _weeks(0, None),
    "last_week": _weeks(-1, 0),
    "this_month": _months(0, None),
    "last_month": _months(-1, 0),
    "last_3_months": _months(-3, 0),
    "last_6_months": _months(-6, 0),
    "last_12_months": _months(-12, 0),
    "this_quarter": _quarter(0, None),
    "last_quarter": _quarter(-1, 0),
    "year_to_date": lambda today, _: DateRange(date(today.year, 1, 1), today + _DAY),
    "last_year": lambda today, _: DateRange(date(today.year - 1, 1, 1), date(today.year, 1, 1)),
}
