"""The census: how many connections stand in which state, as a metric of the one replica that counts."""

import asyncio
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from auth_service.domain.errors import AuthError
from auth_service.ports_connecting import Leases
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import Clock
from common.runtime.logs import logger

COUNT_EVERY_SECONDS = 15.0
# Longer than a count may take; when the one that counts dies, another goes on after this.
LEASE_LIFE = timedelta(seconds=60)
_LEASE = "census"
_log = logger(__name__)


class Census:
    def __init__(
        self, *, viewing: Viewing, leases: Leases, holder: str, wall: Clock, registry: CollectorRegistry
    ) -> None:
        self._viewing = viewing
        self._leases = leases
        self._holder = holder
        self._wall = wall
        self._gauge = Gauge(
            "toa_auth_connections",
            "Connections by state; only the replica that counts has them.",
            ["state"],
            registry=registry,
        )

    async def run(self) -> None:
        while True:
            try:
                await self.count()
            except AuthError as error:
                _log.warning("census waits", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(COUNT_EVERY_SECONDS)

    async def count(self) -> None:
        now = self._wall.now()
        if not await self._leases.take(_LEASE, holder=self._holder, at=now, until=now + LEASE_LIFE):
            # What it counted before is another's to tell now; twice would be added up.
            self._gauge.clear()
            return
        for state, number in (await self._viewing.counted()).items():
            self._gauge.labels(state).set(number)
