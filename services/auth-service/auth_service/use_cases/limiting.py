"""Refusing what was tried too often, with when to try again."""

from dataclasses import dataclass

from auth_service.domain.errors import TooManyTries
from auth_service.domain.limits import Limit
from auth_service.ports_sign_in import Counters
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiting:
    counters: Counters
    wall: Clock

    async def require(self, limit: Limit, key: str) -> None:
        """Count a try before it is made, so that many at once are not more than one after the other."""
        now = self.wall.now()
        if await self.counters.count(limit, key, now) > limit.most:
            # Without the key, which may be a person's address.
            _log.warning("tried too often", limit=limit.name)
            raise TooManyTries(limit.ends(now) - now)

    async def good(self, limit: Limit, key: str) -> None:
        """The try was a good one: it does not count."""
        await self.counters.take_back(limit, key, self.wall.now())

    async def forget(self, limit: Limit, key: str) -> None:
        """What was tried before does not count any more."""
        await self.counters.forget(limit, key, self.wall.now())
