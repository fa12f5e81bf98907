"""The sweep: what has expired is given back or forgotten. The laptop's database expires nothing by itself."""

import asyncio
from collections.abc import Sequence

from auth_service.domain.errors import AuthError
from auth_service.ports import ConnectStates, Sessions
from auth_service.ports_connecting import Expiring
from auth_service.use_cases.releasing import Releasing
from common.runtime.clock import Clock
from common.runtime.logs import logger

SWEEP_EVERY_SECONDS = 5.0
_log = logger(__name__)


class Sweeper:
    def __init__(
        self,
        *,
        states: ConnectStates,
        sessions: Sessions,
        releasing: Releasing,
        wall: Clock,
        others: Sequence[Expiring] = (),
    ) -> None:
        self._states = states
        self._sessions = sessions
        self._releasing = releasing
        self._wall = wall
        self._others = others

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except AuthError as error:
                _log.warning("sweep waits", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(SWEEP_EVERY_SECONDS)

    async def sweep(self) -> None:
        now = self._wall.now()
        await self._states.remove_expired(now)
        await self._sessions.remove_expired(now)
        for others in self._others:
            await others.remove_expired(now)
        await self._releasing.release_expired()
