"""Every metric of the explorers, worked out by hand from five posts, their growth, and days with the same figures.

     views  likes comments shares  favorites  reach  complete  play time  length  new followers  profile views
a      100     10        5      1          2     80       0.5       1000      10              3              7
b      300     20        2      8          4    200      0.25       1500      20              1             11
c        –      –        –      –          –      –         –          –       –              –              –
d        –      7        3      2          –      –       0.9         50       –              5              –
e       50      –        4      6          5     40         –          –      60              –              2
"""

import json
from collections.abc import Mapping, Sequence

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from .asking import named, total
from .hand_rows import RED, WORKSPACE, A

Row = Mapping[str, object]

COUNTERS = ("video_views", "likes", "comments", "shares", "favorites", "reach")
FIGURES: Mapping[str, tuple[Sequence[int | None], Row]] = {
    "a": ((100, 10, 5, 1, 2, 80), {"total_time_watched": 1000, "new_followers": 3, "profile_views": 7}),
    "b": ((300, 20, 2, 8, 4, 200), {"total_time_watched": 1500, "new_followers": 1, "profile_views": 11}),
    "c": ((None,) * 6, {}),
    "d": ((None, 7, 3, 2, None, None), {"total_time_watched": 50, "new_followers": 5}),
    "e": ((50, None, 4, 6, 5, 40), {"profile_views": 2}),
}
# What does not grow.
STATES: Mapping[str, Row] = {
    "a": {"full_video_watched_rate": 0.5, "video_duration": 10},
    "b": {"full_video_watched_rate": 0.25, "video_duration": 20},
    "c": {},
    "d": {"full_video_watched_rate": 0.9},
    "e": {"video_duration": 60},
}
CLICKS = (
    "bio_link_clicks",
    "email_clicks",
    "phone_number_clicks",
    "address_clicks",
    "app_download_clicks",
    "lead_submissions",
)
# Followers, net, new, lost, people reached, profile views; then clicks of each kind.
DAYS: Mapping[str, tuple[Sequence[int | None], Sequence[int | None]]] = {
    "a": ((1000, 5, 7, 2, 80, 3), (1, 2, 3, 4, 5, 6)),
    "b": ((1010, 9, 12, 3, 200, 4), (10, 20, 30, 40, 50, 60)),
    "d": ((None,) * 6, (None,) * 6),
    "e": ((900, None, None, None, 40, None), (None,) * 6),
}
OF_DAYS = (
    "followers",
    "net_followers",
    "daily_new_followers",
    "daily_lost_followers",
    "unique_video_views",
    "profile_views",
)


def _figures(name: str) -> Row:
    counters, more = FIGURES[name]
    return {**dict(zip(COUNTERS, counters, strict=True)), **more}


def _posts() -> list[Row]:
    return [
        {"post_id": name, "published_at": "2026-03-01 08:00:00", "format": "video", **_figures(name), **STATES[name]}
        for name in FIGURES
    ]


def _growth() -> list[Row]:
    """Of post a on four days."""
    return [
        {"post_id": "a", "day": f"2026-03-0{place}", **_figures(name)}
        for place, name in enumerate(("a", "b", "d", "e"), start=1)
    ]


def _days() -> list[Row]:
    return [
        {
            "day": f"2026-03-0{place}",
            **dict(zip(COUNTERS[:4], FIGURES[name][0][:4], strict=True)),
            **dict(zip(OF_DAYS, figures, strict=True)),
            **dict(zip(CLICKS, clicks, strict=True)),
        }
        for place, (name, (figures, clicks)) in enumerate(DAYS.items(), start=1)
    ]


def _labels() -> list[Row]:
    moment = "2026-03-02 00:00:00"
    seen = {"observed_at": moment, "recorded_at": moment, "source": "workspace", "revision": 1}
    return [{"post_id": name, "label_ids": [str(RED)], **seen} for name in FIGURES]


async def fill(client: AsyncClient) -> None:
    marks = {"version": 1, "is_deleted": 0}
    rows = {"post_latest": _posts(), "post_day": _growth(), "account_day": _days(), "label_facts": _labels()}
    for table, given in rows.items():
        of_all = {"workspace_id": str(WORKSPACE), "account_id": str(A), "channel": "tiktok"}
        common = {**of_all, **(marks if table != "label_facts" else {})}
        lines = "\n".join(json.dumps({**common, **row}) for row in given)
        await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow")


@pytest.fixture(scope="module")
async def warehouse(empty: AsyncClient) -> AsyncClient:
    await fill(empty)
    return empty


# Engagement is known of a (16), b (30) and d (12).
GROWN: Row = {
    "post_video_views": 450,
    "post_likes": 37,
    "post_comments": 14,
    "post_shares": 17,
    "favorites": 11,
    "engagement": 68,  # 37 + 14 + 17
    "engagement_rate_by_views": 0.115,  # 46 / 400: a and b know both
    "sum_of_post_reach": 320,
    "post_total_play_time": 2550.0,
    "post_average_watch_time": 6.25,  # 2500 / 400
    "post_new_followers": 9,
    "post_profile_views": 20,
}
OF_POSTS: Row = {
    **GROWN,
    "published_posts": 5,
    "engagement_per_post": pytest.approx(58 / 3),
    "engagement_rate_by_reach": pytest.approx(46 / 280),
    "post_completion_rate": 0.3125,  # (0.5 * 100 + 0.25 * 300) / 400
    "post_video_length": 30.0,  # (10 + 20 + 60) / 3
}
OF_ACCOUNT: Row = {
    "followers": 900,  # the last that is known
    "net_followers": 14,
    "new_followers": 19,
    "lost_followers": 5,
    "video_views": 450,
    "applause": 37,
    "conversation": 14,
    "amplification": 17,
    "engagement": 68,
    "engagement_rate_by_views": 0.115,
    "engagement_rate_by_reach": pytest.approx(46 / 280),
    "engagement_rate_by_followers": pytest.approx(46 / 2010),  # 1000 + 1010; of the 900 no engagement is known
    "profile_views": 7,
    "bio_link_clicks": 11,
    "email_clicks": 22,
    "phone_number_clicks": 33,
    "address_clicks": 44,
    "app_download_clicks": 55,
    "lead_submissions": 66,
}


@pytest.mark.parametrize("slug", ["account_explorer", "channel_explorer", "format_explorer", "label_explorer"])
async def test_explorers_of_posts(warehouse: AsyncClient, slug: str) -> None:
    (row,) = (await named(warehouse, slug)).values()
    assert row == OF_POSTS
    assert await total(warehouse, slug) == OF_POSTS


@pytest.mark.parametrize("slug", ["account_explorer_activity", "channel_explorer_activity"])
async def test_explorers_of_accounts_days(warehouse: AsyncClient, slug: str) -> None:
    (row,) = (await named(warehouse, slug)).values()
    assert row == OF_ACCOUNT
    assert await total(warehouse, slug) == OF_ACCOUNT


@pytest.mark.parametrize("slug", ["format_explorer_activity", "label_explorer_activity"])
async def test_explorers_of_growth(warehouse: AsyncClient, slug: str) -> None:
    (row,) = (await named(warehouse, slug)).values()
    assert row == GROWN
    assert await total(warehouse, slug) == GROWN
