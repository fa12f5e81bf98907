"""The figures of the widgets, as clients get them."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from query_api.domain.served import served_widgets

from .system import Api, Tenant, march, until

RANGE = {"from_": "2026-02-27", "to": "2026-03-12"}
WIDGETS = tuple(served_widgets())
COUNTS = ("published_posts", "posts_with_engagement")
# The first whole number that a float cannot hold.
PRECISE = 2**53 + 1


POSTS: Sequence[Mapping[str, object]] = [
    {
        "post_id": "7300000000000000001",
        "published_at": "2026-03-01 23:59:59",
        "caption": 'Größe "5", 100 % 🎉\nsecond line',
        "share_url": "https://tiktok.test/1",
        "video_views": PRECISE,
        "likes": 1,
        "comments": 2,
        "shares": 3,
        "reach": 40,
        "total_time_watched": 0.1 + 0.2,
        "full_video_watched_rate": 1 / 3,
        "video_duration": 15.5,
    },
    {"post_id": "7300000000000000002", "published_at": "2026-03-02 00:00:00", "video_views": 0, "likes": 4},
    {"post_id": "7300000000000000003", "published_at": "2026-02-26 23:59:59", "video_views": 1000},
]


@pytest.fixture
def filled(tenant: Tenant) -> tuple[UUID, UUID]:
    """Two accounts with days and posts, among them nulls, zeroes, a huge and a tiny number."""
    first, second = tenant.connect(), tenant.connect(username="second")
    tenant.until_accounts(2)
    tenant.days(
        first,
        {
            march(1): {"video_views": PRECISE, "likes": 5, "comments": 0, "shares": 2, "followers": 100},
            march(2): {"video_views": 0, "likes": 7, "comments": 1, "followers": 103, "net_followers": 3},
            march(3): {"followers": 99, "net_followers": -4, "daily_new_followers": 1, "daily_lost_followers": 5},
        },
    )
    tenant.days(second, {march(2): {"video_views": 10, "likes": 1, "comments": 1, "shares": 1, "followers": 20}})
    tenant.posts(first, POSTS)
    return first, second


def by_day(answer: Mapping[str, Any]) -> dict[date, list[object]]:
    return {date.fromisoformat(row[0]): row[1:] for row in answer["rows"]}


def test_a_daily_widget_has_a_row_for_every_day_and_null_is_not_zero(tenant: Tenant, filled: tuple[UUID, UUID]) -> None:
    views = by_day(tenant.widget("video_views", **RANGE))
    assert list(views) == [march(number) for number in range(-1, 12)]
    assert views[march(1)] == [PRECISE]
    assert views[march(2)] == [10]
    assert views[march(3)] == [None]

    followers = by_day(tenant.widget("followers", **RANGE))
    assert followers[march(2)] == [123, 3, None, None]
    assert followers[march(3)] == [99, -4, 1, 5]

    engagement = by_day(tenant.widget("post_engagement", **RANGE))
    assert engagement[march(1)] == [5, 0, 2, 7]
    assert engagement[march(2)] == [8, 2, 1, 11]


def test_totals_add_up_what_adds_up_and_nothing_else(tenant: Tenant, filled: tuple[UUID, UUID]) -> None:
    followers = tenant.widget("followers", **RANGE)
    assert followers["totals"] == {"followers": 119, "net_followers": -1, "new_followers": 1, "lost_followers": 5}
    # Of each account its own last one: 99 and 20.
    assert any("followers is its last known value" in note for note in followers["meta"]["notes"])
    assert tenant.widget("video_views", **RANGE)["totals"] == {"video_views": PRECISE + 10}
    posts = tenant.widget("post_explorer", **RANGE, limit=1)
    assert posts["totals"] == posts["totals"] | {
        "post_video_views": PRECISE,
        "post_likes": 5,
        "post_comments": 2,
        "post_shares": 3,
        # Of what is known of either post, as in the explorers.
        "engagement": 10,
        "post_reach": None,
        "post_completion_rate": 1 / 3,
        "post_total_play_time": 0.1 + 0.2,
        "post_average_watch_time": (0.1 + 0.2) / PRECISE,
        "post_video_length": 15.5,
    }
    assert len(posts["rows"]) == 1


def test_posts_published_in_the_range_come_newest_first_and_exact(tenant: Tenant, filled: tuple[UUID, UUID]) -> None:
    answer = tenant.widget("post_explorer", **RANGE)
    names = [column["name"] for column in answer["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in answer["rows"]]
    assert [row["post_id"] for row in rows] == ["7300000000000000002", "7300000000000000001"]
    assert rows[1] == rows[1] | {
        "account_id": str(filled[0]),
        "post_id": "7300000000000000001",
        "published_at": "2026-03-01T23:59:59Z",
        "format": "video",
        "caption": 'Größe "5", 100 % 🎉\nsecond line',
        "share_url": "https://tiktok.test/1",
        "thumbnail_url": None,
        "post_video_views": PRECISE,
        "post_likes": 1,
        "post_comments": 2,
        "post_shares": 3,
        "engagement": 6,
        "post_reach": 40,
        "post_completion_rate": 1 / 3,
        "post_total_play_time": 0.1 + 0.2,
        "post_average_watch_time": (0.1 + 0.2) / PRECISE,
        "post_video_length": 15.5,
    }
    assert rows[0]["post_average_watch_time"] is None


def test_a_post_that_is_gone_is_shown_no_more(tenant: Tenant) -> None:
    account = tenant.connect()
    tenant.until_accounts(1)
    there = {"published_at": "2026-03-01 10:00:00", "video_views": 3}
    tenant.posts(
        account, [{"post_id": "1", **there}, {"post_id": "2", **there, "gone_at": "2026-03-05 06:00:00", "likes": 1}]
    )
    answer = tenant.widget("post_explorer", **RANGE)
    assert [row[1] for row in answer["rows"]] == ["1"]
    assert (answer["totals"]["post_video_views"], answer["totals"]["post_likes"]) == (3, None)


@pytest.mark.parametrize("slug", WIDGETS)
def test_csv_and_json_say_the_same(tenant: Tenant, filled: tuple[UUID, UUID], slug: str) -> None:
    decoded = tenant.widget(slug, **RANGE)
    answer = tenant.get(f"/v1/widgets/{slug}", **RANGE, format="csv")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="{slug}_2026-02-27_2026-03-11.csv"'
    assert answer.content.endswith(b"\r\n")
    table = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert table[0] == [column["name"] for column in decoded["columns"]]
    read = [[_cell(cell, column) for cell, column in zip(row, decoded["columns"], strict=True)] for row in table[1:]]
    assert read == decoded["rows"]


_READ: Mapping[str, Callable[[str], object]] = {"integer": int, "number": float}


def _cell(text: str, column: Mapping[str, str]) -> object:
    return _READ.get(column["type"], str)(text) if text else None


def test_accept_and_post_ask_for_the_same(tenant: Tenant, filled: tuple[UUID, UUID]) -> None:
    got = tenant.widget("video_views", **RANGE, accounts=f"{filled[1]}")
    address = f"{tenant.url}/v1/widgets/video_views"
    body = {"from": "2026-02-27", "to": "2026-03-12", "accounts": [str(filled[1])]}
    posted = httpx.post(address, json=body, headers=tenant.headers)
    assert posted.json() == got
    assert by_day(got)[march(1)] == [None]
    as_csv = httpx.post(address, json=body, headers={**tenant.headers, "Accept": "text/csv"})
    assert as_csv.text == tenant.get("/v1/widgets/video_views", **RANGE, accounts=filled[1], format="csv").text


def test_meta_says_what_the_numbers_rest_on(tenant: Tenant, filled: tuple[UUID, UUID]) -> None:
    meta = tenant.widget("video_views", from_="2026-03-01", to="2026-03-03")["meta"]
    coverage = meta.pop("coverage")
    assert meta == {
        "from": "2026-03-01",
        "to": "2026-03-03",
        "attribution": "activity",
        "timezone": "UTC",
        "as_of": "2026-03-10T06:00:00.000Z",
        "complete_through": "2026-03-02",
        "metric_version": 1,
        "few": None,
        "lifecycle": "live",
        "notes": meta["notes"],
        "sample": False,
    }
    assert coverage == [
        {
            "account_id": str(filled[1]),
            "metrics": ["video_views"],
            "from": "2026-03-01",
            "to": "2026-03-02",
            "status": "late",
        }
    ]


def test_a_newer_version_of_a_row_replaces_it_and_a_deleted_one_is_gone(tenant: Tenant) -> None:
    account = tenant.connect()
    tenant.until_accounts(1)
    tenant.days(account, {march(1): {"video_views": 1}, march(2): {"video_views": 2}})
    tenant.days(account, {march(1): {"video_views": 10, "version": 2}, march(2): {"version": 2, "is_deleted": 1}})
    views = by_day(tenant.widget("video_views", **RANGE))
    assert views[march(1)] == [10]
    assert views[march(2)] == [None]


def test_without_an_account_there_are_days_without_values_and_a_note(tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/accounts").status_code == 200)
    for slug in WIDGETS:
        answer = tenant.widget(slug, **RANGE)
        columns = [column["name"] for column in answer["columns"] if column["role"] == "metric"]
        cells = {name: cell for row in answer["rows"] for name, cell in zip(columns, row[-len(columns) :], strict=True)}
        for name, cell in [*cells.items(), *answer["totals"].items()]:
            # Nobody has published a post; of what else there is nobody knows anything.
            assert cell == (0 if name in COUNTS else None), (slug, name)
        assert answer["meta"]["as_of"] is None
        assert answer["meta"]["notes"][0].startswith("There is no account to show")
    assert len(tenant.widget("video_views", **RANGE)["rows"]) == 13


def test_the_list_of_widgets_is_what_is_served(tenant: Tenant, api: Api) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    listed = tenant.get("/v1/widgets").json()["widgets"]
    assert [widget["slug"] for widget in listed] == list(WIDGETS)
    assert listed[0]["columns"][1] == {
        "name": "followers",
        "type": "integer",
        "unit": "count",
        "role": "metric",
        "attribution": None,
    }


def test_the_default_range_is_the_last_28_days_of_the_domains_time(tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    meta = tenant.widget("video_views")["meta"]
    assert (meta["from"], meta["to"]) == ("2026-02-11", "2026-03-11")
