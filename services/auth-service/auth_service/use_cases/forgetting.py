"""Forgetting what has expired, store by store. The laptop's database expires nothing by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth_service.ports_connecting import Expiring
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    stores: Sequence[Expiring]
    wall: Clock

    async def forget(self) -> None:
        for store in self.stores:
            await store.remove_expired(self.wall.now())
