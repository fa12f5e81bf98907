"""What was known at a moment: rollups and widgets as they were, computed from the facts recorded by then."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Widget, catalog
from common.events.values import Values
from common.warehouse.known_views import known_statements
from common.warehouse.views import view_name, view_parameters
from metrics_aggregator.domain.records import Account
from metrics_aggregator.rollups import EVER, ROLLUPS

from .examples import examples
from .growing import Growing
from .growth import FIRST_DAY, Said, histories, oracle
from .telling import Row, Telling

FRIDAY, MONDAY = date(2026, 2, 27), datetime(2026, 3, 2, 12, tzinfo=UTC)
RANGE = {"from": date(2026, 2, 27), "to": date(2026, 3, 5)}
RED, BLUE = UUID(int=20), UUID(int=21)


@pytest.fixture(scope="module")
async def told(warehouse: AsyncClient) -> Telling:
    """Friday's views are 100, a week later 120; the post's likes of Tuesday were written down on Sunday only."""
    account = Telling(warehouse)
    audience = {"countries": "country", "cities": "city_name", "genders": "gender", "ages": "age"}
    shares: Values = {f"audience_{name}": [{label: "x", "percentage": 0.5}] for name, label in audience.items()}
    profile: Values = {"followers_count": 40, **shares}
    hours: Values = {"audience_activity": [{"hour": "9", "count": 3}]}
    lists: Values = {
        "impression_sources": [{"impression_source": "For You", "percentage": 0.5}],
        "video_view_retention": [{"second": "1", "percentage": 0.5}],
    }
    await account.say_days({FRIDAY: {"video_views": 100, "likes": 5, **hours}}, at=MONDAY, profile=profile)
    await account.say_days({FRIDAY: {"video_views": 120, "likes": None}}, at=after(7), profile={"followers_count": 44})
    await account.say_post(
        {"create_time": int(MONDAY.timestamp()), "likes": 10, "video_views": 7, **lists}, at=after(0)
    )
    await account.say_post({"likes": 16, "video_views": None}, at=after(2))
    await account.say_post({"likes": 12, "video_views": 9}, at=after(1), recorded_at=after(6))
    await account.say_labels(RED, at=after(3), revision=1)
    await account.say_labels(RED, BLUE, at=after(5), revision=2)
    return account


def after(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


async def test_last_weeks_number_is_there_after_a_restatement(told: Telling) -> None:
    async def views(known_at: datetime) -> object:
        rows = await told.view("widget_video_views_known", **RANGE, known_at=known_at)
        return rows[0]["video_views"]

    (now, *_) = await told.view("widget_video_views", **RANGE)
    assert (now["day"], now["video_views"]) == (FRIDAY, 120)
    assert [await views(known_at) for known_at in (after(6), after(7))] == [100, 120]
    # The day before anything was recorded: not zero.
    assert await views(after(-1)) is None


async def test_growth_is_what_followed_from_the_observations_known_then(told: Telling) -> None:
    async def likes(known_at: datetime) -> list[object]:
        rows = await told.view("post_day_known", known_at=known_at)
        return [(row["likes"], row["estimated"]) for row in sorted(rows, key=lambda row: str(row["day"]))]

    assert await likes(after(1)) == [(10, [])]
    # Tuesday's observation was not known yet: 16 - 10 spread over two days.
    assert await likes(after(2)) == [(10, []), (3, ["likes"]), (3, ["likes"])]
    # With it: 12 - 10, 16 - 12. Views of Wednesday were never given.
    assert await likes(after(6)) == [(10, []), (2, []), (4, [])]


async def test_a_post_and_its_widgets_stand_as_they_stood(told: Telling) -> None:
    async def cards(known_at: datetime) -> list[object]:
        rows = await told.view("widget_post_explorer_known", **RANGE, lifecycle="live", known_at=known_at)
        return [(row["post_likes"], row["post_video_views"]) for row in rows]

    assert await cards(after(-1)) == []
    assert await cards(after(1)) == [(10, 7)]
    assert await cards(after(2)) == [(16, 7)]
    assert await cards(after(6)) == [(16, 9)]


async def test_labels_are_those_a_post_had_then(told: Telling) -> None:
    async def likes(known_at: datetime) -> Mapping[object, object]:
        rows = await told.view("widget_label_explorer_known", **RANGE, lifecycle="live", known_at=known_at)
        return {row["label"]: row["post_likes"] for row in rows}

    assert await likes(after(2)) == {}
    assert await likes(after(3)) == {RED: 16}
    assert await likes(after(6)) == {RED: 16, BLUE: 16}


async def test_followers_of_today_are_those_of_then(told: Telling) -> None:
    (early,) = [row for row in await told.view("account_day_known", known_at=after(1)) if row["followers"] is not None]
    assert (early["day"], early["followers"], early["followers_are_live"]) == (MONDAY.date(), 40, True)
    assert in_order(await told.view("account_day_known", known_at=after(7)))[-1]["day"] == after(7).date()


@pytest.mark.parametrize("rollup", ROLLUPS)
async def test_what_is_known_at_last_is_what_the_rollup_holds(told: Telling, rollup: str) -> None:
    of_account = f"WHERE account_id = '{told.account.account_id}'"
    stored = await told.client.query(
        f"SELECT * EXCEPT (version, is_deleted) FROM {rollup} FINAL {of_account}", tz_mode="aware"
    )
    known = await told.view(f"{rollup}_known", known_at=EVER)
    assert stored.result_rows
    assert in_order(known) == in_order(list(stored.named_results()))


def in_order(rows: list[Row]) -> list[Row]:
    return sorted((dict(row) for row in rows), key=lambda row: str(row.get("day", row.get("post_id"))))


@pytest.mark.parametrize("widget", catalog().viewed(), ids=view_name)
async def test_a_widget_knows_at_last_what_it_shows(told: Telling, widget: Widget) -> None:
    more = {"timezone": "UTC", "lifecycle": "all"}
    bound = RANGE | {name: more[name] for name in view_parameters(widget) if name in more}
    shown = await told.view(view_name(widget), **bound)
    assert shown
    assert await told.view(f"{view_name(widget)}_known", **bound, known_at=EVER) == shown


async def test_views_of_the_past_work_from_any_database_and_show_one_workspace_only(told: Telling) -> None:
    arguments = f"accounts = ['{told.account.account_id}'], known_at = '{EVER}', from = '2026-02-27', to = '2026-02-28'"
    call = f"SELECT video_views FROM growth.widget_video_views_known(workspace_id = '{{}}', {arguments})"
    elsewhere = {"database": "default"}
    mine = await told.client.query(call.format(told.account.workspace_id), settings=elsewhere)
    assert list(mine.result_rows) == [(120,)]
    others = await told.client.query(call.format(uuid4()), settings=elsewhere)
    assert list(others.result_rows) == [(None,)]


def test_no_view_of_the_past_reads_a_rollup_and_every_fact_is_read_as_of_then() -> None:
    for statement in known_statements():
        assert not re.search(rf"\b(FROM|JOIN)\s+({'|'.join(ROLLUPS)})\b", statement)
        assert "FINAL AS" not in statement
    for rollup in ROLLUPS.values():
        read = re.findall(r"\bFROM \w+_facts\b", rollup.selection())
        assert len(read) == rollup.selection().count("{known_at:") == rollup.known().count("{known_at:")
        assert rollup.known().count("{workspace_id:") == len(read)


@given(history=histories(), cut=st.integers(0, 9))
@examples(12)
async def test_growth_as_of_a_moment_is_the_growth_of_what_was_recorded_by_then(
    warehouse: AsyncClient, history: list[Said], cut: int
) -> None:
    # Of an observation recorded twice the last record counts, at any moment: the first one is not kept.
    last = {(one.observed_at, one.source): one for one in history}
    known = [one for one in last.values() if one.record <= cut]
    system = Growing(warehouse, Account(uuid4(), uuid4()))
    await system.insert([("p", one) for one in history])
    known_at = f"{FIRST_DAY + timedelta(days=400, seconds=cut):%Y-%m-%d %H:%M:%S}"
    tables = await system.recomputed_whole(known_at=known_at)
    assert tables == ({"p": oracle()(known)} if known else {})
