"""The processes that are compared, each reading the same topic from its beginning into a database of its own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psutil
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.rig import Rig
from benchmarks.snapshots import Load

LOOK_SECONDS = 0.05
LONGEST_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """`rollups`: whether it is done when all rollups are right, too."""

    name: str
    module: str
    rollups: bool
    environment: Mapping[str, str] = field(default_factory=dict)


DECODING = Contender(name="decoding loop, facts", module="benchmarks.floors.decoding", rollups=False)
AHEAD = Contender(name="decoding loop, ahead", module="benchmarks.floors.decoding_ahead", rollups=False)
LANDING = Contender(name="landing loop, all", module="benchmarks.floors.landing", rollups=True)
FACTS = Contender(
    name="aggregator, facts", module="metrics_aggregator", rollups=False, environment={"TOA_FACTS_ONLY": "true"}
)
WHOLE = Contender(name="aggregator, all", module="metrics_aggregator", rollups=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One reading of the whole topic. CPU seconds are the contender's, ClickHouse's and Kafka's."""

    contender: str
    events: int
    seconds: float
    cpu: Mapping[str, float]
    rss_mb: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


async def measured(rig: Rig, contender: Contender, load: Load, *, number: int) -> Run:
    """Run `contender` until everything is there. The time begins with the first facts, so a start costs nothing."""
    name = f"bench_{number}"
    async with rig.database(name) as client, started(rig, contender, name) as process:
        await _until(process, lambda: _facts(client, at_least=1))
        begun, missing, cpu = time.monotonic(), load.total - await _count(client), _cpu(rig, process)
        await _until(process, lambda: _facts(client, at_least=load.total))
        if contender.rollups:
            await _until(process, lambda: _rollups(client, load))
        seconds = time.monotonic() - begun
        spent = {part: now - cpu[part] for part, now in _cpu(rig, process).items()}
        rss = process.memory_info().rss / 2**20
    return Run(contender=contender.name, events=missing, seconds=seconds, cpu=spent, rss_mb=rss)


@asynccontextmanager
async def started(rig: Rig, contender: Contender, name: str) -> AsyncIterator[psutil.Process]:
    environment = {
        **os.environ,
        **contender.environment,
        "TOA_KAFKA_BOOTSTRAP": rig.kafka,
        "TOA_CLICKHOUSE_URL": rig.clickhouse,
        "TOA_CLICKHOUSE_DATABASE": name,
        "TOA_CONSUMER_GROUP": f"{name}_{time.time_ns()}",
        "TOA_HEALTH_PORT": "0",
    }
    with (rig.logs / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", contender.module, env=environment, stdout=log, stderr=log
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            await process.wait()


async def _until(process: psutil.Process, done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not await done():
            if process.status() == psutil.STATUS_ZOMBIE:
                raise RuntimeError("the contender ended by itself; its log is in the rig's folder")
            await asyncio.sleep(LOOK_SECONDS)


async def _count(client: AsyncClient) -> int:
    return int((await client.query("SELECT count() FROM post_facts")).result_rows[0][0])


async def _facts(client: AsyncClient, *, at_least: int) -> bool:
    return await _count(client) >= at_least


async def _rollups(client: AsyncClient, load: Load) -> bool:
    latest = "SELECT count(), sum(video_views) FROM post_latest FINAL"
    growth = "SELECT sum(video_views) FROM post_day FINAL"
    ((posts, views),) = (await client.query(latest)).result_rows
    if (posts, views) != (load.all_posts, load.views):
        return False
    # All posts are fresh, so their growth begins at 0.
    return (await client.query(growth)).result_rows == [(load.views,)]


def _cpu(rig: Rig, process: psutil.Process) -> dict[str, float]:
    parts = {"contender": process.pid, "clickhouse": rig.pids["clickhouse"], "kafka": rig.pids["kafka"]}
    return {part: sum(psutil.Process(pid).cpu_times()[:2]) for part, pid in parts.items()}
