"""Ranges by name, worked out anew each time: for what is asked again and again."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from query_api.domain.date_range import DateRange
from query_api.domain.errors import BadInput


def relative_range(preset: str, *, today: date, delay_days: int) -> DateRange:
    """The whole days or periods that ended before `today` less `delay_days`: those had time to become final."""
    rule = PRESETS.get(preset)
    if rule is None:
        raise BadInput("preset", f"there is no preset {preset[:40]!r}", f"use one of {', '.join(PRESETS)}")
    return rule(today - timedelta(days=delay_days))


def _last_days(count: int) -> Callable[[date], DateRange]:
    return lambda day: DateRange(day - timedelta(days=count), day)


def _last_week(day: date) -> DateRange:
    monday = day - timedelta(days=day.weekday())
    return DateRange(monday - timedelta(days=7), monday)


def _last_month(day: date) -> DateRange:
    first = day.replace(day=1)
    return DateRange((first - timedelta(days=1)).replace(day=1), first)


PRESETS: Mapping[str, Callable[[date], DateRange]] = {
    "yesterday": _last_days(1),
    "last_7_days": _last_days(7),
    "last_28_days": _last_days(28),
    "last_30_days": _last_days(30),
    "last_90_days": _last_days(90),
    "last_week": _last_week,
    "last_month": _last_month,
}
