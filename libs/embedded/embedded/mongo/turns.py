"""A fair lock of two kinds: any number share it, or one has it alone; who came first goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Waiter:
    alone: bool
    turn: asyncio.Future[None]


class Turns:
    """Reads share; a write, its commit or a compaction is alone."""

    def __init__(self) -> None:
        self._sharing = 0
        self._taken_alone = False
        self._waiters: deque[_Waiter] = deque()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        await self._enter(alone=False)
        try:
            yield
        finally:
            self._give_back(alone=False)
            self._wake()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        await self._enter(alone=True)
        try:
            yield
        finally:
            self._give_back(alone=True)
            self._wake()

    async def _enter(self, *, alone: bool) -> None:
        waiter = _Waiter(alone, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self._wake()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if not waiter.turn.cancelled():  # The turn had just been given: hand it on.
                self._give_back(alone=alone)
            self._wake()
            raise

    def _wake(self) -> None:
        while self._waiters and (self._waiters[0].turn.cancelled() or self._is_free_for(self._waiters[0])):
            waiter = self._waiters.popleft()
            if not waiter.turn.cancelled():
                self._sharing += not waiter.alone
                self._taken_alone = waiter.alone
                waiter.turn.set_result(None)

    def _give_back(self, *, alone: bool) -> None:
        if alone:
            self._taken_alone = False
        else:
            self._sharing -= 1

    def _is_free_for(self, waiter: _Waiter) -> bool:
        return not self._taken_alone and not (waiter.alone and self._sharing)
