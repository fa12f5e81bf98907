"""Time inside the world: a moment is an epoch in milliseconds, a day is a count of UTC days since 1970-01-01."""

from datetime import UTC, date, datetime, timedelta

SECOND = 1_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)


def moment_of(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant_of(moment: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=moment)


def day_of(moment: int) -> int:
    return moment // DAY


def day_number(day: date) -> int:
    return (day - _FIRST_DAY).days


def iso_day(day: int) -> str:
    return (_FIRST_DAY + timedelta(days=day)).isoformat()


def weekday_of(day: int) -> int:
    """0 is Monday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7
