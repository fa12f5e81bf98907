"""Coverage as the warehouse tells it: every status from rows written by hand; days become final by time alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Grain
from common.catalog.coverage import MEANINGS, Status
from common.warehouse.columns import fact_columns
from common.warehouse.coverage_views import day_groups

WORKSPACE = UUID(int=1)
# The last day whose end is 48 hours back, and the next.
NOW, SETTLED, OPEN = "2026-03-10 12:00:00", "2026-03-07", "2026-03-08"

Row = dict[str, object]
Told = Mapping[tuple[str, str], str]
"""(day, field) → status."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An account that differs from a usual one in one thing, and what is said of a field on a day."""

    expected: Status
    field: str = "video_views"
    day: str = SETTLED
    gives: Row | None = None
    """What account_day holds of the day."""
    connection: Row | None = None
    collection: Row | None = None
    facts: Sequence[Row] = ()
    audience: Row | None = None
    """What audience_facts holds of the day."""
    seen: str | None = NOW
    """When the API was last asked."""
    uploaded: str | None = None
    """When a file was, without the day in it."""


LOST: Row = {"status": "lost_access", "changed_at": "2026-03-09 00:00:00"}
FILE: Row = {"source": "studio_csv", "video_views": 5}
API: Row = {"source": "api", "video_views": 5}
TOTAL: Row = {"source": "studio_csv", "followers_count": 7}
COUNTRIES, HOURS = '[{"country":"DE","percentage":0.5}]', '[{"hour":"0","count":3}]'
CASES: Mapping[str, Case] = {
    "given and settled": Case(gives={"video_views": 5}, expected=Status.FINAL),
    "zero is given": Case(gives={"video_views": 0}, expected=Status.FINAL),
    "given before it has settled": Case(gives={"video_views": 5}, day=OPEN, expected=Status.PROVISIONAL),
    "not given yet": Case(day=OPEN, expected=Status.PROVISIONAL),
    "asked after it was due": Case(expected=Status.LATE),
    "last asked before it was due": Case(seen="2026-03-09 00:00:00", expected=Status.NOT_COLLECTED),
    "a file was uploaded after it was due, and nobody asked": Case(
        seen="2026-03-09 00:00:00", uploaded=NOW, expected=Status.NOT_COLLECTED
    ),
    "never asked": Case(seen=None, expected=Status.NOT_COLLECTED),
    "61 days before the connection": Case(day="2025-12-21", expected=Status.SOURCE_LIMIT),
    "60 days before the connection": Case(day="2025-12-22", expected=Status.LATE),
    "without the permission": Case(connection={"scopes": ["video.list"]}, expected=Status.NO_SCOPE),
    "given before the permission went": Case(
        gives={"video_views": 5}, connection={"scopes": ["video.list"]}, expected=Status.FINAL
    ),
    "a personal account": Case(
        field="engaged_audience", connection={"is_business_account": False}, expected=Status.NOT_BUSINESS
    ),
    "an account of unknown kind": Case(
        field="engaged_audience", connection={"is_business_account": None}, expected=Status.LATE
    ),
    "access lost before it settled": Case(connection=LOST, expected=Status.LOST_ACCESS),
    "access lost after it settled": Case(connection=LOST, day="2026-03-01", expected=Status.LATE),
    "disconnected": Case(connection={"status": "disconnected"}, day=OPEN, expected=Status.NOT_COLLECTED),
    "paused before it settled": Case(
        collection={"state": "paused", "since": "2026-03-05 00:00:00"}, expected=Status.PAUSED
    ),
    "paused after it settled": Case(
        collection={"state": "paused", "since": "2026-03-10 00:00:00"}, expected=Status.LATE
    ),
    "not paused any more": Case(collection={"state": "synced", "since": "2026-03-05 00:00:00"}, expected=Status.LATE),
    "two follower series and neither nearer": Case(
        field="followers",
        gives={"follower_series": "ambiguous", "followers_count": 7},
        facts=({"source": "api", "followers_count": 7},),
        expected=Status.AMBIGUOUS,
    ),
    "no follower series on an ambiguous account's day": Case(
        field="followers", gives={"follower_series": "ambiguous"}, expected=Status.LATE
    ),
    "from a file": Case(gives={"video_views": 5}, facts=(FILE,), expected=Status.IMPORTED),
    "an audience was seen": Case(
        field="audience_countries", audience={"audience_countries": COUNTRIES}, expected=Status.FINAL
    ),
    "an audience was seen today": Case(
        field="audience_countries",
        audience={"audience_countries": COUNTRIES},
        day="2026-03-10",
        expected=Status.PROVISIONAL,
    ),
    "an empty audience": Case(field="audience_ages", audience={"audience_ages": "[]"}, expected=Status.LATE),
    "an audience nobody asked for": Case(field="audience_ages", expected=Status.NOT_COLLECTED),
    "an audience nobody asked for yesterday": Case(
        field="audience_ages", day="2026-03-09", expected=Status.NOT_COLLECTED
    ),
    "an audience still to come today": Case(field="audience_ages", day="2026-03-10", expected=Status.PROVISIONAL),
    "activity by the hour": Case(
        field="audience_activity", facts=({"source": "api", "audience_activity": HOURS},), expected=Status.FINAL
    ),
    "99 followers": Case(field="audience_activity", gives={"followers": 99}, expected=Status.BELOW_THRESHOLD),
    "100 followers": Case(field="audience_activity", gives={"followers": 100}, expected=Status.LATE),
    "99 followers of a personal account": Case(
        field="audience_ages",
        gives={"followers": 99},
        connection={"is_business_account": False},
        expected=Status.NOT_BUSINESS,
    ),
    "from a file and from the API": Case(gives={"video_views": 5}, facts=(FILE, API), expected=Status.FINAL),
    "a total from a file": Case(field="followers", gives={"followers": 7}, facts=(TOTAL,), expected=Status.IMPORTED),
    "a real-time total beside that of a file": Case(
        field="followers",
        gives={"followers": 8, "followers_are_live": True},
        facts=(TOTAL,),
        expected=Status.FINAL,
    ),
}


