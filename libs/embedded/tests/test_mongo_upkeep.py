"""Compaction of the Mongo store: when nothing is written, alone, and not without end."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field

from embedded.mongo import upkeep
from embedded.mongo.turns import Turns


@dataclass
class Work:
    turns: Turns = field(default_factory=lambda: Turns(lambda: None))
    writes: int = 0


@dataclass
class Waste:
    """Needs `rounds` of compaction."""

    rounds: int
    compacted: int = 0

    def wastes_space(self) -> bool:
        return self.compacted < self.rounds

    def compact(self, *, seconds: float) -> None:
        self.compacted += 1


async def _for_a_while(work: Work, waste: Waste, meanwhile: Awaitable[None]) -> None:
    keeping = asyncio.ensure_future(upkeep.compact_when_idle(work, waste, look_every=0.01))
    await meanwhile
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_it_compacts_after_writes_have_stopped() -> None:
    work, waste = Work(), Waste(rounds=3)

    async def write_then_rest() -> None:
        await asyncio.sleep(0)
        work.writes = 5
        async with asyncio.timeout(120):
            while waste.wastes_space():
                await asyncio.sleep(0.01)

    await _for_a_while(work, waste, write_then_rest())
    assert waste.compacted == 3


async def test_it_lets_work_in_progress_be() -> None:
    work, waste = Work(), Waste(rounds=1)

    async def write_on() -> None:
        for _ in range(1_000):
            await asyncio.sleep(0)
            work.writes += 1
        async with work.turns.shared():
            await asyncio.sleep(0.1)
            assert waste.compacted == 0

    await _for_a_while(work, waste, write_on())


async def test_what_cannot_become_smaller_is_tried_once_after_each_stretch_of_writes() -> None:
    work, waste = Work(), Waste(rounds=1_000_000)

    async def write_then_rest() -> None:
        await asyncio.sleep(0)
        for count in (1, 2):
            work.writes += 1
            async with asyncio.timeout(120):
                while waste.compacted < count * upkeep.MOST_TURNS:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)

    await _for_a_while(work, waste, write_then_rest())
    assert waste.compacted == 2 * upkeep.MOST_TURNS
