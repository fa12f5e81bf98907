"""Keeps the store's file small: every commit writes whole pages anew, only a compaction gives all the old ones back."""

import asyncio
from typing import Protocol

from common.runtime import logs
from embedded.mongo.turns import Turns

# Looked at this often; a stretch without any write counts as idle.
LOOK_EVERY_SECONDS = 15.0
# Reads and writes wait while one turn lasts, so it is short.
TURN_SECONDS = 0.25
# Enough for a file of some hundred MB; the rest waits for the next idle stretch.
MOST_TURNS = 40

log = logs.logger(__name__)


class Written(Protocol):
    """Who orders the work on the store, and counts its writes."""

    turns: Turns
    writes: int


class Compactable(Protocol):
    """What can be made smaller."""

    def wastes_space(self) -> bool:
        """Whether a compaction is worth its time."""
        ...

    def compact(self, *, seconds: float) -> None:
        """Compact for at most this long."""
        ...


async def compact_when_idle(front: Written, store: Compactable, *, look_every: float = LOOK_EVERY_SECONDS) -> None:
    """Compact in short turns when nothing has been written for a while, once after each stretch of writes."""
    seen_writes = compacted_at = front.writes
    while True:
        await asyncio.sleep(look_every)
        if seen_writes == front.writes != compacted_at and store.wastes_space():
            await _compact(front, store)
            compacted_at = seen_writes
        seen_writes = front.writes


async def _compact(front: Written, store: Compactable) -> None:
    for _ in range(MOST_TURNS):
        if not store.wastes_space():
            log.info("store compacted")
            return
        async with front.turns.alone():
            await asyncio.to_thread(store.compact, seconds=TURN_SECONDS)
