"""TikTok's answers read into snapshots: a bad part is left out and named, the rest stays."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import NoneType

import msgspec

from common.catalog.model import Grain
from common.events import AccountV1, PostSnapshotV1, ProfileDay, ProfileSnapshotV1
from common.events.values import ReadValues, Values, as_extra, read_values
from ingestor.domain.answers import Answered
from ingestor.domain.asking import FieldSet, PageAsk, ProfileAsk

# Far above anything TikTok allows (captions: 4,000 characters), far below the largest record Kafka takes.
LONGEST_TEXT = 32_768
# A retention curve has an item a second, and videos last up to an hour. Both in bytes of JSON.
LONGEST_LIST = 262_144
# TikTok's ids have 19 digits.
LONGEST_ID = 64
# Clocks differ a little; a post from further ahead would be the newest for ever.
FURTHEST_AHEAD = timedelta(hours=1)
_LONGEST_NAME = 200
# Much quicker than JSON, and as particular about half characters.
_PACKED = msgspec.msgpack.Encoder()
# Values that are never long: whoever reads JSON here gives up at an integer of 5,000 digits.
_SHORT = frozenset((int, float, bool, NoneType))
_MOST_NAMES = 1_000


class UnreadableAnswer(ValueError):
    """An answer of another shape than TikTok's papers say; nothing can be taken from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRead:
    snapshot: ProfileSnapshotV1
    posts_expected: int | None
    faults: tuple[str, ...]
    """Places whose value could not be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """One page of posts. `size` counts the unusable ones too; `cursor` is where the next page starts, if any."""

    snapshots: tuple[PostSnapshotV1, ...]
    size: int
    cursor: int | None
    last_published: int | None
    """When the last post of the page was published, epoch seconds: pages run from new to old."""
    faults: tuple[str, ...]
    readable: bool
    """Every item had an id."""

    @property
    def post_ids(self) -> tuple[str, ...]:
        return tuple(snapshot.post_id for snapshot in self.snapshots)


def read_profile(answer: Answered, ask: ProfileAsk, account: AccountV1, *, recorded_at: datetime) -> ProfileRead:
    _refuse_without_fields(answer.data, ask.field_set)
    profile = _read(Grain.PROFILE, {name: value for name, value in answer.data.items() if name != "metrics"})
    days, faults = _read_days(answer.data.get("metrics"), last=answer.observed_at.date())
    read = [("profile", profile), *((day.isoformat(), values) for day, values in days.items())]
    dropped = tuple(f"{place}.{name}" for place, values in read for name in values.dropped)
    snapshot = ProfileSnapshotV1(
        workspace_id=account.workspace_id,
        account_id=account.account_id,
        channel=account.channel,
        observed_at=answer.observed_at,
        recorded_at=recorded_at,
        field_set=ask.field_set.name,
        dropped_fields=dropped,
        extra=_extra({place: values.extra for place, values in read}),
        profile=profile.values,
        days=tuple(ProfileDay(date=day, values=values.values) for day, values in days.items()),
    )
    return ProfileRead(
        snapshot=snapshot, posts_expected=_integer(profile.values, "videos_count"), faults=(*faults, *dropped)
    )


def read_page(answer: Answered, ask: PageAsk, account: AccountV1, *, recorded_at: datetime) -> PageRead:
    videos = answer.data.get("videos")
    if not isinstance(videos, list):
        raise UnreadableAnswer(f"the list of posts came without videos, but with {_names(answer.data)}")
    read, unnamed, faults = _read_posts(videos, answer.observed_at)
    snapshots = tuple(
        PostSnapshotV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            channel=account.channel,
            observed_at=answer.observed_at,
            recorded_at=recorded_at,
            field_set=ask.field_set.name,
            dropped_fields=values.dropped,
            extra=_extra({"post": values.extra}),
            post_id=post_id,
            values=values.values,
        )
        for post_id, values in read.items()
    )
    times = [time for values in read.values() if (time := _integer(values.values, "create_time")) is not None]
    return PageRead(
        snapshots=snapshots,
        size=len(videos),
        cursor=_next_cursor(answer.data, ask.cursor),
        last_published=times[-1] if times else None,
        faults=(*unnamed, *faults),
        readable=not unnamed,
    )


def _read_posts(videos: list[object], now: datetime) -> tuple[dict[str, ReadValues], list[str], list[str]]:
    """The posts by id, the items without one, and the unusable values of the others."""
    posts: dict[str, ReadValues] = {}
    unnamed: list[str] = []
    for index, raw in enumerate(videos):
        values = _read_post(raw, now) if isinstance(raw, Mapping) else None
        post_id = values.values["item_id"] if values else None
        if values is None or not isinstance(post_id, str) or not 0 < len(post_id) <= LONGEST_ID:
            unnamed.append(f"videos[{index}].item_id")
        else:
            posts[post_id] = values
    return posts, unnamed, [f"{post_id}.{name}" for post_id, values in posts.items() for name in values.dropped]


def _read_post(raw: Mapping[str, object], now: datetime) -> ReadValues:
    read = _read(Grain.POST, _with_text_id(raw))
    published = _integer(read.values, "create_time")
    if published is None or published <= (now + FURTHEST_AHEAD).timestamp():
        return read
    values = {**read.values, "create_time": None}
    return ReadValues(values=values, dropped=(*read.dropped, "create_time"), extra=read.extra)


def _with_text_id(raw: Mapping[str, object]) -> Mapping[str, object]:
    # Ids above 2^53 are text in the papers; a number is read exactly here, so it is as good.
    item_id = raw.get("item_id")
    return {**raw, "item_id": str(item_id)} if type(item_id) is int else raw


def _read_days(metrics: object, *, last: date) -> tuple[dict[date, ReadValues], tuple[str, ...]]:
    if metrics is None:
        return {}, ()
    if not isinstance(metrics, list):
        return {}, ("metrics",)
    days: dict[date, ReadValues] = {}
    faults: list[str] = []
    for index, raw in enumerate(metrics):
        day = _day(raw, last) if isinstance(raw, Mapping) else None
        if day is None or day in days:
            faults.append(f"metrics[{index}].date")
        else:
            days[day] = _read(Grain.PROFILE_DAY, raw)
    return days, tuple(faults)


def _day(raw: Mapping[str, object], last: date) -> date | None:
    """The day of an item; none in the future, which would be kept for ever as the latest one."""
    try:
        day = date.fromisoformat(str(raw.get("date")))
    except ValueError:
        return None
    return day if day <= last else None


def _read(grain: Grain, raw: Mapping[str, object]) -> ReadValues:
    usable = raw if _all_fit(raw) else {name: value for name, value in raw.items() if _fits(name, value)}
    read = read_values(grain, usable)
    unfit = tuple(_printable(name) for name in raw if name not in usable)
    return ReadValues(values=read.values, dropped=(*read.dropped, *unfit), extra=read.extra)


def _all_fit(raw: Mapping[str, object]) -> bool:
    """Whether the whole is smaller than any part may be: usual, and quicker to know than of each part."""
    long = {name: value for name, value in raw.items() if type(value) not in _SHORT or _is_odd(name)}
    try:
        return len(raw) <= _MOST_NAMES and len(_PACKED.encode(long)) <= LONGEST_TEXT
    except (ValueError, OverflowError):
        return False


def _is_odd(name: str) -> bool:
    return len(name) > _LONGEST_NAME or not name.isascii()


def _fits(name: str, value: object) -> bool:
    """Whether a value can travel in a record: not too long, and whole characters only (JSON may escape half ones)."""
    longest = LONGEST_TEXT if isinstance(value, str) else LONGEST_LIST
    try:
        return len(f"{name}{json.dumps(value, ensure_ascii=False)}".encode()) <= longest
    except UnicodeEncodeError:
        return False


def _printable(name: str) -> str:
    return name[:_LONGEST_NAME].encode(errors="replace").decode()


def _extra(places: Mapping[str, Mapping[str, object]]) -> str:
    text = as_extra(places.items())
    if len(text) <= LONGEST_LIST:
        return text
    names = sorted({_printable(name) for extra in places.values() for name in extra})
    return as_extra([("too_long", {"names": names[:_MOST_NAMES]})])


def _next_cursor(data: Mapping[str, object], asked: int | None) -> int | None:
    """Where the next page starts; it must lie before this one, or the listing would never end."""
    has_more, cursor = data.get("has_more"), data.get("cursor")
    if not isinstance(has_more, bool):
        raise UnreadableAnswer(f"the list of posts came without has_more, but with {_names(data)}")
    if not has_more:
        return None
    if type(cursor) is not int:
        raise UnreadableAnswer("the list of posts has more pages, but no cursor in milliseconds to ask them by")
    if asked is not None and cursor >= asked:
        raise UnreadableAnswer(f"the cursor of the list of posts did not move: {asked} was asked, {cursor} came back")
    return cursor


def _refuse_without_fields(data: Mapping[str, object], asked: FieldSet) -> None:
    if not any(name in data for name in (*asked.fields, "metrics")):
        raise UnreadableAnswer(f"the profile came without any field that was asked, but with {_names(data)}")


def _names(data: Mapping[str, object]) -> str:
    return ", ".join(sorted(data)[:20])[:200] or "nothing"


def _integer(values: Values, name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
