"""The relay: takes events out of the outboxes to Kafka, in order per document, and shows that it lives."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter

from auth_service.domain.errors import StoreUnavailable
from auth_service.ports import Outbox
from auth_service.ports_tokens import RelayTurn
from common.bus.publish import Publisher
from common.events import AccessV1, Heartbeat, encode
from common.events.envelope import epoch_ms
from common.runtime.clock import Clock
from common.runtime.logs import logger

SERVICE = "auth-service"
HEARTBEAT_EVERY = timedelta(seconds=1)
# A write of this process is relayed at once; the sweep is for those of others and of before a crash.
SWEEP_SECONDS = 0.35
# Readers trust a heartbeat for 5 seconds: a killed replica's turn ends early enough for the next to beat by then.
TURN_LIFE = timedelta(seconds=2.5)
_TAKE_EVERY_SECONDS = 0.7
# After an error: long enough to breathe, short enough to be back within the 5 seconds that readers trust.
_PAUSE_SECONDS = 0.5

_log = logger(__name__)


class Relay:
    def __init__(
        self,
        *,
        outboxes: Sequence[Outbox],
        publisher: Publisher,
        wall: Clock,
        nudged: asyncio.Event,
        registry: CollectorRegistry,
        turn: RelayTurn | None = None,
    ) -> None:
        """`turn` None: there is no other replica."""
        self._outboxes = outboxes
        self._publisher = publisher
        self._wall = wall
        self._nudged = nudged
        self._turn = turn
        self._mine_until = datetime.min.replace(tzinfo=wall.now().tzinfo)
        self._last_beat = datetime.min.replace(tzinfo=wall.now().tzinfo)
        self._relayed = Counter("toa_auth_events_relayed", "Events that Kafka acknowledged.", registry=registry)

    async def run(self) -> None:
        """Relay for ever. An event leaves its document only after Kafka has it; one sent twice does no harm."""
        async with asyncio.TaskGroup() as tasks:
            # Beside the sending: who waits for Kafka keeps the turn, or another would overtake what is under way.
            if self._turn:
                tasks.create_task(self._keep(self._turn))
            tasks.create_task(self._relay())

    async def _relay(self) -> None:
        while True:
            try:
                if self._is_mine():
                    await self.sweep()
                else:
                    # Who has the turn finds it by its own sweep.
                    self._nudged.clear()
            except (KafkaError, StoreUnavailable) as error:
                _log.warning("relay waits", reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_SECONDS)
            await self._wait()

    def _is_mine(self) -> bool:
        return self._turn is None or self._wall.now() < self._mine_until

    async def _keep(self, turn: RelayTurn) -> None:
        try:
            while True:
                await self._taken(turn)
                await asyncio.sleep(_TAKE_EVERY_SECONDS)
        finally:
            with suppress(StoreUnavailable):
                await turn.give(self._wall.now())

    async def _taken(self, turn: RelayTurn) -> None:
        now = self._wall.now()
        try:
            if await turn.take(at=now, until=now + TURN_LIFE):
                self._mine_until = now + TURN_LIFE
        except StoreUnavailable as error:
            _log.warning("the turn to relay is not known", reason=str(error))

    async def sweep(self) -> None:
        """Send what waits now, then the heartbeat when it is due: it vouches for everything before it."""
        self._nudged.clear()
        for outbox in self._outboxes:
            for unsent in await outbox.unsent():
                await self._publisher.publish([encode(event, service=SERVICE) for event in unsent.events])
                await outbox.acknowledged(unsent)
                self._relayed.inc(len(unsent.events))
        await self._beat()

    async def _beat(self) -> None:
        now = self._wall.now()
        if now - self._last_beat < HEARTBEAT_EVERY:
            return
        heartbeat = AccessV1(access=Heartbeat(revision=epoch_ms(now)), changed_at=now)
        await self._publisher.publish([encode(heartbeat, service=SERVICE)])
        self._last_beat = now

    async def _wait(self) -> None:
        # Not wait_for: in Python 3.11 it can swallow the cancellation that comes as a nudge comes.
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_SECONDS):
                await self._nudged.wait()
