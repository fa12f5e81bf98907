"""A collector at work on fakes at its ports."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from common.events import AccountV1, CollectionState
from ingestor.domain.commands import Order
from ingestor.domain.plan import Rhythm
from ingestor.domain.progress import Progress
from ingestor.domain.roster import Entry
from ingestor.entrypoints.collector import Collector
from ingestor.entrypoints.turns import Ports
from ingestor.ports import TikTok

from .fakes import START, CountingMeter, FakeTikTok, FakeTokens, ManualClock, MemoryEvents, MemoryProgress
from .waiting import eventually

POSTS = [START - timedelta(hours=6 * number) for number in range(1, 51)]


@dataclass
class World:
    clock: ManualClock = field(default_factory=ManualClock)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    store: MemoryProgress = field(default_factory=MemoryProgress)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    meter: CountingMeter = field(default_factory=CountingMeter)
    tiktok: FakeTikTok = field(init=False)
    real: TikTok | None = None
    """Asked instead of the fake."""

    def __post_init__(self) -> None:
        self.tiktok = FakeTikTok(self.clock, posts={"open-1": list(POSTS)})

    def ports(self) -> Ports:
        return Ports(
            clock=self.clock,
            tiktok=self.real or self.tiktok,
            tokens=self.tokens,
            store=self.store,
            events=self.events,
            meter=self.meter,
        )

    def collector(self, *, concurrency: int = 4) -> Collector:
        return Collector(self.ports(), rhythm=Rhythm(), concurrency=concurrency)

    @asynccontextmanager
    async def collecting(
        self, *accounts: AccountV1, concurrency: int = 4, commands: Iterable[Order] = ()
    ) -> AsyncIterator[Collector]:
        """A collector at work, which knows `accounts` from partition 0."""
        collector = self.collector(concurrency=concurrency)
        for order in commands:
            collector.command(order)
        collector.learn([Entry(partition=0, account=told) for told in accounts])
        collector.settle([0])
        task = asyncio.create_task(collector.run())
        try:
            yield collector
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def state(self, told: AccountV1) -> CollectionState | None:
        statuses = self.events.statuses(told.account_id)
        return statuses[-1].state if statuses else None

    async def until(self, told: AccountV1, state: CollectionState) -> None:
        await eventually(lambda: self.state(told) is state, what=f"state {state}")

    def saved(self, told: AccountV1) -> Progress:
        return Progress.model_validate_json(self.store.documents[told.account_id])
