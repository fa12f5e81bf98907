"""Audiences in a real ClickHouse: any delivery gives the days that ADR 9 says, and what is given stays as it is."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.events import PostSnapshotV1, encode
from common.events.snapshot import Source
from common.events.values import Scalar
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.domain.bisecting import RowsRefused
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import EVERYTHING, ROLLUPS

from .audience import FIELDS, List, Seen, Table, expected, histories
from .examples import examples
from .growth import FIRST_DAY
from .series import spelled_out, with_maps

MANY = examples(6)


@dataclass(frozen=True, slots=True)
class Watching:
    """One account of its own in a real ClickHouse."""

    client: AsyncClient
    account: Account

    async def take(self, batch: Sequence[Seen]) -> None:
        """As the pipeline does: facts first, then the account anew."""
        ids = {"workspace_id": self.account.workspace_id, "account_id": self.account.account_id}
        values = [seen.value(**ids) for seen in batch]
        system = ClickHouseWarehouse(self.client)
        await system.insert("landing_profile_snapshots", values)
        await system.recompute(("account_day", "audience_day"), Touched(accounts=(self.account,)))

    async def table(self) -> Table:
        return await self._days("audience_day FINAL")

    async def recomputed_whole(self) -> Table:
        return await self._days(f"({ROLLUPS['audience_day'].selection()})")

    async def facts(self, table: str, column: str) -> list[object]:
        sql = f"SELECT {column} FROM {table} FINAL WHERE account_id = {{account:UUID}} ORDER BY observed_at"
        result = await self.client.query(sql, parameters={"account": self.account.account_id})
        return [value for (value,) in result.result_rows]

    async def _days(self, source: str) -> Table:
        bound = {**EVERYTHING, "account": self.account.account_id, "version": 0}
        sql = f"{spelled_out('audience_day', source)} WHERE account_id = {{account:UUID}} ORDER BY day"
        result = await self.client.query(sql, parameters=bound, tz_mode="aware")
        rows = [with_maps("audience_day", row) for row in result.named_results()]
        assert len({row["day"] for row in rows}) == len(rows)
        return {row["day"]: {name: row[name] for name in (*FIELDS, "observed_at")} for row in rows}


@pytest.fixture
def watching(warehouse: AsyncClient) -> Watching:
    return Watching(warehouse, Account(uuid4(), uuid4()))


@MANY
@given(history=histories(), order=st.randoms(use_true_random=False), cuts=st.lists(st.integers(0, 8), max_size=2))
async def test_any_order_repetition_and_batches_of_two_workers_give_the_same_days(
    warehouse: AsyncClient, history: list[Seen], order: Any, cuts: list[int]
) -> None:
    system = Watching(warehouse, Account(uuid4(), uuid4()))
    delivery = [*history, *order.choices(history, k=len(history) // 3)]
    order.shuffle(delivery)
    edges = [0, *sorted(cuts), len(delivery)]
    batches = [part for low, high in itertools.pairwise(edges) if (part := delivery[low:high])]

    async def work(share: Sequence[Sequence[Seen]]) -> None:
        for batch in share:
            await system.take(batch)

    async with asyncio.TaskGroup() as workers:
        workers.create_task(work(batches[0::2]))
        workers.create_task(work(batches[1::2]))
    table = await system.table()
    assert table == expected(history)
    assert await system.recomputed_whole() == table
    tables = ClickHouseRollupTables(warehouse, Placement())
    assert await tables.differences("audience_day", [system.account]) == []


def seen(day: int, countries: List | None, *, hour: int = 12, source: Source = Source.API) -> Seen:
    observed_at = FIRST_DAY + timedelta(days=day, hours=hour)
    return Seen(observed_at=observed_at, source=source, audiences={"audience_countries": countries}, activity={})


async def countries(watching: Watching) -> dict[int, dict[str, float | int]]:
    """By the day's place after the first."""
    table = await watching.table()
    return {(day - FIRST_DAY.date()).days: row["audience_countries"] for day, row in table.items()}


async def test_a_day_has_the_last_list_of_its_own_observations_and_days_between_have_none(watching: Watching) -> None:
    await watching.take(
        [
            seen(0, [("DE", 0.5), ("US", 0.25)], hour=6),
            seen(0, [("DE", 0.625)], hour=18),
            # Silence after it does not undo it, and neither does a list of nothing.
            seen(0, None, hour=20),
            seen(0, [], hour=22),
            seen(3, [("US", 1.0)]),
        ]
    )
    assert await countries(watching) == {0: {"DE": 0.625}, 1: {}, 2: {}, 3: {"US": 1.0}}


async def test_facts_tell_apart_what_was_not_given_what_was_empty_and_what_stood_twice(watching: Watching) -> None:
    twice: List = [("Springfield", 0.25), ("Springfield", 0.125), ("Paris", None)]
    parts: dict[str, List | None] = {"audience_countries": twice, "audience_genders": None}
    other: dict[str, List | None] = {"audience_countries": None, "audience_genders": []}
    at = FIRST_DAY + timedelta(hours=1)
    await watching.take(
        [
            Seen(observed_at=at, audiences=parts, activity={}),
            Seen(observed_at=at + timedelta(hours=1), audiences=other, activity={}),
        ]
    )
    assert await watching.facts("audience_facts", "audience_genders") == [None, "[]"]
    first, second = await watching.facts("audience_facts", "audience_countries")
    assert str(first).count("Springfield") == 2
    assert '"Paris","percentage":null' in str(first)
    assert second is None
    # 0.25 + 0.125; of Paris nothing is known, which is not 0.
    assert await countries(watching) == {0: {"Springfield": 0.375}}


