"""Work that several wait for and that is done once."""

import asyncio

from query_api.domain.answers import Answer
from query_api.ports.answers import Make


class Flight:
    """One piece of work, from the moment it began to read; it goes on while somebody waits."""

    def __init__(self, make: Make, *, read_at: float) -> None:
        self.read_at = read_at
        self._working = asyncio.get_running_loop().create_task(make())
        self._waiting = 0

    @property
    def ended(self) -> bool:
        return self._working.done() or self._working.cancelling() > 0

    async def result(self) -> Answer:
        self._waiting += 1
        try:
            # Shielded: one who hangs up must not take the others' answer away.
            return await asyncio.shield(self._working)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._working.done():
                self._working.cancel()
                await asyncio.wait({self._working})
