"""What an operator watches: lag grows while ClickHouse is away and is gone after it; work and refusals are counted."""

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx

from common.events.topics import POST_LABELS, POST_SNAPSHOTS, PROFILE_SNAPSHOTS

from .commands import run_command
from .conftest import Rig
from .scrape import samples
from .snapshots import Source

SOON = timedelta(seconds=180)
POSTS = {"topic": POST_SNAPSHOTS.name}


async def sample(rig: Rig, name: str, labels: Mapping[str, str]) -> float:
    """0 where nothing was counted yet."""
    async with httpx.AsyncClient() as client:
        return next(iter(await samples(client, rig.health, name, labels)), 0.0)


async def wait_for_sample(rig: Rig, name: str, expected: float) -> None:
    async with asyncio.timeout(SOON.total_seconds()):
        while await sample(rig, name, POSTS) != expected:
            await asyncio.sleep(0.05)


async def test_lag_is_shown_while_clickhouse_is_away(rig: Rig) -> None:
    source = Source.new()
    await rig.publisher.publish([source.post("a", {"likes": 1})])
    await source.wait_for_likes(rig.warehouse, {"a": 1}, within=SOON)
    await wait_for_sample(rig, "toa_aggregator_lag_records", 0)
    assert await sample(rig, "toa_aggregator_lag_seconds", POSTS) == 0
    os.kill(rig.supervisor.pids["clickhouse"], signal.SIGKILL)
    await rig.publisher.publish([source.post(f"p{n}", {"likes": n}) for n in range(70)])
    await wait_for_sample(rig, "toa_aggregator_lag_records", 70)
    async with asyncio.timeout(SOON.total_seconds()):
        while await sample(rig, "toa_aggregator_lag_seconds", POSTS) < 2:
            await asyncio.sleep(0.05)
    await rig.supervisor.restart("clickhouse")
    await source.wait_for_likes(rig.warehouse, {"a": 1, **{f"p{n}": n for n in range(70)}}, within=SOON)
    await wait_for_sample(rig, "toa_aggregator_lag_records", 0)
    assert await sample(rig, "toa_aggregator_lag_seconds", POSTS) == 0
    assert await sample(rig, "toa_aggregator_lag_records", {"topic": PROFILE_SNAPSHOTS.name}) == 0


async def test_batches_steps_and_dead_letters_are_counted(rig: Rig) -> None:
    source = Source.new()
    good = [source.post(f"p{n}", {"likes": n}) for n in range(3)]
    inserts = ("toa_aggregator_insert_seconds_count", {"landing": "landing_post_snapshots"})
    records = ("toa_aggregator_batch_records_sum", POSTS)
    letters = ("toa_aggregator_dead_letters_total", {**POSTS, "code": "envelope"})
    counted = (inserts, records, letters)
    before = [await sample(rig, name, labels) for name, labels in counted]
    await rig.publisher.publish([*good, replace(good[0], headers=())])
    await source.wait_for_likes(rig.warehouse, {f"p{n}": n for n in range(3)}, within=SOON)
    async with asyncio.timeout(SOON.total_seconds()):
        while await sample(rig, *records) < before[1] + 4:
            await asyncio.sleep(0.05)
    after = [await sample(rig, name, labels) for name, labels in counted]
    assert after[0] > before[0]
    assert after[1:] == [before[1] + 4, before[2] + 1]
    assert await sample(rig, "toa_aggregator_recompute_seconds_count", {}) > 0


async def test_the_letters_that_wait_are_shown_until_they_are_dealt_with(rig: Rig) -> None:
    source, labels = Source.new(), {"topic": POST_LABELS.name}
    before = await waiting(rig, labels)
    broken = [replace(source.post(f"p{n}", {}), topic=POST_LABELS.name, headers=()) for n in range(3)]
    await rig.publisher.publish(broken)
    async with asyncio.timeout(SOON.total_seconds()):
        while await waiting(rig, labels) != before + 3:
            await asyncio.sleep(0.2)
    dropped = await run_command(rig, "dlq", "drop", POST_LABELS.name, "--all")
    assert dropped.status == 0, dropped.errors
    async with asyncio.timeout(SOON.total_seconds()):
        while await waiting(rig, labels) != 0:
            await asyncio.sleep(0.2)


async def waiting(rig: Rig, labels: Mapping[str, str]) -> float:
    return await sample(rig, "toa_aggregator_dead_letters_waiting", labels)
