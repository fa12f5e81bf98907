"""Forgetting what has expired, store by store. The laptop's database expires nothing by itself."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth_service.domain.errors import AuthError
from common.runtime.clock import Clock
from common.runtime.logs import logger

FORGET_EVERY_SECONDS = 30.0
_log = logger(__name__)


class Expiring(Protocol):
    async def remove_expired(self, at: datetime) -> None: ...


class Forgetting:
    def __init__(self, stores: Sequence[Expiring], wall: Clock) -> None:
        self._stores = stores
        self._wall = wall

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except AuthError as error:
                _log.warning("forgetting waits", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(FORGET_EVERY_SECONDS)

    async def sweep(self) -> None:
        for store in self._stores:
            await store.remove_expired(self._wall.now())
