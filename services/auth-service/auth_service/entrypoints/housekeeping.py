"""What a request could not finish: audit entries left in their documents, and answers that have expired."""

import asyncio

from auth_service.domain.errors import AuthError
from auth_service.ports import Replays
from auth_service.use_cases.auditing import Auditing
from common.runtime.clock import Clock
from common.runtime.logs import logger

SWEEP_EVERY_SECONDS = 2.0
_log = logger(__name__)


class Housekeeping:
    def __init__(self, *, auditing: Auditing, replays: Replays, wall: Clock) -> None:
        self._auditing = auditing
        self._replays = replays
        self._wall = wall

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except AuthError as error:
                _log.warning("housekeeping waits", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(SWEEP_EVERY_SECONDS)

    async def sweep(self) -> None:
        await self._auditing.carry()
        await self._replays.remove_expired(self._wall.now())
