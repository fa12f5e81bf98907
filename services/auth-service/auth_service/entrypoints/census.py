"""The census: how connections stand and when consents end, as metrics of the one replica that counts."""

import asyncio
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from auth_service.domain.errors import AuthError
from auth_service.domain.grant import WARNINGS
from auth_service.ports_connecting import Leases
from auth_service.ports_tokens import ConsentEnds
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import Clock
from common.runtime.logs import logger

COUNT_EVERY_SECONDS = 15.0
# Longer than a count may take; when the one that counts dies, another goes on after this.
LEASE_LIFE = timedelta(seconds=60)
_LEASE = "census"
_log = logger(__name__)


class Census:
    """`domain` is the clock of consents, `wall` that of the lease."""

    def __init__(
        self,
        *,
        viewing: Viewing,
        consents: ConsentEnds,
        leases: Leases,
        holder: str,
        wall: Clock,
        domain: Clock,
        registry: CollectorRegistry,
    ) -> None:
        self._viewing = viewing
        self._consents = consents
        self._domain = domain
        self._leases = leases
        self._holder = holder
        self._wall = wall
        self._states = Gauge(
            "toa_auth_connections",
            "Connections by state; only the replica that counts has them.",
            ["state"],
            registry=registry,
        )
        self._ends = Gauge(
            "toa_auth_consents_ending",
            "Consents that end within so many days; only the replica that counts has them.",
            ["within_days"],
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
            self._states.clear()
            self._ends.clear()
            return
        for state, number in (await self._viewing.counted()).items():
            self._states.labels(state).set(number)
        await self._count_ends()

    async def _count_ends(self) -> None:
        now = self._domain.now()
        for days in WARNINGS:
            number = await self._consents.count_ending(after=now, before=now + timedelta(days=days))
            self._ends.labels(str(days)).set(number)
