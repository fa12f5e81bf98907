"""GET /business/comment/list/ and /reply/list/: as many as the counter says, orders, pages, and the turn after 500."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.clock import FileClock, jump_clock
from sandbox.domain import comment_listing, comments, counters, timeline
from sandbox.domain.asking import Asked
from sandbox.domain.assets import Assets
from sandbox.domain.character import DEFAULT
from sandbox.domain.comment_listing import CommentQuery
from sandbox.domain.comments import Thread
from sandbox.domain.posts import Post
from sandbox.domain.world import World

PREFIX = "/open_api/v1.3/business/comment"
COFFEE = "northlight.coffee"
FIELDS = {
    "comment_id": str,
    "video_id": str,
    "user_id": str,
    "unique_identifier": str,
    "create_time": str,
    "text": str,
    "image_url": str,
    "likes": int,
    "replies": int,
    "owner": bool,
    "liked": bool,
    "pinned": bool,
    "status": str,
    "username": str,
    "display_name": str,
    "profile_image": str,
}

Connect = Callable[..., Awaitable[dict[str, str]]]
Row = dict[str, Any]  # Any: a comment's fields are of many types


@pytest.fixture
def now(clock_file: Path) -> int:
    return timeline.moment_of(FileClock(clock_file).now())


@pytest.fixture
def talked_about(world: World, now: int) -> Post:
    """The post with most comments."""
    account = world.accounts[0]
    return max(world.listed(account, now), key=lambda post: counters.gross(account, post, now).comments)


async def ask(tiktok: httpx.AsyncClient, token: dict[str, str], path: str, **params: object) -> Any:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    reply = await tiktok.get(
        PREFIX + path,
        params={"business_id": token["open_id"], **texts},
        headers={"Access-Token": token["access_token"]},
    )
    assert reply.status_code == 200
    return reply.json()


async def every(tiktok: httpx.AsyncClient, token: dict[str, str], path: str = "/list/", **params: object) -> list[Row]:
    rows: list[Row] = []
    cursor, more = 0, True
    while more:
        data = (await ask(tiktok, token, path, cursor=cursor, **params))["data"]
        rows += data["comments"]
        cursor, more = data["cursor"], data["has_more"]
        assert cursor == len(rows)
    return rows


async def test_comments_and_replies_are_as_many_as_the_counter_says(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, talked_about: Post, now: int
) -> None:
    token, video = await connect(COFFEE), talked_about.item_id
    rows = await every(tiktok, token, video_id=video)
    replies = [
        reply
        for row in rows
        if row["replies"]
        for reply in await every(tiktok, token, "/reply/list/", video_id=video, comment_id=row["comment_id"])
    ]
    counted = counters.counters(world.accounts[0], talked_about, now).comments
    assert len(rows) + len(replies) == counted > 40
    assert len({row["comment_id"] for row in rows + replies}) == counted
    assert {reply["parent_comment_id"] for reply in replies} == {row["comment_id"] for row in rows if row["replies"]}


async def test_fields_have_their_types_and_ids_are_large(
    tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post, now: int
) -> None:
    rows = await every(tiktok, await connect(COFFEE), video_id=talked_about.item_id)
    for row in rows:
        assert {name: type(value) for name, value in row.items()} == FIELDS
        assert min(int(row["comment_id"]), int(row["user_id"])) > 2**53
        assert talked_about.published <= int(row["create_time"]) * 1000 + 999
        assert int(row["create_time"]) * 1000 <= now
    assert sum(row["pinned"] for row in rows) == 1


async def test_a_later_look_has_the_same_comments_and_more(
    tiktok: httpx.AsyncClient, connect: Connect, world: World, clock_file: Path, now: int
) -> None:
    video = next(post for post in world.listed(world.accounts[0], now) if now - post.published > timeline.DAY)
    before = {row["comment_id"]: row for row in await every(tiktok, await connect(COFFEE), video_id=video.item_id)}
    jump_clock(clock_file, timedelta(days=20))
    after = {row["comment_id"]: row for row in await every(tiktok, await connect(COFFEE), video_id=video.item_id)}
    assert set(before) < set(after)
    assert all(after[comment_id]["create_time"] == row["create_time"] for comment_id, row in before.items())
    assert sum(after[comment_id]["likes"] for comment_id in before) > sum(row["likes"] for row in before.values())


@pytest.mark.parametrize(
    ("field", "value"), [("likes", "likes"), ("replies", "replies"), ("create_time", "create_time")]
)
async def test_orders(tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post, field: str, value: str) -> None:
    token = await connect(COFFEE)
    rows = {
        order: await every(tiktok, token, video_id=talked_about.item_id, sort_field=field, sort_order=order)
        for order in ("asc", "desc")
    }
    ranks = [int(row[field]) for row in rows["asc"]]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 1
    assert rows["asc"] == rows["desc"][::-1]


async def test_the_first_page_is_twenty_in_smart_order_without_replies(
    tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post
) -> None:
    token = await connect(COFFEE)
    data = (await ask(tiktok, token, "/list/", video_id=talked_about.item_id))["data"]
    assert (len(data["comments"]), data["cursor"], data["has_more"]) == (20, 20, True)
    assert "reply_list" not in data["comments"][0]
    smart = (await ask(tiktok, token, "/list/", video_id=talked_about.item_id, sort_order="smart"))["data"]
    assert smart == data


async def test_replies_come_along_three_at_most(
    tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post
) -> None:
    rows = await every(
        tiktok, await connect(COFFEE), video_id=talked_about.item_id, include_replies=True, sort_field="replies"
    )
    assert all(len(row["reply_list"]) == min(3, row["replies"]) for row in rows)
    assert any(row["reply_list"] for row in rows)


async def test_hidden_comments_are_left_out_when_public_ones_are_asked_for(
    tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post
) -> None:
    token = await connect(COFFEE)
    every_one = await every(tiktok, token, video_id=talked_about.item_id, status="ALL")
    public = await every(tiktok, token, video_id=talked_about.item_id, status="PUBLIC")
    assert {row["status"] for row in every_one} == {"PUBLIC", "HIDDEN"}
    assert public == [row for row in every_one if row["status"] == "PUBLIC"]


async def test_comments_can_be_asked_for_by_id(tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post) -> None:
    token = await connect(COFFEE)
    rows = await every(tiktok, token, video_id=talked_about.item_id)
    wanted = [row["comment_id"] for row in rows[2:4]]
    found = await every(tiktok, token, video_id=talked_about.item_id, comment_ids=[*wanted, "7"])
    assert found == rows[2:4]


@pytest.mark.parametrize(
    ("path", "params", "code", "said"),
    [
        ("/list/", {"video_id": ""}, 40002, "video_id"),
        ("/list/", {"video_id": "7"}, 40007, "video_id"),
        ("/reply/list/", {}, 40002, "comment_id"),
        ("/reply/list/", {"comment_id": "7"}, 40007, "comment_id"),
        ("/list/", {"comment_ids": [str(number) for number in range(31)]}, 40011, "comment_ids"),
        ("/list/", {"comment_ids": "7,8"}, 40002, "comment_ids"),
        ("/list/", {"include_replies": "yes"}, 40002, "include_replies"),
        ("/list/", {"status": "HIDDEN"}, 40002, "status"),
        ("/list/", {"sort_field": "age"}, 40002, "sort_field"),
        ("/list/", {"sort_order": "up"}, 40002, "sort_order"),
        ("/list/", {"max_count": 31}, 40002, "max_count"),
        ("/list/", {"cursor": -1}, 40002, "cursor"),
    ],
)
async def test_a_wrong_parameter_is_named(
    tiktok: httpx.AsyncClient,
    connect: Connect,
    talked_about: Post,
    path: str,
    params: dict[str, object],
    code: int,
    said: str,
) -> None:
    envelope = await ask(tiktok, await connect(COFFEE), path, **{"video_id": talked_about.item_id, **params})
    assert (envelope["code"], envelope["data"]) == (code, {})
    assert said in envelope["message"]


async def test_comments_need_their_scope(tiktok: httpx.AsyncClient, connect: Connect, talked_about: Post) -> None:
    envelope = await ask(tiktok, await connect(COFFEE, ["video.list"]), "/list/", video_id=talked_about.item_id)
    assert (envelope["code"], "comment.list" in envelope["message"]) == (40001, True)


def test_counters_of_many_comments_mostly_grow_and_sometimes_shrink() -> None:
    loud = (replace(DEFAULT[0], median_views=300_000),)
    world, end = World(7, loud), 20_500 * timeline.DAY
    (account,) = world.accounts
    post = next(one for one in world.listed(account, end) if counters.gross(account, one, end).comments > 720)
    looks = [post.published + days * timeline.DAY for days in range(1, 17, 3)]
    seen = [comments.threads(account, post, moment) for moment in looks]
    for name, counted in COUNTED.items():
        steps = [step for pair in pairwise(seen) for step in _steps(*pair, counted)]
        grown, shrunk = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
        assert 0 < shrunk < grown / 3, (name, shrunk, grown)
    totals = [sum(1 + len(thread.replies) for thread in threads) for threads in seen]
    assert totals == [counters.counters(account, post, moment).comments for moment in looks]
    assert comments.threads(World(7, loud).accounts[0], post, looks[-1]) == seen[-1]


COUNTED: dict[str, Callable[[Thread], int]] = {
    "likes": lambda thread: thread.comment.likes,
    "replies": lambda thread: len(thread.replies),
}


def _steps(before: list[Thread], after: list[Thread], counted: Callable[[Thread], int]) -> list[int]:
    later = {thread.comment.comment_id: thread for thread in after}
    return [counted(later[thread.comment.comment_id]) - counted(thread) for thread in before]


def test_after_five_hundred_the_order_turns_and_some_come_twice() -> None:
    world, now = World(7, (replace(DEFAULT[0], median_views=300_000),)), 20_500 * timeline.DAY
    (account,) = world.accounts
    post = next(one for one in world.listed(account, now) if counters.gross(account, one, now).comments > 720)
    rows: list[Row] = []
    more = True
    while more:
        page = likes_first(world, post, now=now, cursor=len(rows))
        rows += page["comments"]
        more = page["has_more"]
    likes = [row["likes"] for row in rows]
    assert likes[:500] == sorted(likes[:500], reverse=True)
    assert likes[500:] == sorted(likes[500:])
    assert len({row["comment_id"] for row in rows}) == len(comments.threads(account, post, now)) < len(rows)


def likes_first(world: World, post: Post, *, now: int, cursor: int) -> Any:
    asked = Asked(
        world=world,
        account=world.accounts[0],
        now=now,
        assets=Assets(7, "http://tiktok.test"),
        scopes=frozenset({"comment.list"}),
    )
    query = CommentQuery(
        video_id=post.item_id,
        comment_id=None,
        comment_ids=None,
        include_replies=False,
        public_only=False,
        sort_field="likes",
        sort_order="desc",
        cursor=cursor,
        max_count=30,
    )
    return comment_listing.page(asked, query)
