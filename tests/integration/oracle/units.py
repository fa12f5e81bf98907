"""The rows that figures are made of: days of accounts, posts by their publishing, days of posts."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta, tzinfo

from . import followers, posts, profile
from .cells import Cell
from .growth import Number
from .known import Known
from .measures import Unit
from .posts import Post


def account_days(knowns: Iterable[Known], first: date, end: date) -> Iterator[Unit]:
    """Days of the range between the first and the last of an account, known or not."""
    for known in knowns:
        grid = known.grid()
        if grid is None:
            continue
        choice = followers.choose(known.days, known.totals.latest)
        for day in days(max(first, grid[0]), min(end, grid[1] + timedelta(days=1))):
            cells: dict[str, Cell[Number]] = {}
            cells.update({name: profile.value(known.days, day, name) for name in profile.DAY_FIELDS})
            cells["followers"] = followers.followers_of(day, known.days, choice, known.totals)
            cells["net_followers"] = followers.net_of(day, known.days, choice)
            yield Unit(known.account_id, known.channel, cells, day=day)


def published_posts(
    knowns: Iterable[Known], first: date, end: date, *, gone_too: bool = False, zone: tzinfo = UTC
) -> Iterator[tuple[Known, Unit]]:
    """Posts published in the range of days of a time zone; those that are gone only on demand."""
    for known in knowns:
        for post_id, post in known.posts.items():
            published = posts.published_at(post)
            day = None if published is None else published.astimezone(zone).date()
            if day is None or not first <= day < end:
                continue
            if gone_too or not known.is_gone(post_id):
                yield known, Unit(known.account_id, known.channel, _cells(post), day, post_id)


def post_days(
    knowns: Iterable[Known], first: date, end: date, *, gone_too: bool = True
) -> Iterator[tuple[Known, Unit]]:
    """Days of the range on which posts were, with what they gained; gone posts keep their history."""
    for known in knowns:
        for post_id in known.observations:
            if known.is_gone(post_id) and not gone_too:
                continue
            for day, row in known.growth_of(post_id).items():
                if first <= day < end:
                    cells = {name: Cell(cell.value, f"growth of {post_id} on {day}") for name, cell in row.items()}
                    yield known, Unit(known.account_id, known.channel, cells, day, post_id)


def days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _cells(post: Post) -> dict[str, Cell[Number]]:
    cells: dict[str, Cell[Number]] = {}
    cells.update({name: post.counter(name) for name in posts.COUNTERS})
    cells.update({name: post.measure(name) for name in posts.MEASURES})
    return cells
