"""Growth of posts as ClickHouse computes it: equal to the oracle under any delivery, and never made up."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from common.events.snapshot import Source
from common.events.values import Values
from common.runtime.clock import set_clock
from common.warehouse.client import connect
from common.warehouse.columns import growth_columns
from common.warehouse.migrate import migrate
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import ROLLUPS

from .growth import FIELDS, FIRST_DAY, Row, Said, Table, histories, oracle, sum_of_growth

Delivery = list[tuple[str, Said]]

# Each example asks a real ClickHouse some dozen times.
MANY = settings(max_examples=30, deadline=None)
SOME = settings(max_examples=15, deadline=None)


@dataclass(frozen=True, slots=True)
class Growing:
    """One account of its own in a real ClickHouse."""

    client: AsyncClient
    account: Account

    async def take(self, batch: Sequence[tuple[str, Said]]) -> None:
        """As the pipeline does: facts first, then the touched posts anew."""
        await self.insert(batch)
        await self.recompute(batch)

    async def insert(self, batch: Sequence[tuple[str, Said]]) -> None:
        ids = {"workspace_id": self.account.workspace_id, "account_id": self.account.account_id}
        values = [said.value(post_id=post_id, **ids) for post_id, said in batch]
        await ClickHouseWarehouse(self.client).insert("landing_post_snapshots", values)

    async def recompute(self, batch: Sequence[tuple[str, Said]]) -> int:
        touched = Touched(accounts=(self.account,), posts=tuple({post_id for post_id, _ in batch}))
        return await ClickHouseWarehouse(self.client).recompute(("post_day",), touched)

    async def tables(self) -> dict[str, Table]:
        return _tables(await self._rows("SELECT * FROM post_day FINAL WHERE account_id = {account:UUID}"))

    async def recomputed_whole(self) -> dict[str, Table]:
        """What a recompute of everything there is would write for this account."""
        everything = ROLLUPS["post_day"].selection()
        return _tables(await self._rows(f"SELECT * FROM ({everything}) WHERE account_id = {{account:UUID}}"))

    async def _rows(self, sql: str) -> list[Mapping[str, Any]]:
        bound = {"account": self.account.account_id, "everything": True, "accounts": [], "posts": [], "version": 0}
        result = await self.client.query(f"{sql} ORDER BY post_id, day", parameters=bound)
        return list(result.named_results())


def _tables(rows: Sequence[Mapping[str, Any]]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        cells: Row = {name: (row[name], name in row["estimated"]) for name in growth_columns()}
        assert row["day"] not in found.get(row["post_id"], {})
        found.setdefault(row["post_id"], {})[row["day"]] = cells
    return found


@pytest.fixture(scope="session")
async def warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncClient]:
    home = Home(Path(tmp_path_factory.mktemp("growth")))
    set_clock(home.clock)
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    parts = [part for part in system_parts(home, addresses) if part.name == "clickhouse"]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        await migrate(addresses.clickhouse, database="growth")
        client = await connect(addresses.clickhouse, database="growth")
        yield client
        await client.close()
    finally:
        await supervisor.stop()


def growing(client: AsyncClient) -> Growing:
    return Growing(client, Account(uuid4(), uuid4()))


@MANY
@given(
    posts=st.lists(histories(), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
    cuts=st.lists(st.integers(0, 40), max_size=3),
)
async def test_any_order_repetition_and_batches_of_two_workers_give_the_oracles_table(
    warehouse: AsyncClient, posts: list[list[Said]], order: Any, cuts: list[int]
) -> None:
    system, expected = growing(warehouse), oracle()
    delivery = [(f"p{place}", said) for place, history in enumerate(posts) for said in history]
    delivery += order.choices(delivery, k=len(delivery) // 3)
    order.shuffle(delivery)
    batches = _cut(delivery, sorted(cuts))

    async def work(share: Sequence[Delivery]) -> None:
        for batch in share:
            await system.take(batch)

    async with asyncio.TaskGroup() as workers:
        workers.create_task(work(batches[0::2]))
        workers.create_task(work(batches[1::2]))
    table = await system.tables()
    assert table == {f"p{place}": expected(history) for place, history in enumerate(posts)}
    assert await system.recomputed_whole() == table


def _cut(delivery: Delivery, cuts: Sequence[int]) -> list[Delivery]:
    edges = [0, *cuts, len(delivery)]
    return [part for low, high in itertools.pairwise(edges) if (part := delivery[low:high])]


@SOME
@given(history=histories(sources=[Source.API]))
async def test_growth_adds_up_to_the_last_closing_less_the_baseline(
    warehouse: AsyncClient, history: list[Said]
) -> None:
    system = growing(warehouse)
    await system.take([("p", said) for said in history])
    table = (await system.tables())["p"]
    kept = {said.observed_at: said for said in sorted(history, key=lambda said: said.record)}
    for field in FIELDS:
        given_values = [(at, kept[at].values[field]) for at in sorted(kept) if kept[at].values[field] is not None]
        if not given_values:
            assert {row[field] for row in table.values()} == {(None, False)}
            continue
        closing, first = given_values[-1][1], given_values[0][0].date()
        baseline = 0 if _is_fresh(kept.values()) else [v for at, v in given_values if at.date() == first][-1]
        assert sum_of_growth(table, field) == pytest.approx(_number(closing) - _number(baseline), rel=1e-12)


def _is_fresh(history: Any) -> bool:
    listed = min(said.observed_at for said in history).timestamp()
    stated = [said.values["create_time"] for said in history if said.values["create_time"] is not None]
    return any(listed - created <= 86_400 for created in stated)


def _number(value: object) -> int | float:
    assert isinstance(value, int | float)
    return value


def said(day: int, *, created: int | None = 0, record: int = 0, **counters: int | None) -> Said:
    """Noon of a day after the first; `created` in hours after the start of the first day."""
    create_time = None if created is None else int(FIRST_DAY.timestamp()) + created * 3600
    values: Values = {"create_time": create_time, **counters}
    observed_at = FIRST_DAY + timedelta(days=day, hours=12)
    return Said(observed_at=observed_at, source=Source.API, values=values, record=record)


def likes(table: Table) -> dict[date, tuple[int | float | None, bool]]:
    return {day: row["likes"] for day, row in table.items()}


async def test_null_and_zero_are_told_apart(warehouse: AsyncClient) -> None:
    system = growing(warehouse)
    silent = [("silent", said(day, likes=None)) for day in (0, 1)]
    nought = [("nought", said(day, likes=0)) for day in (0, 1)]
    await system.take([*silent, *nought])
    table = await system.tables()
    assert list(likes(table["silent"]).values()) == [(None, False), (None, False)]
    assert list(likes(table["nought"]).values()) == [(0, False), (0, False)]


async def test_the_days_of_a_gap_are_marked_and_a_late_observation_restates_them(warehouse: AsyncClient) -> None:
    system = growing(warehouse)
    await system.take([("p", said(0, likes=10)), ("p", said(3, likes=3))])
    # 10 on the first day; 3 - 10 = -7 over three days: -3 -2 -2.
    assert list(likes((await system.tables())["p"]).values()) == [(10, False), (-3, True), (-2, True), (-2, True)]
    await system.take([("p", said(1, likes=12))])
    # 12 - 10; then 3 - 12 = -9 over two days: -5 -4.
    assert list(likes((await system.tables())["p"]).values()) == [(10, False), (2, False), (-5, True), (-4, True)]


async def test_what_is_recomputed_is_bound_to_the_touched_posts(warehouse: AsyncClient) -> None:
    one, other = growing(warehouse), growing(warehouse)
    for system in (one, other):
        await system.insert([("p", said(0, likes=1)), ("q", said(0, likes=2))])
    await one.recompute([("p", said(0))])
    assert (list(await one.tables()), list(await other.tables())) == (["p"], [])


async def test_the_same_post_in_two_workspaces_stays_apart(warehouse: AsyncClient) -> None:
    one, other = growing(warehouse), growing(warehouse)
    await one.take([("p", said(0, likes=1))])
    await other.take([("p", said(0, likes=100)), ("p", said(1, likes=101))])
    assert list(likes((await one.tables())["p"]).values()) == [(1, False)]
    assert list(likes((await other.tables())["p"]).values()) == [(100, False), (1, False)]


async def test_each_recompute_has_a_higher_version(warehouse: AsyncClient) -> None:
    system = growing(warehouse)
    await system.insert([("p", said(0, likes=1))])
    versions = [await system.recompute([("p", said(0))]) for _ in range(3)]
    assert versions == sorted(set(versions))


def test_the_oracle_and_the_table_speak_of_the_same_counters() -> None:
    (row,) = oracle()([said(0)]).values()
    assert row.keys() == growth_columns().keys()
