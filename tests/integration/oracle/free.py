"""Any metrics by any dimensions, the long way: every row is laid on every pile it belongs to, then each is counted."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from . import measures, posts, units
from .cells import Cell
from .known import Known
from .measures import Measure, Unit
from .widgets import Asked, Row, Table, gained, published

DAYS, POSTS, GROWTH = "days of accounts", "posts", "growth of posts"

_MEASURES: Mapping[str, Mapping[str, Measure]] = {
    DAYS: measures.ACTIVITY,
    POSTS: measures.PUBLISHED,
    GROWTH: measures.GROWTH,
}
# Seconds that a band ends before.
_BANDS = ((15, "under 15 s"), (30, "15 to 30 s"), (60, "30 to 60 s"), (180, "1 to 3 min"), (600, "3 to 10 min"))
_HASHTAG = re.compile(r"#(\w+)")


def figures(
    name: str,
    by: Sequence[str],
    metrics: Mapping[str, str],
    knowns: Sequence[Known],
    asked: Asked,
    *,
    order: str = "",
    week_start: int = 1,
) -> Table:
    """`metrics`: slug → what it is counted from. Rows are in no order."""
    piles: dict[tuple[object, ...], dict[str, list[Unit]]] = {key: {} for key in _every(by, asked, week_start)}
    for source in set(metrics.values()):
        for known, unit in _rows(source, knowns, asked):
            for key in product(*(_KEYS[one](known, unit, asked, week_start) for one in by)):
                piles.setdefault(key, {}).setdefault(source, []).append(unit)
    rows = [_row(by, key, metrics, pile) for key, pile in piles.items()]
    return Table(name, (*by, *metrics), tuple(by), order or next(iter(metrics)), rows)


def _rows(source: str, knowns: Sequence[Known], asked: Asked) -> Iterable[tuple[Known, Unit]]:
    if source == POSTS:
        return published(knowns, asked)
    if source == GROWTH:
        return gained(knowns, asked)
    return [(known, unit) for known in knowns for unit in units.account_days([known], asked.first, asked.end)]


def _row(
    by: Sequence[str], key: Sequence[object], metrics: Mapping[str, str], pile: Mapping[str, Sequence[Unit]]
) -> Row:
    row: Row = {one: Cell(value, "what the row is told by") for one, value in zip(by, key, strict=True)}
    for slug, source in metrics.items():
        known = measures.OF_ONE_POST if source == POSTS and "post_id" in by else _MEASURES[source]
        row[slug] = known[slug](pile.get(source, ()))
    return row


def _every(by: Sequence[str], asked: Asked, week_start: int) -> Iterable[tuple[object, ...]]:
    """Rows that are there whether anything is known or not: the one of figures, and those of a series."""
    if not by:
        return [()]
    if len(by) == 1 and by[0] in _TIMES:
        return dict.fromkeys((_TIMES[by[0]](day, week_start),) for day in units.days(asked.first, asked.end))
    return []


def _week(day: date, week_start: int) -> str:
    while day.isoweekday() != week_start:
        day -= timedelta(days=1)
    return day.isoformat()


_TIMES: Mapping[str, Callable[[date, int], str]] = {
    "day": lambda day, _: day.isoformat(),
    "week": _week,
    "month": lambda day, _: day.replace(day=1).isoformat(),
}


def _post(known: Known, unit: Unit) -> posts.Post:
    return known.posts[unit.post_id or ""]


def _time(name: str) -> "_Key":
    def key(_: Known, unit: Unit, __: Asked, week_start: int) -> Iterable[object]:
        assert unit.day is not None
        return [_TIMES[name](unit.day, week_start)]

    return key


def _local(part: Callable[[datetime], int], known: Known, unit: Unit, asked: Asked) -> Iterable[object]:
    moment = posts.published_at(_post(known, unit))
    return [None if moment is None else part(moment.astimezone(ZoneInfo(asked.timezone)))]


def _hashtags(known: Known, unit: Unit, *_: object) -> Iterable[object]:
    caption = _post(known, unit).text("caption").value or ""
    return sorted({tag.lower() for tag in _HASHTAG.findall(caption)})


def _band(known: Known, unit: Unit, *_: object) -> Iterable[object]:
    seconds = _post(known, unit).measure("video_duration").value
    if seconds is None:
        return [None]
    return [next((name for end, name in _BANDS if seconds < end), "10 min and longer")]


_Key = Callable[[Known, Unit, Asked, int], Iterable[object]]
_KEYS: Mapping[str, _Key] = {
    **{name: _time(name) for name in _TIMES},
    "channel": lambda known, *_: [known.channel],
    "account_id": lambda known, *_: [known.account_id],
    "post_id": lambda _, unit, *__: [unit.post_id],
    "format": lambda known, unit, *_: [_post(known, unit).text("media_type").value],
    "label": lambda known, unit, *_: sorted(known.labels_of(unit.post_id or "").label_ids),
    "plan": lambda known, unit, *_: sorted(known.labels_of(unit.post_id or "").plan_ids),
    "hashtag": _hashtags,
    "video_length_band": _band,
    "hour": lambda known, unit, asked, _: _local(lambda moment: moment.hour, known, unit, asked),
    "weekday": lambda known, unit, asked, _: _local(lambda moment: moment.isoweekday(), known, unit, asked),
}
