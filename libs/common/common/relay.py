"""The relay: takes events out of the outboxes to Kafka, in order per document.

It stands above bus and documents, which do not know each other.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from aiokafka.errors import KafkaError
from prometheus_client import Counter

from common.bus.publish import Publisher
from common.documents.outbox import Unsent
from common.events import Event, Message, Tombstone, encode, tombstone
from common.runtime.clock import Clock
from common.runtime.logs import logger

# A write of this process is relayed at once; the sweep is for those of others and of before a crash.
SWEEP_SECONDS = 0.35
# Readers of access trust a heartbeat for 5 seconds: a killed replica's turn ends early enough for the next by then.
TURN_LIFE = timedelta(seconds=2.5)
_TAKE_EVERY_SECONDS = 0.7
# After an error: long enough to breathe, short enough to be back within the 5 seconds that readers trust.
_PAUSE_SECONDS = 0.5

_log = logger(__name__)


class Outbox(Protocol):
    """The events waiting inside the documents of one collection."""

    async def unsent(self) -> Sequence[Unsent]: ...

    async def acknowledged(self, unsent: Unsent) -> None:
        """Take its events out of the document; ones that came meanwhile stay."""
        ...


class Turn(Protocol):
    """The right to relay, which one replica has at a time."""

    async def take(self, *, at: datetime, until: datetime) -> bool:
        """Get or keep it until then; False while another has it."""
        ...

    async def give(self, at: datetime) -> None:
        """Let another have it at once."""
        ...


class Relay:
    def __init__(
        self,
        *,
        service: str,
        outboxes: Sequence[Outbox],
        publisher: Publisher,
        wall: Clock,
        nudged: asyncio.Event,
        relayed: Counter,
        away: type[Exception],
        turn: Turn | None = None,
    ) -> None:
        """`away` is what the outboxes raise while the database does not answer; `turn` None: there is no other
        replica."""
        self._service = service
        self._outboxes = outboxes
        self._publisher = publisher
        self._wall = wall
        self._nudged = nudged
        self._relayed = relayed
        self._away = away
        self._turn = turn
        self._mine_until = datetime.min.replace(tzinfo=wall.now().tzinfo)

    async def run(self) -> None:
        """Relay for ever. An event leaves its document only after Kafka has it; one sent twice does no harm."""
        async with asyncio.TaskGroup() as tasks:
            # Beside the sending: who waits for Kafka keeps the turn, or another would overtake what is under way.
            if self._turn:
                tasks.create_task(self._keep(self._turn))
            tasks.create_task(self._relay())

    async def sweep(self) -> None:
        """Send what waits now."""
        self._nudged.clear()
        for outbox in self._outboxes:
            for unsent in await outbox.unsent():
                await self._publisher.publish([self._message(one) for one in unsent.events])
                await outbox.acknowledged(unsent)
                self._relayed.inc(len(unsent.events))

    def _message(self, told: Event | Tombstone) -> Message:
        return tombstone(told) if isinstance(told, Tombstone) else encode(told, service=self._service)

    async def _relay(self) -> None:
        while True:
            try:
                if self._is_mine():
                    await self.sweep()
                else:
                    # Who has the turn finds it by its own sweep.
                    self._nudged.clear()
            except (KafkaError, self._away) as error:
                _log.warning("relay waits", reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_SECONDS)
            await self._wait()

    def _is_mine(self) -> bool:
        return self._turn is None or self._wall.now() < self._mine_until

    async def _keep(self, turn: Turn) -> None:
        try:
            while True:
                await self._taken(turn)
                await asyncio.sleep(_TAKE_EVERY_SECONDS)
        finally:
            with suppress(self._away):
                await turn.give(self._wall.now())

    async def _taken(self, turn: Turn) -> None:
        now = self._wall.now()
        try:
            if await turn.take(at=now, until=now + TURN_LIFE):
                self._mine_until = now + TURN_LIFE
        except self._away as error:
            _log.warning("the turn to relay is not known", reason=str(error))

    async def _wait(self) -> None:
        # Not wait_for: in Python 3.11 it can swallow the cancellation that comes as a nudge comes.
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_SECONDS):
                await self._nudged.wait()
