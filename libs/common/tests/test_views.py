"""Widgets' views against numbers worked out by hand from the rows in `hand_rows`, for 1 to 4 March."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import date
from uuid import UUID

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError

from common.warehouse.views import view_name

from .asking import Values, call_of, form, named, told
from .hand_rows import OTHER, WORKSPACE, A, B, D, fill
from .two_shards import two_shards


@pytest.fixture(scope="module", params=["one server", "two shards"])
async def warehouse(
    request: pytest.FixtureRequest, empty: AsyncClient, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    one_server = contextlib.nullcontext(empty)
    async with one_server if request.param == "one server" else two_shards(tmp_path_factory.mktemp("two")) as client:
        await fill(client)
        yield client


async def rows_of(
    warehouse: AsyncClient, slug: str, *, timezone: str = "UTC", workspace: UUID = WORKSPACE
) -> list[Values]:
    widget = form(slug)
    call = call_of(widget, view_name(widget), workspace=workspace, timezone=timezone)
    return [list(row.values()) for row in await told(warehouse, call)]


async def by_key(warehouse: AsyncClient, slug: str) -> Mapping[object, Values]:
    return {row[0]: row[1:] for row in await rows_of(warehouse, slug)}


def march(day: int) -> date:
    return date(2026, 3, day)


async def test_series_of_an_accounts_days(warehouse: AsyncClient) -> None:
    followers = await by_key(warehouse, "followers")
    # 1: 1000 + 200. 2: only A says. 3: only B says. 4: nobody says.
    assert [row[0] for row in followers.values()] == [1200, 1004, 190, None]
    assert followers[march(1)] == [1200, 5, 7, 2]
    # 2: A gives no views, D gives 7. 3: 50 + 0, where 0 is a number.
    assert await by_key(warehouse, "video_views") == {
        march(1): [110],
        march(2): [7],
        march(3): [50],
        march(4): [None],
    }
    engagement = await by_key(warehouse, "post_engagement")
    # Likes, comments, shares, all. 3: A's comments are unknown, B's are 0: the known part is 0.
    assert engagement[march(1)] == [11, 2, 1, 14]
    assert engagement[march(3)] == [4, 0, 2, 6]
    assert engagement[march(4)] == [None] * 4


async def test_posts_of_a_day_are_counted_and_a_day_without_has_none(warehouse: AsyncClient) -> None:
    # 1: p1, p2, p4. 2: p7. 3: p3. p5 was published nobody knows when, p6 later.
    assert await by_key(warehouse, "published_posts") == {march(1): [3], march(2): [1], march(3): [1], march(4): [0]}


async def test_average_engagement_counts_the_same_posts_in_both_parts(warehouse: AsyncClient) -> None:
    # 1: (15 + 1 + 5) / 3. 2: nothing is known of p7. 3: p3's comments are unknown, so it is in neither part.
    assert await by_key(warehouse, "average_engagement_per_post") == {
        march(1): [7.0, 3],
        march(2): [None, 0],
        march(3): [None, 0],
        march(4): [None, 0],
    }


A_POSTS: Mapping[str, object] = {
    "published_posts": 3,
    "post_video_views": 400,  # 300 + 100
    "post_likes": 15,  # 10 + 1 + 4
    "post_comments": 2,  # 2 + 0
    "post_shares": 4,  # 3 + 0 + 1
    "favorites": 1,
    "engagement": 21,  # 15 + 2 + 4
    "engagement_per_post": 8.0,  # (15 + 1) / 2: p1 and p2
    "engagement_rate_by_views": 0.05,  # 15 / 300: p1 alone has both
    "engagement_rate_by_reach": pytest.approx(16 / 220),  # p1 and p2
    "sum_of_post_reach": 220,
    "post_completion_rate": 0.5,  # p1 alone has a rate and views
    "post_total_play_time": 940.0,
    "post_average_watch_time": 3.0,  # 900 / 300: p1 alone has both
    "post_video_length": 15.0,  # (10 + 20) / 2
    "post_new_followers": None,
    "post_profile_views": None,
}
TIKTOK_POSTS: Mapping[str, object] = {
    "published_posts": 4,
    "post_video_views": 500,
    "post_likes": 20,
    "post_comments": 2,
    "post_shares": 4,
    "favorites": 1,
    "engagement": 26,
    "engagement_per_post": 7.0,  # (15 + 1 + 5) / 3
    "engagement_rate_by_views": 0.05,  # (15 + 5) / (300 + 100)
    "engagement_rate_by_reach": pytest.approx(21 / 320),
    "sum_of_post_reach": 320,
    "post_completion_rate": pytest.approx(0.4),  # (0.5 * 300 + 0.1 * 100) / 400
    "post_total_play_time": 1040.0,
    "post_average_watch_time": 2.5,  # (900 + 100) / (300 + 100)
    "post_video_length": 20.0,  # (10 + 20 + 30) / 3
    "post_new_followers": None,
    "post_profile_views": None,
}
# p7: a post, of which nothing else is known.
UNKNOWN_POST = {**dict.fromkeys(TIKTOK_POSTS), "published_posts": 1}


async def test_account_explorer(warehouse: AsyncClient) -> None:
    accounts = await named(warehouse, "account_explorer")
    assert accounts[A] == A_POSTS
    # p4 alone: 5 / 1, 5 / 100, 5 / 100, 100 s / 100 views.
    assert accounts[B]["engagement_per_post"] == 5.0
    assert accounts[B]["engagement_rate_by_views"] == accounts[B]["engagement_rate_by_reach"] == 0.05
    assert accounts[B]["post_average_watch_time"] == 1.0
    assert accounts[D] == UNKNOWN_POST


async def test_channel_explorer(warehouse: AsyncClient) -> None:
    assert await named(warehouse, "channel_explorer") == {"tiktok": TIKTOK_POSTS, "other": UNKNOWN_POST}


async def test_format_explorer(warehouse: AsyncClient) -> None:
    formats = await named(warehouse, "format_explorer")
    # p1, p2 and p4 are the videos; what p3 adds to the channel goes: 1 post, 100 views, 4 likes, 1 share.
    without_p3 = {"published_posts": 3, "post_video_views": 400, "post_likes": 16, "post_shares": 3, "engagement": 21}
    assert formats["video"] == {**TIKTOK_POSTS, **without_p3}
    # p3: its comments are unknown, so is its engagement and all that rests on it.
    known = {"published_posts": 1, "post_video_views": 100, "post_likes": 4, "post_shares": 1}
    assert formats["photo"] == {**UNKNOWN_POST, **known}
    assert formats[None] == UNKNOWN_POST


async def test_engagement_by_account_channel_and_format(warehouse: AsyncClient) -> None:
    # Activity. A: 10 + 5 + 4 likes, 2 + 1 comments, 1 + 0 + 2 shares. D is silent.
    assert await by_key(warehouse, "post_engagement_by_account") == {
        A: [19, 3, 3, 25],
        B: [1, 0, 0, 1],
        D: [None] * 4,
    }
    assert await by_key(warehouse, "post_engagement_by_channel") == {"tiktok": [20, 3, 3, 26], "other": [None] * 4}
    # Published: p1, p2, p4; p3; p7.
    assert await by_key(warehouse, "post_engagement_by_format") == {
        "video": [16, 2, 3, 21],
        "photo": [4, None, 1, None],
        None: [None] * 4,
    }


async def test_views_by_account_and_channel(warehouse: AsyncClient) -> None:
    assert await by_key(warehouse, "video_views_by_account") == {A: [150], B: [10], D: [7]}
    assert await by_key(warehouse, "video_views_by_channel") == {"tiktok": [160], "other": [7]}


async def test_scorecard(warehouse: AsyncClient) -> None:
    (row,) = await rows_of(warehouse, "scorecard")
    assert row == [
        1194,  # followers: A's last known of 2 March and B's of 3 March
        -1,  # 5 + 4 - 10
        7,
        2,
        167,  # 100 + 50 + 10 + 0 + 7 views
        20,
        3,
        3,
        26,
        pytest.approx(14 / 110),  # A's and B's 1 March, B's 3 March (0 / 0): 13 + 1 + 0 over 100 + 10 + 0
        pytest.approx(20 / 2394),  # 13 + 6 + 1 + 0 over 1000 + 1004 + 200 + 190
        3,
        5,  # posts
        7.0,  # (15 + 1 + 5) / 3
    ]


async def test_post_explorer(warehouse: AsyncClient) -> None:
    rows = await rows_of(warehouse, "post_explorer")
    posts = {row[1]: [row[0], row[3], *row[7:]] for row in rows}
    # Account and format; views, likes, comments, shares, engagement; reach, complete, play time, per view, length.
    assert posts == {
        "p1": [A, "video", 300, 10, 2, 3, 15, 200, 0.5, 900.0, 3.0, 10.0],
        # Views are unknown, so is the time watched per view.
        "p2": [A, "video", None, 1, 0, 0, 1, 20, None, 40.0, None, 20.0],
        # Comments are unknown, so is the engagement.
        "p3": [A, "photo", 100, 4, None, 1, *[None] * 6],
        "p4": [B, "video", 100, 5, 0, 0, 5, 100, 0.1, 100.0, 1.0, 30.0],
        "p7": [D, None, *[None] * 10],
    }
    assert {f"{row[2]:%d %H:%M}" for row in rows} == {"01 08:30", "01 23:30", "03 08:10", "01 08:59", "02 12:00"}


async def test_gallery_and_top_posts_show_each_post(warehouse: AsyncClient) -> None:
    cards = {row[1]: row[-5:] for row in await rows_of(warehouse, "post_gallery")}
    assert cards == {
        "p1": [300, 10, 2, 3, 15],
        "p2": [None, 1, 0, 0, 1],
        "p3": [100, 4, None, 1, None],
        "p4": [100, 5, 0, 0, 5],
        "p7": [None] * 5,
    }
    top = {row[1]: row[-5:] for row in await rows_of(warehouse, "top_posts")}
    assert top["p1"] == [15, 0.05, 300, 200, 1]
    assert top["p2"] == [1, None, None, 20, None]


async def slots(
    warehouse: AsyncClient, timezone: str
) -> tuple[Mapping[tuple[object, object], Values], Mapping[object, Values]]:
    rows = await rows_of(warehouse, "best_performing_day_time_format", timezone=timezone)
    hours = {(row[0], row[1]): row[3:] for row in rows if row[0] is not None}
    # Every hour is there, whether the first and last of the week have posts or not.
    assert set(hours) == {(weekday, hour) for weekday in range(1, 8) for hour in range(24)}
    return hours, {row[2]: row[3:] for row in rows if row[0] is None}


async def test_best_performing_hours_of_the_week_and_formats(warehouse: AsyncClient) -> None:
    hours, formats = await slots(warehouse, "UTC")
    # Median, posts it rests on, posts. Sunday 8 to 9: p1 has 15, p4 has 5, of two the mean. p3 and p7 have none known.
    known = {(7, 8): [10.0, 2, 2], (7, 23): [1.0, 1, 1], (1, 12): [None, 0, 1], (2, 8): [None, 0, 1]}
    assert {slot: row for slot, row in hours.items() if row != [None, 0, 0]} == known
    # Of 15, 1 and 5 the middle one.
    assert formats == {"video": [5.0, 3, 3], "photo": [None, 0, 1], None: [None, 0, 1]}


async def test_hours_are_the_viewers(warehouse: AsyncClient) -> None:
    hours, formats = await slots(warehouse, "Europe/Berlin")
    # An hour later: p2 of Sunday 23:30 falls on Monday after midnight.
    known = {(7, 9): [10.0, 2, 2], (1, 0): [1.0, 1, 1], (1, 13): [None, 0, 1], (2, 9): [None, 0, 1]}
    assert {slot: row for slot, row in hours.items() if row != [None, 0, 0]} == known
    assert formats == (await slots(warehouse, "UTC"))[1]


async def test_a_time_zone_that_does_not_exist_is_refused(warehouse: AsyncClient) -> None:
    with pytest.raises(DatabaseError, match="Mars"):
        await slots(warehouse, "Mars/Olympus")


async def test_another_workspace_sees_its_own_rows_only(warehouse: AsyncClient) -> None:
    views, posts = await asyncio.gather(
        rows_of(warehouse, "video_views_by_account", workspace=OTHER),
        rows_of(warehouse, "account_explorer", workspace=OTHER),
    )
    assert views == [[A, 10**6]]
    assert [row[:3] for row in posts] == [[A, 1, 10**6]]
