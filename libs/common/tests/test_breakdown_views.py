"""The views of breakdowns against numbers worked out by hand from the rows here, for 1 to 4 March."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import catalog
from common.warehouse.views import view_parameters

from .hand_rows import OTHER, WORKSPACE, A, B, D

Row = Mapping[str, object]

# Shares of A: the list of 3 March counts; those of 1 March are older, those of 5 March after the range.
# B: its list of the 2nd. D: a list, but nobody knows how many followers.
AUDIENCES: Sequence[Row] = (
    {"account_id": A, "day": 1, "audience_countries": {"DE": 0.75}, "audience_activity": {"0": 10, "7": 21}},
    {
        "account_id": A,
        "day": 3,
        "audience_countries": {"DE": 0.5, "US": 0.25},
        "audience_genders": {"Female": 0.6, "Male": 0.4},
        "audience_activity": {"0": 20},
    },
    {"account_id": A, "day": 4},
    {"account_id": A, "day": 5, "audience_countries": {"FR": 1}, "audience_activity": {"0": 999}},
    {
        "account_id": B,
        "day": 2,
        "audience_countries": {"DE": 0.1},
        "audience_ages": {"18-24": 0.305},
        "audience_cities": {"Berlin": 0.5},
        "audience_activity": {"0": 4, "7": 0},
    },
    {"account_id": D, "day": 2, "audience_countries": {"DE": 1, "JP": 1}, "audience_genders": {"Other": 1}},
)
# The last known followers in the range are A's 1001 of 2 March and B's 205 of 3 March.
TOTALS: Sequence[Row] = (
    {"account_id": A, "day": 1, "followers": 1000},
    {"account_id": A, "day": 2, "followers": 1001},
    {"account_id": A, "day": 3},
    {"account_id": A, "day": 5, "followers": 9000},
    {"account_id": B, "day": 3, "followers": 205},
)
POSTS: Sequence[Row] = (
    {
        "post_id": "p1",
        "published_at": "2026-03-01 08:00:00",
        "video_views": 300,
        "impression_sources": {"For You": 0.75, "Follow": 0.25},
        "video_view_retention": {"0": 1, "1": 0.5, "10": 0},
        "engagement_likes": {"1": 0.75, "2": 0.25},
    },
    {
        "post_id": "p2",
        "published_at": "2026-03-04 23:00:00",
        "video_views": 100,
        "impression_sources": {"For You": 0.5, "Search": 0.125},
    },
    # Neither of these says where views came from, or how many there were.
    {"post_id": "p3", "published_at": "2026-03-02 08:00:00", "video_views": 5000},
    {"post_id": "p4", "published_at": "2026-03-02 08:00:00", "impression_sources": {"Search": 1}},
    {
        "post_id": "gone",
        "published_at": "2026-03-03 08:00:00",
        "gone_at": "2026-03-09 08:00:00",
        "video_views": 400,
        "impression_sources": {"Search": 0.5},
    },
    {
        "post_id": "late",
        "published_at": "2026-03-05 00:00:00",
        "video_views": 10**6,
        "impression_sources": {"Sound": 1},
        "video_view_retention": {"0": 1},
    },
)


@pytest.fixture(scope="module")
async def warehouse(empty: AsyncClient) -> AsyncClient:
    await fill(empty)
    return empty


async def fill(client: AsyncClient) -> None:
    """The rows above, and the same of another workspace, which must not be seen."""
    for workspace in (WORKSPACE, OTHER):
        await _insert(client, "audience_day", workspace, [_of_day(row) for row in AUDIENCES])
        await _insert(client, "account_day", workspace, [_of_day(row) for row in TOTALS])
        await _insert(client, "post_latest", workspace, [{"account_id": A, **row} for row in POSTS])


def _of_day(row: Row) -> Row:
    return {**row, "day": f"2026-03-{row['day']:02}"}


async def _insert(client: AsyncClient, table: str, workspace: UUID, rows: Sequence[Row]) -> None:
    common = {"workspace_id": workspace, "channel": "tiktok", "version": 1, "is_deleted": 0}
    lines = "\n".join(json.dumps({**common, **row}, default=str) for row in rows)
    await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow")


async def shown(
    warehouse: AsyncClient, slug: str, *, accounts: Sequence[UUID] = (A, B, D), lifecycle: str = "live"
) -> dict[object, object]:
    """Label → number."""
    result = await warehouse.query(f"SELECT * FROM {call(slug, accounts, lifecycle)}")
    found = {row[0]: row[1] for row in result.result_rows}
    assert len(found) == len(result.result_rows)
    return found


def call(slug: str, accounts: Sequence[UUID], lifecycle: str) -> str:
    listed = ", ".join(f"'{account}'" for account in accounts)
    bound = {"workspace_id": f"'{WORKSPACE}'", "accounts": f"[{listed}]", "from": "'2026-03-01'", "to": "'2026-03-05'"}
    bound["lifecycle"] = f"'{lifecycle}'"
    parameters = view_parameters(catalog().widgets[slug])
    return f"widget_{slug}({', '.join(f'{name}={bound[name]}' for name in parameters)})"


async def test_followers_by_country_are_the_last_shares_times_the_last_total_rounded_once(
    warehouse: AsyncClient,
) -> None:
    # DE: 0.5 * 1001 + 0.1 * 205 = 500.5 + 20.5 = 521, where rounding each would give 500 + 20 or 501 + 21.
    # US: 0.25 * 1001 = 250.25. JP: only D has it, of whose followers nothing is known. FR: after the range.
    assert await shown(warehouse, "followers_by_country") == {"DE": 521, "US": 250, "JP": None}


async def test_followers_by_gender_age_and_city(warehouse: AsyncClient) -> None:
    # 0.6 * 1001 = 600.6; 0.4 * 1001 = 400.4.
    assert await shown(warehouse, "followers_by_gender") == {"Female": 601, "Male": 400, "Other": None}
    # 0.305 * 205 = 62.525.
    assert await shown(warehouse, "followers_by_age") == {"18-24": 63}
    # 0.5 * 205 = 102.5; a half goes to the even number.
    assert await shown(warehouse, "followers_by_city") == {"Berlin": 102}


async def test_only_the_accounts_asked_for_count(warehouse: AsyncClient) -> None:
    # 0.1 * 205 = 20.5.
    assert await shown(warehouse, "followers_by_country", accounts=[B]) == {"DE": 20}
    assert await shown(warehouse, "followers_by_country", accounts=[]) == {}


async def test_audience_activity_is_the_mean_of_the_days_that_give_the_hour(warehouse: AsyncClient) -> None:
    # 0 h: A (10 + 20) / 2 = 15, B 4. 7 h: A 21 of one day, B 0, which is a number.
    assert await shown(warehouse, "audience_activity") == {0: 19, 7: 21}


async def test_traffic_sources_are_shares_of_the_views_of_the_posts_that_say_both(warehouse: AsyncClient) -> None:
    # p1 and p2 have 400 views. For You: 0.75 * 300 + 0.5 * 100 = 275. Follow: 75. Search: 12.5.
    assert await shown(warehouse, "traffic_sources") == {
        "For You": 275 / 400,
        "Follow": 75 / 400,
        "Search": 12.5 / 400,
    }
    # With the one that is gone 800 views, and 0.5 * 400 more from Search.
    with_gone = await shown(warehouse, "traffic_sources", lifecycle="all")
    assert with_gone == {"For You": 275 / 800, "Follow": 75 / 800, "Search": 212.5 / 800}


async def test_retention_curve_has_a_row_for_each_second_that_either_curve_gives(warehouse: AsyncClient) -> None:
    curve = call("retention_curve", [A], "live")
    result = await warehouse.query(f"SELECT * FROM {curve} ORDER BY post_id, second")
    # Second 10 comes after 2; 0 is a number, and where a curve says nothing there is none.
    assert [tuple(row) for row in result.result_rows] == [
        ("p1", 0, 1.0, None),
        ("p1", 1, 0.5, 0.75),
        ("p1", 2, None, 0.25),
        ("p1", 10, 0.0, None),
    ]
