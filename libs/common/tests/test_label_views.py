"""Widgets by label, those switched to activity, totals and gone posts, worked out by hand from `hand_rows`."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError

from common.catalog import catalog
from common.warehouse.views import select_of, view_name

from .asking import call_of, form, named, told, total
from .hand_rows import BLUE, OTHER, RED, SPRING, A, B, D, fill


@pytest.fixture(scope="module")
async def warehouse(empty: AsyncClient) -> AsyncClient:
    await fill(empty)
    return empty


# p1 and p2. p3 had the label once, p6 lies outside, p8 is gone.
RED_POSTS: Mapping[str, object] = {
    "published_posts": 2,
    "post_video_views": 300,
    "post_likes": 11,
    "post_comments": 2,
    "post_shares": 3,
    "favorites": 1,
    "engagement": 16,
    "engagement_per_post": 8.0,  # (15 + 1) / 2
    "engagement_rate_by_views": 0.05,  # 15 / 300: p2's views are unknown
    "engagement_rate_by_reach": pytest.approx(16 / 220),
    "sum_of_post_reach": 220,
    "post_completion_rate": 0.5,
    "post_total_play_time": 940.0,
    "post_average_watch_time": 3.0,  # 900 / 300
    "post_video_length": 15.0,
    "post_new_followers": None,
    "post_profile_views": None,
}
# p1 and p4.
BLUE_POSTS: Mapping[str, object] = {
    "published_posts": 2,
    "post_video_views": 400,
    "post_likes": 15,
    "post_comments": 2,
    "post_shares": 3,
    "favorites": 1,
    "engagement": 20,
    "engagement_per_post": 10.0,
    "engagement_rate_by_views": 0.05,  # 20 / 400
    "engagement_rate_by_reach": pytest.approx(20 / 300),
    "sum_of_post_reach": 300,
    "post_completion_rate": pytest.approx(0.4),  # (0.5 * 300 + 0.1 * 100) / 400
    "post_total_play_time": 1000.0,
    "post_average_watch_time": 2.5,  # 1000 / 400
    "post_video_length": 20.0,
    "post_new_followers": None,
    "post_profile_views": None,
}
# p1, p2 and p4, p1 once.
LABELLED_POSTS: Mapping[str, object] = {
    "published_posts": 3,
    "post_video_views": 400,
    "post_likes": 16,
    "post_comments": 2,
    "post_shares": 3,
    "favorites": 1,
    "engagement": 21,
    "engagement_per_post": 7.0,
    "engagement_rate_by_views": 0.05,
    "engagement_rate_by_reach": pytest.approx(21 / 320),
    "sum_of_post_reach": 320,
    "post_completion_rate": pytest.approx(0.4),
    "post_total_play_time": 1040.0,
    "post_average_watch_time": 2.5,
    "post_video_length": 20.0,  # (10 + 20 + 30) / 3
    "post_new_followers": None,
    "post_profile_views": None,
}


async def test_a_post_with_two_labels_is_in_both_rows(warehouse: AsyncClient) -> None:
    assert await named(warehouse, "label_explorer") == {RED: RED_POSTS, BLUE: BLUE_POSTS}


async def test_a_post_with_two_labels_counts_once_in_the_totals(warehouse: AsyncClient) -> None:
    assert await total(warehouse, "label_explorer") == LABELLED_POSTS


async def test_engagement_and_views_by_label(warehouse: AsyncClient) -> None:
    names = ("applause", "conversation", "amplification", "engagement")
    assert await named(warehouse, "post_engagement_by_label") == {
        RED: dict(zip(names, (11, 2, 3, 16), strict=True)),
        BLUE: dict(zip(names, (15, 2, 3, 20), strict=True)),
    }
    assert await named(warehouse, "video_views_by_label") == {RED: {"video_views": 300}, BLUE: {"video_views": 400}}


async def test_plans_are_told_apart_as_labels_are(warehouse: AsyncClient) -> None:
    by_plan = replace(catalog().widgets["label_explorer"], slug="by_plan", by=("plan",))
    await warehouse.command(f"CREATE OR REPLACE VIEW widget_by_plan AS {select_of(by_plan)}")
    # p1 and p4, as blue; p3 was taken out of it.
    assert await told(warehouse, call_of(by_plan, view_name(by_plan))) == [{"plan": SPRING, **BLUE_POSTS}]


async def test_gone_posts_count_when_all_are_asked_for(warehouse: AsyncClient) -> None:
    red = (await named(warehouse, "label_explorer", lifecycle="all"))[RED]
    # p8 is one more, with 100 likes, comments and shares each and 10,000 views.
    assert [red[one] for one in ("published_posts", "post_video_views", "engagement")] == [3, 10_300, 316]
    assert red["engagement_rate_by_views"] == pytest.approx(315 / 10_300)
    accounts = await named(warehouse, "account_explorer", lifecycle="all")
    assert [accounts[one]["published_posts"] for one in (A, B, D)] == [4, 1, 1]
    assert (await total(warehouse, "account_explorer", lifecycle="all"))["published_posts"] == 6
    days = await named(warehouse, "published_posts", lifecycle="all")
    assert [row["published_posts"] for row in days.values()] == [4, 1, 1, 0]


@pytest.mark.parametrize("slug", ["label_explorer", "format_explorer_activity", "scorecard", "post_gallery"])
async def test_a_lifecycle_nobody_knows_is_refused(warehouse: AsyncClient, slug: str) -> None:
    with pytest.raises(DatabaseError, match="dead"):
        await named(warehouse, slug, lifecycle="dead")


GROWN = (
    "post_video_views",
    "post_likes",
    "post_comments",
    "post_shares",
    "favorites",
    "engagement",
    "engagement_rate_by_views",
    "sum_of_post_reach",
    "post_total_play_time",
    "post_average_watch_time",
    "post_new_followers",
    "post_profile_views",
)


def grown(*cells: object) -> Mapping[str, object]:
    return dict(zip(GROWN, (*cells, None, None), strict=True))


# p1: 10 - 4 views, 2 - 1 likes, 1 comment. p2: 3 likes, 1 share, comments and views unknown.
# Engagement 4 + 1 + 1. Per view, of the days that know both: p1's (3 - 1) / (10 - 4); play time likewise (30 + 0) / 6.
RED_GROWTH = grown(6, 4, 1, 1, None, 6, pytest.approx(2 / 6), 9, 35.0, 5.0)


async def test_growth_by_label(warehouse: AsyncClient) -> None:
    rows = await named(warehouse, "label_explorer_activity")
    # Blue: p1 too, and p4, which is there although nothing is known of it. Per view 2 / 6 again.
    assert rows == {RED: RED_GROWTH, BLUE: grown(6, 1, 1, 0, None, 2, pytest.approx(2 / 6), 9, 30.0, 5.0)}
    # Each post once: nothing of p4 comes to the reds.
    assert await total(warehouse, "label_explorer_activity") == RED_GROWTH


async def test_growth_by_format_and_of_gone_posts(warehouse: AsyncClient) -> None:
    live = await named(warehouse, "format_explorer_activity")
    # Videos: p1, p2, p4, and p5, which was published nobody knows when: 7 views more. Per view 2 / (6 + 7).
    assert live["video"] == grown(13, 4, 1, 1, None, 6, pytest.approx(2 / 13), 9, 35.0, 5.0)
    # p3: 1 like over 5 views.
    assert live["photo"] == grown(5, 1, 0, 0, None, 1, 0.2, None, None, None)
    # p8 adds 100 views and 10 each: 2 + 30 over 13 + 100.
    every = await named(warehouse, "format_explorer_activity", lifecycle="all")
    assert every == {
        "video": grown(113, 14, 11, 11, None, 36, pytest.approx(32 / 113), 9, 35.0, 5.0),
        "photo": live["photo"],
    }
    # Both formats: 13 + 5 views, 4 + 1 likes, 2 + 1 over 13 + 5.
    both = grown(18, 5, 1, 1, None, 7, pytest.approx(3 / 18), 9, 35.0, 5.0)
    assert await total(warehouse, "format_explorer_activity") == both


async def test_accounts_and_channels_by_activity_show_their_own_days(warehouse: AsyncClient) -> None:
    accounts = await named(warehouse, "account_explorer_activity")
    channels = await named(warehouse, "channel_explorer_activity")
    shown = ("followers", "net_followers", "new_followers", "video_views", "applause", "engagement", "profile_views")
    told = {key: [row[one] for one in shown] for key, row in {**accounts, **channels}.items()}
    assert told == {
        # The last known total: of 2 March. 5 + 4 net. 100 + 50 views, 10 + 5 + 4 likes, 3 comments and shares each.
        A: [1004, 9, 7, 150, 19, 25, 3],
        # Of 3 March.
        B: [190, -10, None, 10, 1, 1, None],
        D: [None, None, None, 7, None, None, None],
        # Totals of the two accounts are added up, each of its own last day.
        "tiktok": [1194, -1, 7, 160, 20, 26, 3],
        "other": [None, None, None, 7, None, None, None],
    }
    # A's 1 March alone knows both: 13 / 100. B: 1 + 0 over 10 + 0. Both: 14 / 110.
    assert accounts[A]["engagement_rate_by_views"] == 0.13
    assert accounts[B]["engagement_rate_by_views"] == 0.1
    assert channels["tiktok"]["engagement_rate_by_views"] == pytest.approx(14 / 110)
    # 13 + 6 over 1000 + 1004; A's 3 March knows neither its comments nor its total.
    assert accounts[A]["engagement_rate_by_followers"] == pytest.approx(19 / 2004)


async def test_totals_are_worked_out_anew_not_added_up(warehouse: AsyncClient) -> None:
    whole = await total(warehouse, "account_explorer_activity")
    assert [whole[one] for one in ("followers", "video_views", "engagement")] == [1194, 167, 26]
    assert whole["engagement_rate_by_views"] == pytest.approx(14 / 110)
    assert whole == await total(warehouse, "channel_explorer_activity")
    posts = await total(warehouse, "account_explorer")
    # (15 + 1 + 5) / 3 of the posts whose engagement is known, among p1, p2, p3, p4 and p7.
    assert (posts["published_posts"], posts["engagement"], posts["engagement_per_post"]) == (5, 26, 7.0)
    assert posts == await total(warehouse, "format_explorer")


async def test_labels_of_another_workspace_are_not_seen(warehouse: AsyncClient) -> None:
    for slug in ("label_explorer", "label_explorer_activity"):
        sql = f"SELECT label, post_likes FROM {call_of(form(slug), f'widget_{slug}', workspace=OTHER)}"
        assert (await warehouse.query(sql)).result_rows == [(BLUE, 10**6)]
