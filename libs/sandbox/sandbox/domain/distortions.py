"""Ways in which `data` of an answer can be wrong: one field of one item, or all of it missing.

Each takes the true data and sixteen draws, and returns a changed copy; the very same object where there is nothing
it could change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeGuard, TypeVar

from sandbox.domain import timeline
from sandbox.domain.wire import Json

Found = TypeVar("Found")
Draws = Sequence[float]
Distortion = Callable[[Json, Draws], Json]
Place = tuple[str | int, ...]

HUGE = 10 * 1024 * 1024
UNKNOWN_FIELD = "not_yet_documented"
_AHEAD_DAYS = 365
# They belong to the page, not to an item.
_OF_THE_PAGE = frozenset({"cursor", "has_more"})
_TEXTS = frozenset({"caption", "text", "bio_description"})
_DATES = frozenset({"date", "create_time"})
_IDS = frozenset({"item_id", "video_id", "comment_id", "parent_comment_id"})


def wrong_type(data: Json, draws: Draws) -> Json:
    return _in_one_field(data, draws, lambda _, value: value is not None, _of_another_type)


def text_for_number(data: Json, draws: Draws) -> Json:
    return _in_one_field(data, draws, lambda _, value: _is_number(value), str)


def null(data: Json, draws: Draws) -> Json:
    return _in_one_field(data, draws, lambda _, value: value is not None, lambda _: None)


def unknown_field(data: Json, draws: Draws) -> Json:
    items = list(dict.fromkeys(place[:-1] for place, _, _ in _fields(data)))
    if not items:
        return data
    return _with(data, (*_drawn(items, draws), UNKNOWN_FIELD), {"value": 7, "unit": "percent"})


def huge_text(data: Json, draws: Draws) -> Json:
    return _in_one_field(data, draws, lambda name, value: name in _TEXTS and isinstance(value, str), _filled_up)


def number_for_id(data: Json, draws: Draws) -> Json:
    """The ids of posts and comments are beyond 2^53: read as a double they name another post."""
    return _in_one_field(
        data, draws, lambda name, value: name in _IDS and _is_digits(value), lambda text: int(str(text))
    )


def future_date(data: Json, draws: Draws) -> Json:
    return _in_one_field(data, draws, lambda name, value: name in _DATES and isinstance(value, str), _a_year_later)


def empty(data: Json, draws: Draws) -> Json:
    """A success with nothing in it: no data at all, or a page without items."""
    if not data:
        return data
    if not isinstance(data, Mapping) or not _has_list(data) or draws[0] < 0.5:
        return {}
    emptied = {name: [] if isinstance(value, list | tuple) else value for name, value in data.items()}
    return {**emptied, "has_more": False} if "has_more" in emptied else emptied


def _has_list(data: Mapping[str, Json]) -> bool:
    return any(isinstance(value, list | tuple) and value for value in data.values())


def _in_one_field(
    data: Json, draws: Draws, wanted: Callable[[str, Json], bool], change: Callable[[Json], Json]
) -> Json:
    found = [(place, value) for place, name, value in _fields(data) if wanted(name, value)]
    if not found:
        return data
    place, value = _drawn(found, draws)
    return _with(data, place, change(value))


def _fields(data: Json) -> Iterator[tuple[Place, str, Json]]:
    """Every field of the profile and of each item, a list of numbers being one field: place, name, value."""
    for name, value in data.items() if isinstance(data, Mapping) else ():
        if name in _OF_THE_PAGE:
            continue
        if _is_list_of_items(value):
            for index, item in enumerate(value):
                yield from (((name, index, field), field, inner) for field, inner in item.items())
        else:
            yield (name,), name, value


def _is_list_of_items(value: Json) -> TypeGuard[Sequence[Mapping[str, Json]]]:
    return isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value)


def _with(data: Json, place: Place, value: Json) -> Json:
    """A copy of `data` with `value` at `place`."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(data, Mapping):
        return {**data, str(step): _with(data.get(str(step)), rest, value)}
    items = data if isinstance(data, list | tuple) else ()
    return [_with(item, rest, value) if index == step else item for index, item in enumerate(items)]


def _drawn(found: Sequence[Found], draws: Draws) -> Found:
    return found[int(draws[0] * len(found))]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_digits(value: Json) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()


def _of_another_type(value: Json) -> Json:
    return str(value) if isinstance(value, list | tuple) else {"value": value}


def _filled_up(text: Json) -> Json:
    return f"{text} ".ljust(HUGE, "x")


def _a_year_later(text: Json) -> Json:
    """`create_time` counts seconds in a text, `date` is a calendar day."""
    if _is_digits(text):
        return str(int(str(text)) + _AHEAD_DAYS * timeline.DAY // timeline.SECOND)
    return (date.fromisoformat(str(text)) + timedelta(days=_AHEAD_DAYS)).isoformat()
