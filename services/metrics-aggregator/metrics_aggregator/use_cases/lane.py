"""A topic's lane: small batches are merged and become facts while the next ones gather, and what they touched is
recomputed together, so that a replay is facts first. A batch is acknowledged when its recompute is told, in order."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from common.events.dead_letter import Record
from metrics_aggregator.domain.touched import Touches
from metrics_aggregator.use_cases.pipeline import Batch, Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is taken together."""

    rows_at_once: int = 5_000
    """An insert of this many rows does not wait for more."""
    most_rows: int = 20_000
    """What gathered while another insert was in flight goes together up to this many: each insert costs ClickHouse as
    much as 5,000 rows (it reads the constraints and the views anew)."""
    gather_seconds: float = 0.02
    rows_ahead: int = 20_000
    """Gathered and not yet written; with more, Kafka has to wait."""
    rows_open: int = 1_000_000
    """Written and not yet recomputed; with more, writing has to wait. After a kill they are read again, in 20 s; with
    half as many a replay recomputes each post twice as often, and takes half as long again."""
    stale_seconds: float = 30.0
    """While more keeps coming, facts may be this much older than their rollups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    batch: Batch
    acknowledge: Callable[[], None]
    at: float


@dataclass(slots=True)
class Facts:
    """What is written and waits for its recompute."""

    touches: Touches = field(default_factory=Touches)
    acknowledge: list[Callable[[], None]] = field(default_factory=list)
    rows: int = 0
    since: float = field(default_factory=time.monotonic)


class Lane:
    """Takes batches by `take` while `run` runs. `waiting` tells how many records are known to follow."""

    def __init__(self, pipeline: Pipeline, topic: str, *, waiting: Callable[[], int], pace: Pace | None = None) -> None:
        self._pipeline = pipeline
        self._topic = topic
        self._waiting = waiting
        self._pace = pace or Pace()
        self._gathered: deque[Gathered] = deque()
        self._rows_gathered = 0
        self._facts = Facts()
        self._rows_open = 0
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Work until cancelled. What is in the lane then is not acknowledged."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write())
            tasks.create_task(self._recompute())

    async def take(self, records: Sequence[Record], acknowledge: Callable[[], None]) -> None:
        """Line `records` up; waits while there are enough in line."""
        # Now, while the insert of earlier ones is in flight.
        batch = self._pipeline.sort(self._topic, records)
        async with self._changed:
            await self._changed.wait_for(lambda: self._rows_gathered < self._pace.rows_ahead)
            self._gathered.append(Gathered(batch=batch, acknowledge=acknowledge, at=time.monotonic()))
            self._rows_gathered += len(batch.snapshots)
            self._changed.notify_all()

    async def _write(self) -> None:
        while True:
            gathered = await self._next_gathered()
            touches = await self._pipeline.write(self._topic, [one.batch for one in gathered])
            async with self._changed:
                self._keep(gathered, touches)
                self._changed.notify_all()

    async def _next_gathered(self) -> list[Gathered]:
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._gathered) and self._rows_open < self._pace.rows_open)
            patience = self._gathered[0].at + self._pace.gather_seconds - time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, patience)):
                    await self._changed.wait_for(lambda: self._rows_gathered >= self._pace.rows_at_once)
            taken = self._enough()
            self._changed.notify_all()
        return taken

    def _enough(self) -> list[Gathered]:
        taken: list[Gathered] = []
        rows = 0
        while self._gathered and rows < self._pace.most_rows:
            taken.append(self._gathered.popleft())
            rows += len(taken[-1].batch.snapshots)
        self._rows_gathered -= rows
        return taken

    def _keep(self, gathered: Sequence[Gathered], touches: Touches) -> None:
        if not self._facts.acknowledge:
            self._facts.since = time.monotonic()
        rows = sum(len(one.batch.snapshots) for one in gathered)
        self._facts.touches.add(touches)
        self._facts.acknowledge.extend(one.acknowledge for one in gathered)
        self._facts.rows += rows
        self._rows_open += rows

    async def _recompute(self) -> None:
        while True:
            facts = await self._next_facts()
            await self._pipeline.recompute(self._topic, facts.touches)
            for acknowledge in facts.acknowledge:
                acknowledge()
            async with self._changed:
                self._rows_open -= facts.rows
                self._changed.notify_all()

    async def _next_facts(self) -> Facts:
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._facts.acknowledge))
            patience = self._facts.since + self._pace.stale_seconds - time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, patience)):
                    await self._changed.wait_for(self._nothing_to_wait_for)
            facts, self._facts = self._facts, Facts()
        return facts

    def _nothing_to_wait_for(self) -> bool:
        """Whether facts that are written better be recomputed now than together with those to come."""
        coming = self._rows_gathered + self._waiting()
        return coming < self._pace.rows_at_once or self._rows_open >= self._pace.rows_open
