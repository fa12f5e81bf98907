"""Wires the forgetting of kept answers; every replica may."""

from common.runtime.chores import Chore
from common.runtime.clock import WallClock
from query_api.bootstrap.stores import Stores


def replays_chore(stores: Stores) -> Chore:
    async def sweep() -> None:
        await stores.replays.remove_expired(WallClock().now())

    return Chore(name="forget kept answers", every_seconds=3_600, work=sweep)
