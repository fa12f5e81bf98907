"""A dimension as a ClickHouse expression over the rows of a rollup. Days of publishing are UTC's or the viewer's."""

from collections.abc import Callable, Mapping

from common.catalog import Rollup
from common.catalog.dimensions import VIDEO_LENGTH_BANDS

# What stands in the rows themselves, and what in those of the post.
_COLUMNS = frozenset({"channel", "account_id", "post_id"})
_OF_ITS_POST = frozenset({"format", "caption", "share_url", "thumbnail_url", "published_at"})
_JOINED = frozenset({"label", "plan"})


def expression(dimension: str, rollup: Rollup, *, own_days: bool) -> str:
    """The dimension on rows of the rollup; `ValueError` where they do not know it."""
    if dimension in _COLUMNS:
        return f"{rollup}.{dimension}"
    if dimension in _TIMES:
        return _TIMES[dimension](_day(rollup, own_days=own_days))
    if rollup not in (Rollup.POST_LATEST, Rollup.POST_DAY):
        raise ValueError(f"rows of {rollup} do not know {dimension}")
    return _of_post(dimension, rollup, own_days=own_days)


def post_table(rollup: Rollup) -> str:
    """The table that knows the post's attributes."""
    return "its_post" if rollup is Rollup.POST_DAY else rollup


def hashtags(rollup: Rollup) -> str:
    """In lower case, without the sign: letters, digits and underscores of any script."""
    return rf"arrayDistinct(extractAll(lowerUTF8(ifNull({post_table(rollup)}.caption, '')), '#([\\pL\\pN_]+)'))"


def filled(dimension: str) -> str:
    """A row for each day, week or month of the range, told by the dimension's own column."""
    start, step = _TIMES[dimension]("{from:Date}"), _STEPS[dimension]
    return f"ORDER BY {dimension} WITH FILL FROM {start} TO {{to:Date}} STEP {step}"


def is_filled(dimensions: tuple[str, ...]) -> bool:
    return len(dimensions) == 1 and dimensions[0] in _TIMES


def _of_post(dimension: str, rollup: Rollup, *, own_days: bool) -> str:
    table = post_table(rollup)
    if dimension in _OF_ITS_POST:
        return f"{table}.{dimension}"
    if dimension in _JOINED:
        return f"of_{dimension}.{dimension}"
    if dimension == "video_length_band":
        return _band(f"{table}.video_duration")
    return _OTHERS[dimension](_moment(rollup, own_days=own_days))


def _week(day: str) -> str:
    return f"{day} - (toDayOfWeek({day}) + 7 - {{week_start:UInt8}}) % 7"


_TIMES: Mapping[str, Callable[[str], str]] = {
    "day": lambda day: day,
    "week": _week,
    "month": lambda day: f"toStartOfMonth({day})",
}
_STEPS = {"day": "1", "week": "7", "month": "INTERVAL 1 MONTH"}
_OTHERS: Mapping[str, Callable[[str], str]] = {
    "hashtag": lambda _: "hashtag",
    "hour": lambda moment: f"toHour({moment})",
    "weekday": lambda moment: f"toDayOfWeek({moment})",
}


def _day(rollup: Rollup, *, own_days: bool) -> str:
    return f"toDate({_moment(rollup, own_days=own_days)})" if rollup is Rollup.POST_LATEST else f"{rollup}.day"


def _moment(rollup: Rollup, *, own_days: bool) -> str:
    published = f"{post_table(rollup)}.published_at"
    # A range has only posts whose moment is known; of any post's day it may be unknown.
    moment = f"assumeNotNull({published})" if rollup is Rollup.POST_LATEST else published
    return f"toTimeZone({moment}, {{timezone:String}})" if own_days else moment


def _band(length: str) -> str:
    bounds = [f"{length} < {end}, '{name}'" for name, end in VIDEO_LENGTH_BANDS if end is not None]
    (last,) = (name for name, end in VIDEO_LENGTH_BANDS if end is None)
    return f"multiIf(isNull({length}), NULL, {', '.join(bounds)}, '{last}')"
