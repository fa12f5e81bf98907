"""Erasures: every replica reads all of them, forgets the account, lets pass what was under way, forgets it again.

Nothing is remembered but the topic: an erasure without a completion is begun anew after a kill, and two replicas that
do the same do no harm. An account is disconnected before it is erased, so nobody takes it up again.
"""

import asyncio
from collections.abc import Sequence

from aiokafka import ConsumerRecord

from common.bus.follow import follow
from common.events import ErasureV1, UndecodableEvent, decode
from common.events.topics import ERASURES
from common.runtime.clock import Clock
from common.runtime.logs import logger
from ingestor.domain.erasing import Ledger, completion
from ingestor.ports import Events, Memory, Meter, StoreUnavailable

# A turn that began before the disconnection may still save. What was forgotten it takes for written by another.
PASSING_SECONDS = 3.0
_LOOK_SECONDS = 0.5
_LOG = logger(__name__)


class ErasureConsumer:
    def __init__(self, memory: Memory, events: Events, *, bootstrap: str, meter: Meter, wall: Clock) -> None:
        self._memory = memory
        self._events = events
        self._bootstrap = bootstrap
        self._meter = meter
        self._wall = wall
        self._ledger = Ledger()
        self._caught_up = asyncio.Event()

    async def run(self) -> None:
        """Follow the topic and work off what is open, for ever; ends by cancellation or by an error of Kafka."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                follow(ERASURES.name, bootstrap=self._bootstrap, handle=self._learn, caught_up=self._caught_up)
            )
            tasks.create_task(self._work())

    async def _learn(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            self._ledger.learn(decode(ErasureV1, record.value))
        except UndecodableEvent as error:
            self._meter.unusable("erasure", 1)
            _LOG.error("erasure skipped", partition=record.partition, offset=record.offset, reason=str(error))

    async def _work(self) -> None:
        await self._caught_up.wait()
        while True:
            if requests := self._ledger.open():
                await self._tried(requests)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _tried(self, requests: Sequence[ErasureV1]) -> None:
        try:
            await self.erase(requests)
        except StoreUnavailable as error:
            _LOG.warning("erasures wait", reason=str(error))

    async def erase(self, requests: Sequence[ErasureV1]) -> None:
        """Return once nothing of the accounts is known here, and that is told."""
        await self._forget(requests)
        await asyncio.sleep(PASSING_SECONDS)
        await self._forget(requests)
        done = [completion(request, self._wall.now()) for request in requests]
        await self._events.publish(done)
        for one in done:
            self._ledger.learn(one)

    async def _forget(self, requests: Sequence[ErasureV1]) -> None:
        for request in requests:
            await self._memory.forget(request.account_id)