async def test_an_import_never_stands_before_tiktok(watching: Watching) -> None:
    await watching.take([seen(0, [("DE", 0.5)]), seen(0, [("US", 0.5)], hour=23, source=Source.STUDIO_CSV)])
    assert await countries(watching) == {0: {"DE": 0.5}}


async def test_activity_belongs_to_the_day_it_speaks_of(watching: Watching) -> None:
    day = date(2026, 2, 24)
    observed_at = FIRST_DAY + timedelta(hours=12)
    await watching.take(
        [Seen(observed_at=observed_at, audiences={}, activity={day: [("0", 12), ("23", 0)], FIRST_DAY.date(): None})]
    )
    table = await watching.table()
    assert {day: row["audience_activity"] for day, row in table.items()} == {
        day: {"0": 12, "23": 0},
        date(2026, 2, 25): {},
        date(2026, 2, 26): {},
    }


BAD_LISTS = {
    "no list": '{"DE":0.5}',
    "a number": "0.5",
    "no objects": "[0.5]",
    "no label": '[{"percentage":0.5}]',
    "null for a label": '[{"country":null,"percentage":0.5}]',
    "true for 1": '[{"country":"DE","percentage":true}]',
    "a number as text": '[{"country":"DE","percentage":"0.5"}]',
    "a negative share": '[{"country":"DE","percentage":-0.5}]',
    "more than a number can be": '[{"country":"DE","percentage":1e999}]',
    "one bad item of two": '[{"country":"DE","percentage":0.5},7]',
}
GOOD_LISTS = {
    "spaced": '[ { "percentage" : 0.5 , "country" : "DE" } ]',
    "with more": '[{"country":"DE","percentage":0.5,"more":{"of":[]}}]',
    "an integer": '[{"country":"DE","percentage":1}]',
    "a telling label": '[{"country":"\\"percentage\\":true","percentage":1}]',
    "of nothing": "[]",
    "null": "null",
}


def with_countries(watching: Watching, text: str) -> bytes:
    value = seen(0, [("ZZ", 0.5)]).value(
        workspace_id=watching.account.workspace_id, account_id=watching.account.account_id
    )
    put = value.replace(b'[{"country":"ZZ","percentage":0.5}]', text.encode())
    assert put != value
    return put


@pytest.mark.parametrize("what", BAD_LISTS)
async def test_a_list_that_would_be_misread_is_refused(watching: Watching, what: str) -> None:
    with pytest.raises(RowsRefused):
        await ClickHouseWarehouse(watching.client).insert(
            "landing_profile_snapshots", [with_countries(watching, BAD_LISTS[what])]
        )
    assert await watching.facts("account_facts", "field_set") == []


@pytest.mark.parametrize("what", GOOD_LISTS)
async def test_a_list_is_kept_as_it_is_written(watching: Watching, what: str) -> None:
    await ClickHouseWarehouse(watching.client).insert(
        "landing_profile_snapshots", [with_countries(watching, GOOD_LISTS[what])]
    )
    kept = await watching.facts("audience_facts", "audience_countries")
    assert kept == ([] if what == "null" else [GOOD_LISTS[what]])


@pytest.mark.parametrize("count", ["12.5", "12.0", "true", "-1", '"12"', "18446744073709551617"])
async def test_a_count_by_the_hour_is_a_whole_number(watching: Watching, count: str) -> None:
    one = Seen(observed_at=FIRST_DAY, audiences={}, activity={FIRST_DAY.date(): [("7", 4242)]})
    value = one.value(workspace_id=watching.account.workspace_id, account_id=watching.account.account_id)
    with pytest.raises(RowsRefused):
        await ClickHouseWarehouse(watching.client).insert(
            "landing_profile_snapshots", [value.replace(b"4242", count.encode())]
        )


async def test_a_posts_last_lists_stand_while_it_is_silent(watching: Watching) -> None:
    system, account = ClickHouseWarehouse(watching.client), watching.account

    def value(hour: int, sources: list[dict[str, Scalar]] | None, curve: list[dict[str, Scalar]] | None) -> bytes:
        event = PostSnapshotV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            observed_at=FIRST_DAY + timedelta(hours=hour),
            recorded_at=FIRST_DAY + timedelta(days=1),
            field_set="post_full.v1",
            post_id="p",
            values={"likes": hour, "impression_sources": sources, "video_view_retention": curve},
        )
        return encode(event, service="ingestor").value or b""

    told: list[dict[str, Scalar]] = [{"impression_source": "For You", "percentage": 0.5}] * 2
    curve: list[dict[str, Scalar]] = [{"second": "0", "percentage": 1.0}, {"second": "1", "percentage": None}]
    # The second comes first; then silence, and a list of nothing.
    await system.insert("landing_post_snapshots", [value(2, told, None), value(1, [], curve), value(3, None, [])])
    await system.recompute(("post_latest",), Touched(accounts=(account,), posts=("p",)))
    columns = "likes, impression_sources, video_view_retention, engagement_likes"
    result = await watching.client.query(
        f"SELECT {columns} FROM post_latest FINAL WHERE account_id = {{account:UUID}}",
        parameters={"account": account.account_id},
    )
    assert result.result_rows == [(3, {"For You": 1.0}, {"0": 1.0}, {})]
    assert len(await watching.facts("traffic_facts", "impression_sources")) == 3
