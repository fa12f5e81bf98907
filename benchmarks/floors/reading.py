"""Reading the snapshot topic by hand: all partitions from the beginning, the next batch collected while one flies."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import uvloop
from aiokafka import AIOKafkaConsumer
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.snapshots import TOPIC
from common.runtime.settings import ClickHouseSettings
from common.warehouse.client import connect
from metrics_aggregator.settings import GroupSettings

# aiokafka ships no types.
Consumer: TypeAlias = Any
Records: TypeAlias = list[Any]
Ready = TypeVar("Ready")

ROWS_AT_ONCE = 5_000
GATHER_SECONDS = 0.02


class FloorSettings(GroupSettings, ClickHouseSettings):
    """The aggregator's own, as far as a floor needs them."""


def run(work: Callable[[Consumer, AsyncClient], Awaitable[None]], *, objects_between_collections: int = 0) -> None:
    """Let `work` read and write until the process is ended; with 0 no garbage is looked for, as in the aggregator."""
    gc.freeze()
    gc.set_threshold(objects_between_collections, 10, 10)
    uvloop.run(_run(work))


async def _run(work: Callable[[Consumer, AsyncClient], Awaitable[None]]) -> None:
    async with _connected(FloorSettings()) as (consumer, client):
        await work(consumer, client)


@asynccontextmanager
async def _connected(settings: FloorSettings) -> AsyncIterator[tuple[Consumer, AsyncClient]]:
    client = await connect(settings.clickhouse_url, database=settings.clickhouse_database)
    async with AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=settings.consumer_group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=ROWS_AT_ONCE,
    ) as consumer:
        yield consumer, client
    await client.close()


async def collected(consumer: Consumer, *, rows: int = ROWS_AT_ONCE) -> Records:
    """`rows` records, or what came within `GATHER_SECONDS` after the first."""
    batch: Records = []
    until = time.monotonic() + 3600
    while len(batch) < rows and (left := until - time.monotonic()) > 0:
        polled = await consumer.getmany(timeout_ms=max(1, int(left * 1000)), max_records=rows - len(batch))
        for records in polled.values():
            if not batch:
                until = time.monotonic() + GATHER_SECONDS
            batch.extend(records)
    return batch


async def one_by_one(
    consumer: Consumer,
    prepare: Callable[[Records], Ready],
    insert: Callable[[Ready], Awaitable[None]],
    *,
    rows: int,
) -> None:
    """Work for ever: `rows` records are collected, prepared, inserted and committed, then the next ones."""
    while True:
        await insert(prepare(await collected(consumer, rows=rows)))
        await consumer.commit()


async def one_ahead(
    consumer: Consumer, prepare: Callable[[Records], Ready], insert: Callable[[Ready], Awaitable[None]]
) -> None:
    """Work for ever: the next batch is collected and prepared while the last one's insert is in flight."""
    async with asyncio.TaskGroup() as tasks:
        flying: asyncio.Task[None] | None = None
        while True:
            ready = prepare(await collected(consumer))
            if flying:
                await flying
                await consumer.commit()
            flying = tasks.create_task(_awaited(insert(ready)))
            # So that the request leaves before the next batch takes the processor.
            await asyncio.sleep(0)


async def _awaited(step: Awaitable[None]) -> None:
    await step