def account_of(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


@pytest.fixture(scope="module")
async def warehouse(empty: AsyncClient) -> AsyncClient:
    await _insert(empty, "connection_facts", [_connection(name, case) for name, case in CASES.items()])
    await _insert(empty, "collection_facts", [_collection(name, case) for name, case in CASES.items()])
    await _insert(empty, "account_day", [row for name, case in CASES.items() for row in _days(name, case)])
    await _insert(empty, "account_facts", [row for name, case in CASES.items() for row in _asked(name, case)])
    await _insert(empty, "profile_day_facts", [row for name, case in CASES.items() for row in _facts(name, case)])
    await _insert(empty, "audience_facts", [row for name, case in CASES.items() for row in _audience(name, case)])
    await _insert(empty, "connection_facts", [_of("posts") | CONNECTED | {"revision": 1}])
    await _insert(empty, "post_latest", [_of("posts") | {"first_observed_at": SEEN_FIRST} | post for post in POSTS])
    await _insert(empty, "post_day", [_of("posts") | day for day in GROWN])
    return empty


CONNECTED: Row = {
    "changed_at": "2026-02-20 08:00:00",
    "connected_at": "2026-02-20 08:00:00",
    "change": "connected",
    "status": "connected",
    "is_business_account": True,
    "scopes": ["user.insights", "video.list", "video.insights"],
}


def _of(name: str) -> dict[str, object]:
    ids = {"workspace_id": str(WORKSPACE), "account_id": str(account_of(name))}
    return {**ids, "channel": "tiktok", "version": 1}


def _connection(name: str, case: Case) -> Row:
    return _of(name) | CONNECTED | {"revision": 2} | (case.connection or {})


def _collection(name: str, case: Case) -> Row:
    return _of(name) | {"revision": 2, "state": "synced", "since": "2026-02-20 08:00:00"} | (case.collection or {})


def _days(name: str, case: Case) -> list[Row]:
    """The day itself, and one outside of the range that the account was last seen by."""
    seen = {"day": "2025-12-01", "observed_at": case.uploaded or case.seen}
    return [_of(name) | row for row in (seen, {"day": case.day, **(case.gives or {})}) if case.seen]


def _asked(name: str, case: Case) -> list[Row]:
    moments = {"api": case.seen, "studio_csv": case.uploaded}
    return [
        _of(name) | {"source": source, "observed_at": moment, "recorded_at": moment}
        for source, moment in moments.items()
        if moment
    ]


def _facts(name: str, case: Case) -> list[Row]:
    when = {"day": case.day, "observed_at": NOW, "recorded_at": NOW}
    return [_of(name) | when | fact for fact in case.facts]


def _audience(name: str, case: Case) -> list[Row]:
    when = {"observed_at": f"{case.day} 08:00:00", "recorded_at": NOW, "source": "api"}
    return [_of(name) | when | case.audience] if case.audience else []


async def _insert(client: AsyncClient, table: str, rows: Sequence[Row]) -> None:
    lines = "\n".join(json.dumps(row) for row in rows)
    skip = {"input_format_skip_unknown_fields": 1}
    await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow", settings=skip)


async def told(client: AsyncClient, name: str, case: Case, *, now: str = NOW) -> Told:
    following = date.fromisoformat(case.day).toordinal() + 1
    result = await client.query(
        f"SELECT day, fields, status FROM coverage(workspace_id = '{WORKSPACE}', accounts = ['{account_of(name)}'], "
        f"from = '{case.day}', to = '{date.fromordinal(following)}', now = '{now}')"
    )
    return {(str(day), field): str(status) for day, fields, status in result.result_rows for field in fields}


@pytest.mark.parametrize("name", CASES)
async def test_a_figure_says_how_it_stands(warehouse: AsyncClient, name: str) -> None:
    case = CASES[name]
    assert (await told(warehouse, name, case))[case.day, case.field] == case.expected


async def test_every_figure_of_a_day_has_one_status(warehouse: AsyncClient) -> None:
    case = CASES["given and settled"]
    statuses = await told(warehouse, "given and settled", case)
    told_of = {field for _, field in statuses}
    assert told_of == {name for group in day_groups() for name in group.fields}
    assert told_of >= fact_columns(Grain.PROFILE_DAY).keys() | {"followers", "net_followers"}


async def test_a_day_becomes_final_by_time_alone(warehouse: AsyncClient) -> None:
    name = "given before it has settled"
    times = ("2026-03-10 23:59:59", "2026-03-11 00:00:00")
    statuses = [(await told(warehouse, name, CASES[name], now=now))[OPEN, "video_views"] for now in times]
    # 48 hours after the end of 8 March.
    assert statuses == ["provisional", "final"]


async def test_an_account_nobody_knows_is_not_collected(warehouse: AsyncClient) -> None:
    statuses = await told(warehouse, "a stranger", Case(expected=Status.NOT_COLLECTED))
    assert set(statuses.values()) == {"not_collected"}


SEEN_FIRST = "2026-03-01 12:00:00"
_BORN = {"published_at": "2026-03-01 08:00:00", "observed_at": NOW}
POSTS: Sequence[Row] = (
    {"post_id": "live", **_BORN},
    {"post_id": "gone", **_BORN, "gone_at": "2026-03-04 10:00:00", "observed_at": "2026-03-03 12:00:00"},
    {"post_id": "old", "published_at": "2025-03-03 08:00:00", "observed_at": NOW},
    {"post_id": "unseen", **_BORN, "observed_at": "2026-03-03 12:00:00"},
)
GROWN: Sequence[Row] = (
    {"post_id": "live", "day": "2026-03-01", "likes": 5, "reach": 4},
    {"post_id": "live", "day": "2026-03-02", "likes": 0, "estimated": ["likes"]},
    {"post_id": "live", "day": "2026-03-08", "likes": 1},
    {"post_id": "gone", "day": "2026-03-03", "likes": 1},
    {"post_id": "old", "day": "2026-03-02", "likes": 1},
    {"post_id": "old", "day": "2026-03-03", "likes": 0},
    {"post_id": "unseen", "day": "2026-03-03", "likes": 1},
)


@pytest.fixture(scope="module")
async def of_posts(warehouse: AsyncClient) -> Mapping[tuple[str, str, str], str]:
    """(post, day, field) → status."""
    result = await warehouse.query(
        f"SELECT post_id, day, fields, status FROM coverage_posts(workspace_id = '{WORKSPACE}', "
        f"accounts = ['{account_of('posts')}'], from = '2026-02-01', to = '2026-04-01', now = '{NOW}')"
    )
    return {
        (post, str(day), field): str(status) for post, day, fields, status in result.result_rows for field in fields
    }


@pytest.mark.parametrize(
    ("post", "day", "field", "status"),
    [
        ("live", "2026-03-01", "likes", Status.FINAL),
        ("live", "2026-03-02", "likes", Status.ESTIMATED),
        ("live", "2026-03-08", "likes", Status.PROVISIONAL),
        ("live", "2026-03-09", "likes", Status.PROVISIONAL),
        # It never had a first closing: its baseline is not known.
        ("live", "2026-03-01", "shares", Status.NOT_COLLECTED),
        # Given on the first day, then left out although the post was listed.
        ("live", "2026-03-02", "reach", Status.INACTIVE_POST),
        ("gone", "2026-03-03", "likes", Status.FINAL),
        ("gone", "2026-03-04", "likes", Status.GONE),
        ("gone", "2026-03-10", "likes", Status.GONE),
        ("old", "2026-03-02", "likes", Status.FINAL),
        # 365 days old: its counters stand still, and 0 would be no knowledge.
        ("old", "2026-03-03", "likes", Status.FROZEN),
        ("unseen", "2026-03-05", "likes", Status.NOT_COLLECTED),
        ("unseen", "2026-03-08", "likes", Status.PROVISIONAL),
    ],
)
def test_growth_of_a_post_says_how_it_stands(
    of_posts: Mapping[tuple[str, str, str], str], post: str, day: str, field: str, status: Status
) -> None:
    assert of_posts[post, day, field] == status


def test_a_posts_days_run_from_its_first_to_today(of_posts: Mapping[tuple[str, str, str], str]) -> None:
    days = [day for post, day, field in of_posts if (post, field) == ("live", "likes")]
    assert (min(days), max(days), len(days)) == ("2026-03-01", "2026-03-10", 10)


def test_each_status_has_a_meaning() -> None:
    assert MEANINGS.keys() == set(Status)
