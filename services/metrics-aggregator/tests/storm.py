"""Load on the real path while parts are killed; at the end `verify` is asked."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from common.events import Message, ProfileDay

from .commands import run_command
from .conftest import Rig
from .snapshots import NOON, Source

# Only what the snapshots of a post say last is checked by hand; everything else by `verify`.
PARTS = ("metrics-aggregator", "clickhouse", "kafka")
POSTS, ACCOUNTS = 10, 2
ROUND_SECONDS = 0.5
CALM = timedelta(seconds=300)


@dataclass(slots=True)
class Load:
    """Rounds of snapshots of a few accounts: each has every post and the profile once, with ever higher numbers."""

    rig: Rig
    sources: list[Source] = field(default_factory=lambda: [Source.new() for _ in range(ACCOUNTS)])
    rounds: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.rounds += 1
            # Not before it is acknowledged, however long Kafka is away.
            await self.rig.publisher.publish([one for source in self.sources for one in self._round(source)])
            await asyncio.sleep(ROUND_SECONDS)

    def _round(self, source: Source) -> list[Message]:
        at = NOON + timedelta(hours=self.rounds)
        posts = [source.post(f"p{post}", {"likes": self.rounds, "reach": None}, at=at) for post in range(POSTS)]
        day = ProfileDay(date=date(2026, 2, 1) + timedelta(days=self.rounds % 28), values={"likes": self.rounds})
        return [*posts, source.profile({"followers_count": self.rounds}, [day], at=at)]

    async def settled(self) -> None:
        """Everything sent is in the rollup."""
        for source in self.sources:
            expected = {f"p{post}": self.rounds for post in range(POSTS)}
            await source.wait_for_likes(self.rig.warehouse, expected, within=CALM)
        # Days are of another topic, which may be behind.
        async with asyncio.timeout(CALM.total_seconds()):
            while await self._last_totals() != [self.rounds] * len(self.sources):
                await asyncio.sleep(0.1)

    async def _last_totals(self) -> list[int]:
        result = await self.rig.warehouse.query(
            "SELECT argMax(followers, day) FROM account_day FINAL WHERE account_id IN {accounts:Array(UUID)} "
            "GROUP BY account_id",
            parameters={"accounts": [source.account_id for source in self.sources]},
        )
        return [int(followers or 0) for (followers,) in result.result_rows]


@asynccontextmanager
async def under_load(rig: Rig) -> AsyncIterator[Load]:
    """At the end the load stops, everything arrives, and nothing differs from a recomputation."""
    load, stop = Load(rig), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(load.run(stop))
        try:
            yield load
        finally:
            stop.set()
    await load.settled()
    await expect_no_difference(rig, load)


async def expect_no_difference(rig: Rig, load: Load) -> None:
    for source in load.sources:
        done = await run_command(rig, "verify", "--account", str(source.account_id))
        assert (done.status, done.lines) == (0, []), done.errors


async def kill_again_and_again(rig: Rig, load: Load, *, kills: int, seed: int) -> None:
    """kill -9 of each part in turn, at a random moment of a round."""
    moments = random.Random(seed)
    for number in range(kills):
        part = PARTS[number % len(PARTS)]
        await _until_round(load, load.rounds + 1)
        await asyncio.sleep(moments.uniform(0, 2 * ROUND_SECONDS))
        os.kill(rig.supervisor.pids[part], signal.SIGKILL)
        await rig.supervisor.restart(part)


async def _until_round(load: Load, number: int) -> None:
    async with asyncio.timeout(CALM.total_seconds()):
        while load.rounds < number:
            await asyncio.sleep(0.01)
