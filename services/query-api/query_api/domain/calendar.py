"""The calendar's question: which posts, published on which days of the viewer's time zone, and where a page begins."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from query_api.domain.date_range import DateRange, date_range
from query_api.domain.errors import BadInput
from query_api.domain.post_labels import PostRef
from query_api.domain.time_zones import time_zone

DEFAULT_DAYS = 30
DEFAULT_POSTS, MOST_POSTS = 500, 2_000


class PostStatus(StrEnum):
    LIVE = "live"
    GONE = "gone"
    """Two full listings in a row lacked it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """A post as it was last seen; `gone_why` where that is known."""

    ref: PostRef
    channel: str
    published_at: datetime | None
    format: str | None
    caption: str | None
    thumbnail_url: str | None
    share_url: str | None
    gone_at: datetime | None
    gone_why: str | None = None

    @property
    def status(self) -> PostStatus:
        return PostStatus.LIVE if self.gone_at is None else PostStatus.GONE


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which post a page begins, in the order of publishing: epoch seconds, then the post's id."""

    published_at: int
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """What to read: posts of `accounts` published from `start` to before `end`; None is any channel or format."""

    workspace_id: UUID
    accounts: tuple[UUID, ...]
    start: datetime
    end: datetime
    channels: tuple[str, ...] | None
    formats: tuple[str, ...] | None
    after: Place | None
    limit: int


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(time_zone(name))


def calendar_days(start: str | None, end: str | None, *, today: date) -> DateRange:
    """The days of the parameters `from` and `to`; by default the 30 that end with `today`, the viewer's."""
    if start is None and end is None:
        tomorrow = today + timedelta(days=1)
        return DateRange(tomorrow - timedelta(days=DEFAULT_DAYS), tomorrow)
    return date_range(start, end, today=today)


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def write_place(place: Place) -> str:
    text = json.dumps([place.published_at, place.post_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(text: str) -> Place:
    """Raises `BadInput`."""
    try:
        match json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)):
            case [int(published_at), str(post_id)] if 0 <= published_at < 2**32:
                return Place(published_at, post_id)
    except (ValueError, RecursionError):
        pass
    raise BadInput(
        "cursor", "it is none that the calendar gave", "take next_cursor from the page before, or leave it out"
    )
