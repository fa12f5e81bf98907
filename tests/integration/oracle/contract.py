"""What a value of TikTok's contract can mean. Anything it cannot mean is read as None: not given."""

import math
from collections.abc import Callable, Mapping
from datetime import date

INT64_MAX = 2**63 - 1
YEAR_10000 = 253_402_300_800  # epoch seconds; no later moment can be written as a date
FORMATS = {"VIDEO": "video", "PHOTO": "photo"}


def whole(given: object) -> int | None:
    """A signed whole number: either follower series may be the net change, which can be negative (ADR 7)."""
    # JSON's true is an int to Python.
    if not isinstance(given, int) or isinstance(given, bool):
        return None
    return given if -INT64_MAX <= given <= INT64_MAX else None


def counter(given: object) -> int | None:
    number = whole(given)
    return number if number is not None and number >= 0 else None


def seconds(given: object) -> float | None:
    if not isinstance(given, int | float) or isinstance(given, bool):
        return None
    return float(given) if math.isfinite(given) and given >= 0 else None


def rate(given: object) -> float | None:
    number = seconds(given)
    return number if number is not None and number <= 1 else None


def text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def post_format(given: object) -> str | None:
    return FORMATS.get(given) if isinstance(given, str) else None


def epoch_seconds(given: object) -> int | None:
    """TikTok sends create_time as a string of digits."""
    if not isinstance(given, str) or not given.isascii() or not given.isdecimal():
        return None
    return int(given) if int(given) < YEAR_10000 else None


def day(given: object) -> date | None:
    if not isinstance(given, str):
        return None
    try:
        parsed = date.fromisoformat(given)
    except ValueError:
        return None
    # fromisoformat also takes 20260131 and 2026-W05-6, which TikTok does not send.
    return parsed if parsed.isoformat() == given else None


def identifier(given: object) -> str | None:
    return given if isinstance(given, str) and given else None


def shares(given: object, label: str) -> tuple[tuple[str, float], ...] | None:
    """The items of a breakdown, `{label: text, "percentage": number}` each; none at all if one cannot be read."""
    return _items(given, label, "percentage", seconds)


def hours(given: object) -> tuple[tuple[str, float], ...] | None:
    return _items(given, "hour", "count", counter)


def _items(
    given: object, label: str, value: str, read: Callable[[object], float | None]
) -> tuple[tuple[str, float], ...] | None:
    if not isinstance(given, list):
        return None
    found = []
    for item in given:
        name, number = (text(item.get(label)), read(item.get(value))) if isinstance(item, dict) else (None, None)
        if name is None or number is None:
            return None
        found.append((name, number))
    return tuple(found)


def objects(data: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """The JSON objects of a list; [] where there is no list."""
    given = data.get(name)
    if not isinstance(given, list):
        return []
    return [item for item in given if isinstance(item, dict)]
