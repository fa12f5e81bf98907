"""Posts of one account: of each field the last value given, by time of observation."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from . import contract, log
from .cells import NOTHING, Cell, sum_of_all

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

COUNTERS: dict[str, Callable[[object], int | None]] = {
    "create_time": contract.epoch_seconds,
    "video_views": contract.counter,
    "likes": contract.counter,
    "comments": contract.counter,
    "shares": contract.counter,
    "reach": contract.counter,
    "favorites": contract.counter,
    "new_followers": contract.counter,
    "profile_views": contract.counter,
    "website_clicks": contract.counter,
    "phone_number_clicks": contract.counter,
    "lead_submissions": contract.counter,
    "app_download_clicks": contract.counter,
    "email_clicks": contract.counter,
    "address_clicks": contract.counter,
}
MEASURES: dict[str, Callable[[object], float | None]] = {
    "full_video_watched_rate": contract.rate,
    "total_time_watched": contract.seconds,
    "video_duration": contract.seconds,
}
TEXTS: dict[str, Callable[[object], str | None]] = {
    "media_type": contract.post_format,
    "caption": contract.text,
    "share_url": contract.text,
    "thumbnail_url": contract.text,
}
Shares = tuple[tuple[str, float], ...]
# TikTok's name -> name of an item's label.
BREAKDOWNS = {
    "impression_sources": "impression_source",
    "video_view_retention": "second",
    "engagement_likes": "second",
}


@dataclass(frozen=True)
class Post:
    """What is known of a post, by TikTok's own field names."""

    counters: dict[str, Cell[int]] = field(default_factory=dict)
    measures: dict[str, Cell[float]] = field(default_factory=dict)
    texts: dict[str, Cell[str]] = field(default_factory=dict)
    breakdowns: dict[str, Cell[Shares]] = field(default_factory=dict)

    def counter(self, name: str) -> Cell[int]:
        return self.counters.get(name, NOTHING)

    def measure(self, name: str) -> Cell[float]:
        return self.measures.get(name, Cell(None, NOTHING.taken))

    def text(self, name: str) -> Cell[str]:
        return self.texts.get(name, Cell(None, NOTHING.taken))

    def breakdown(self, name: str) -> Cell[Shares]:
        return self.breakdowns.get(name, Cell(None, NOTHING.taken))


def last_known(answers: Iterable[log.Answer], account_id: str) -> dict[str, Post]:
    """By item_id. `answers` oldest first: a post that is listed no more keeps what was known."""
    posts: dict[str, Post] = {}
    for answer in answers:
        if answer.account_id == account_id and answer.endpoint == log.POSTS:
            for item_id, item in items(answer):
                take_post(posts.setdefault(item_id, Post()), item, answer)
    return posts


def items(answer: log.Answer) -> Iterator[tuple[str, dict[str, object]]]:
    """What a page says, by item_id."""
    for item in contract.objects(answer.data, "videos"):
        item_id = contract.identifier(item.get("item_id"))
        if item_id is not None:
            yield item_id, item


def published_at(post: Post) -> datetime | None:
    created = post.counter("create_time").value
    return None if created is None else EPOCH + timedelta(seconds=created)


def published_text(post: Post) -> Cell[str]:
    published, taken = published_at(post), post.counter("create_time").taken
    return Cell(None if published is None else published.isoformat().replace("+00:00", "Z"), taken)


def engagement(post: Post) -> Cell[int]:
    return sum_of_all({name: post.counter(name) for name in ("likes", "comments", "shares")})


def average_watch_time(post: Post) -> Cell[float]:
    watched, views = post.measure("total_time_watched"), post.counter("video_views")
    taken = f"{watched.taken} over {views.taken}"
    if watched.value is None or views.value is None or views.value == 0:
        return Cell(None, taken)
    return Cell(watched.value / views.value, taken)


def take_post(post: Post, item: dict[str, object], answer: log.Answer) -> None:
    for name, read_counter in COUNTERS.items():
        counted = read_counter(item.get(name))
        if counted is not None:
            post.counters[name] = Cell(counted, answer.says(name, counted))
    for name, read_measure in MEASURES.items():
        measured = read_measure(item.get(name))
        if measured is not None:
            post.measures[name] = Cell(measured, answer.says(name, measured))
    for name, read_text in TEXTS.items():
        written = read_text(item.get(name))
        if written is not None:
            post.texts[name] = Cell(written, answer.says(name, written))
    for name, label in BREAKDOWNS.items():
        parts = contract.shares(item.get(name), label)
        # An empty list tells nothing, and undoes nothing.
        if parts:
            post.breakdowns[name] = Cell(parts, f"{name} in answer {answer.n} of {answer.at.isoformat()}")
