"""Growth of posts as ClickHouse computes it: equal to the oracle under any delivery, and never made up."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.events.snapshot import Source
from common.events.values import Values
from common.warehouse.columns import growth_columns
from metrics_aggregator.domain.records import Account

from .examples import examples
from .growing import Delivery, Growing
from .growth import FIELDS, FIRST_DAY, Said, Table, histories, oracle, sum_of_growth

MANY, SOME = examples(15), examples(8)


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
        grown = _number(closing) - _number(baseline)
        # Equal parts of seconds are rounded; whole numbers are not.
        assert sum_of_growth(table, field) == (pytest.approx(grown, abs=1e-6) if isinstance(grown, float) else grown)


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
