"""Pages of the post table: every order, every post once."""

from collections.abc import Iterator
from typing import Any

import pytest

from .system import Tenant

RANGE = {"from_": "2026-02-01", "to": "2026-03-12"}
POSTS = 40
# A column of each kind, with ties, missing values, and numbers as large and as uneven as they come.
SORTED_BY = (
    "account_id",
    "post_id",
    "published_at",
    "format",
    "caption",
    "post_likes",
    "post_shares",
    "post_completion_rate",
    "post_total_play_time",
    "post_video_length",
)


@pytest.fixture(scope="module")
def posts(platform: Any, api: Any) -> Tenant:
    """Posts with ties and missing values in every column that can have them."""
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.until_accounts(1)
    tenant.posts(
        account,
        [
            {
                "post_id": f"{number:03}",
                "published_at": f"2026-03-0{1 + number % 7} 10:00:00",
                "format": ["video", "photo", None][number % 3],
                "caption": [None, "", "ä\t'; DROP", "b\\n", 'c"'][number % 5],
                "share_url": f"https://t.test/{number % 4}" if number % 9 else None,
                "video_views": number % 6 if number % 4 else None,
                "likes": -(2**62) + number % 3,
                "comments": number % 2,
                "shares": None if number % 2 else number,
                "reach": number // 10,
                "full_video_watched_rate": number % 7 / 7 if number % 5 else None,
                "total_time_watched": 0.1 * (number % 8) if number % 3 else None,
                "video_duration": 10**21 if number == 5 else 15.0,
            }
            for number in range(POSTS)
        ],
    )
    return tenant


def walk(tenant: Tenant, **parameters: object) -> Iterator[list[Any]]:
    cursor: dict[str, object] = {}
    while True:
        answer = tenant.widget("post_explorer", **RANGE, **parameters, **cursor)
        yield from answer["rows"]
        if answer["next_cursor"] is None:
            return
        cursor = {"cursor": answer["next_cursor"]}


def column_names(tenant: Tenant) -> list[str]:
    return [column["name"] for column in tenant.widget("post_explorer", **RANGE)["columns"]]


def test_every_order_visits_every_post_once_and_in_order(posts: Tenant) -> None:
    names = column_names(posts)
    for name in SORTED_BY:
        for sort in (name, f"-{name}"):
            whole = posts.widget("post_explorer", **RANGE, sort=sort, limit=500)["rows"]
            assert list(walk(posts, sort=sort, limit=25)) == whole
            assert sorted(row[1] for row in whole) == [f"{number:03}" for number in range(POSTS)]
            _assert_ordered([row[names.index(name)] for row in whole], descending=sort.startswith("-"))


def _assert_ordered(values: list[Any], *, descending: bool) -> None:
    known = [value for value in values if value is not None]
    # ClickHouse orders text by its bytes.
    assert known == sorted(
        known, key=lambda value: value.encode() if isinstance(value, str) else value, reverse=descending
    )
    assert values[len(known) :] == [None] * (len(values) - len(known))


def test_ties_are_in_the_order_of_post_ids(posts: Tenant) -> None:
    rows = posts.widget("post_explorer", **RANGE, sort="-post_comments", limit=500)["rows"]
    ids = [row[1] for row in rows]
    assert ids == sorted(ids, key=lambda post_id: (int(post_id) % 2 == 0, post_id))


def test_a_post_that_appears_during_the_walk_moves_no_other(posts: Tenant) -> None:
    pages = walk(posts, sort="-published_at", limit=20)
    seen = [next(pages)[1] for _ in range(20)]
    account = posts.get("/v1/accounts").json()["accounts"][0]["account_id"]
    posts.posts(account, [{"post_id": "new", "published_at": "2026-03-09 10:00:00"}])
    seen += [row[1] for row in pages]
    assert sorted(seen) == [f"{number:03}" for number in range(POSTS)]
    posts.posts(account, [{"post_id": "new", "published_at": "2026-03-09 10:00:00", "version": 2, "is_deleted": 1}])


def test_a_page_has_50_posts_unless_asked_and_a_series_all_its_days(posts: Tenant) -> None:
    assert len(posts.widget("post_explorer", **RANGE)["rows"]) == POSTS
    assert posts.widget("post_explorer", **RANGE)["next_cursor"] is None
    assert len(posts.widget("video_views", from_="2024-01-01", to="2026-03-01")["rows"]) == 790


def test_a_series_can_be_walked_too(posts: Tenant) -> None:
    first = posts.widget("video_views", from_="2026-03-01", to="2026-03-06", limit=3, sort="-day")
    second = posts.widget(
        "video_views", from_="2026-03-01", to="2026-03-06", limit=3, sort="-day", cursor=first["next_cursor"]
    )
    days = [row[0] for row in first["rows"] + second["rows"]]
    assert days == ["2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02", "2026-03-01"]
    assert second["next_cursor"] is None
