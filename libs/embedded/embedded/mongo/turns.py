"""A fair lock of three kinds: reads share it, a write or any other work has it alone; who came first goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto


class _Kind(Enum):
    SHARED = auto()
    WRITE = auto()
    ALONE = auto()


@dataclass(frozen=True, slots=True)
class _Waiter:
    kind: _Kind
    turn: asyncio.Future[None]


class Turns:
    """Writes that wait one behind the other are a row: `settle` is called once after its last, before anything else."""

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._unsettled = False
        self._sharing = 0
        self._taken_alone = False
        self._waiters: deque[_Waiter] = deque()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        async with self._turn(_Kind.SHARED):
            yield

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """One write; it is settled when its row has ended, which may be after the turn."""
        async with self._turn(_Kind.WRITE):
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Work between settled rows of writes."""
        async with self._turn(_Kind.ALONE):
            yield

    @asynccontextmanager
    async def _turn(self, kind: _Kind) -> AsyncIterator[None]:
        await self._enter(kind)
        try:
            yield
        finally:
            self._unsettled |= kind is _Kind.WRITE
            self._give_back(kind)
            self._wake()

    async def _enter(self, kind: _Kind) -> None:
        waiter = _Waiter(kind, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self._wake()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if not waiter.turn.cancelled():  # The turn had just been given: hand it on.
                self._give_back(kind)
            self._wake()
            raise

    def _wake(self) -> None:
        while self._waiters and (self._waiters[0].turn.cancelled() or self._is_free_for(self._waiters[0])):
            waiter = self._waiters.popleft()
            if not waiter.turn.cancelled():
                self._end_row(before=waiter.kind)
                self._sharing += waiter.kind is _Kind.SHARED
                self._taken_alone = waiter.kind is not _Kind.SHARED
                waiter.turn.set_result(None)
        if not (self._waiters or self._taken_alone):
            self._end_row(before=None)

    def _end_row(self, *, before: _Kind | None) -> None:
        if self._unsettled and before is not _Kind.WRITE:
            self._unsettled = False
            self._settle()

    def _give_back(self, kind: _Kind) -> None:
        if kind is _Kind.SHARED:
            self._sharing -= 1
        else:
            self._taken_alone = False

    def _is_free_for(self, waiter: _Waiter) -> bool:
        return not self._taken_alone and not (waiter.kind is not _Kind.SHARED and self._sharing)
