"""The relay of this service: after each sweep it shows that it lives."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter

from auth_service.domain.errors import StoreUnavailable
from common import relay
from common.bus.publish import Publisher
from common.events import AccessV1, Heartbeat, encode
from common.events.envelope import epoch_ms
from common.runtime.clock import Clock

SERVICE = "auth-service"
HEARTBEAT_EVERY = timedelta(seconds=1)


class Relay(relay.Relay):
    def __init__(
        self,
        *,
        outboxes: Sequence[relay.Outbox],
        publisher: Publisher,
        wall: Clock,
        nudged: asyncio.Event,
        registry: CollectorRegistry,
        turn: relay.Turn | None = None,
    ) -> None:
        super().__init__(
            service=SERVICE,
            outboxes=outboxes,
            publisher=publisher,
            wall=wall,
            nudged=nudged,
            relayed=Counter("toa_auth_events_relayed", "Events that Kafka acknowledged.", registry=registry),
            away=StoreUnavailable,
            turn=turn,
        )
        self._last_beat = datetime.min.replace(tzinfo=wall.now().tzinfo)

    async def sweep(self) -> None:
        """Send what waits now, then the heartbeat when it is due: it vouches for everything before it."""
        await super().sweep()
        await self._beat()

    async def _beat(self) -> None:
        now = self._wall.now()
        if now - self._last_beat < HEARTBEAT_EVERY:
            return
        heartbeat = AccessV1(access=Heartbeat(revision=epoch_ms(now)), changed_at=now)
        await self._publisher.publish([encode(heartbeat, service=SERVICE)])
        self._last_beat = now
