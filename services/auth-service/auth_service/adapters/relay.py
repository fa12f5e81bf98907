"""The relay: takes events out of the outboxes to Kafka, in order per document, and shows that it lives."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter

from auth_service.domain.errors import StoreUnavailable
from auth_service.ports import Outbox
from common.bus.publish import Publisher
from common.events import AccessV1, Heartbeat, encode
from common.events.envelope import epoch_ms
from common.runtime.clock import Clock
from common.runtime.logs import logger

SERVICE = "auth-service"
HEARTBEAT_EVERY = timedelta(seconds=1)
# A write of this process is relayed at once; the sweep is for those of others and of before a crash.
SWEEP_SECONDS = 0.35
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
    ) -> None:
        self._outboxes = outboxes
        self._publisher = publisher
        self._wall = wall
        self._nudged = nudged
        self._last_beat = datetime.min.replace(tzinfo=wall.now().tzinfo)
        self._relayed = Counter("toa_auth_events_relayed", "Events that Kafka acknowledged.", registry=registry)

    async def run(self) -> None:
        """Relay for ever. An event leaves its document only after Kafka has it; one sent twice does no harm."""
        while True:
            try:
                await self.sweep()
            except (KafkaError, StoreUnavailable) as error:
                _log.warning("relay waits", reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_SECONDS)
            await self._wait()

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
        try:
            await asyncio.wait_for(self._nudged.wait(), SWEEP_SECONDS)
        except TimeoutError:
            return
