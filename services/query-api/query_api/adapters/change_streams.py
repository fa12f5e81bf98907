"""Changes passed on to the clients that listen, in this process; the newest ones are kept for those that come back."""

import asyncio
from collections import Counter, deque
from contextlib import suppress
from uuid import UUID

from prometheus_client import CollectorRegistry, Gauge

from common.runtime.clock import Clock
from query_api.domain.changes import Change
from query_api.domain.errors import TooOften
from query_api.ports.changes import Heard

# Of all workspaces together: some MB.
KEPT_CHANGES = 10_000
# More than a client that reads has ever waiting.
MOST_WAITING = 256
# Brokers' clocks, and ours, differ by less. In milliseconds.
_OVERLAP_MS = 5_000
_TRY_AGAIN_SECONDS = 5


class MemoryListener:
    def __init__(self, streams: "MemoryChangeStreams", subject: str, workspace_id: UUID) -> None:
        self.subject = subject
        self.workspace_id = workspace_id
        self._streams = streams
        self._waiting: list[Change] = []
        self._missed = False
        self._ended = False
        self._news = asyncio.Event()

    def offer(self, change: Change) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.miss()
        self._waiting.append(change)
        self._news.set()

    def miss(self) -> None:
        self._waiting.clear()
        self._missed = True
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def heard(self, *, seconds: float) -> Heard:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        heard = Heard(changes=tuple(self._waiting), missed=self._missed, ended=self._ended)
        self._waiting.clear()
        self._missed = False
        self._news.clear()
        return heard

    def leave(self) -> None:
        self._streams.left(self)


class MemoryChangeStreams:
    def __init__(self, *, wall: Clock, most_of_one: int, registry: CollectorRegistry) -> None:
        self._wall = wall
        self._most_of_one = most_of_one
        self._kept: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self._kept_from = self.place
        self._listeners: dict[UUID, set[MemoryListener]] = {}
        self._of_subjects: Counter[str] = Counter()
        gauge = Gauge("toa_change_streams", "Clients that listen to changes.", registry=registry)
        gauge.set_function(self._of_subjects.total)

    @property
    def place(self) -> int:
        return round(self._wall.now().timestamp() * 1000)

    def begin(self) -> None:
        self._kept.clear()
        self._kept_from = self.place
        for listener in self._all():
            listener.miss()

    def tell(self, change: Change) -> None:
        if len(self._kept) == KEPT_CHANGES:
            self._kept_from = self._kept[0].place
        self._kept.append(change)
        for listener in self._listeners.get(change.workspace_id, ()):
            listener.offer(change)

    def listen(self, subject: str, workspace_id: UUID, *, after: int | None) -> MemoryListener:
        if self._of_subjects[subject] >= self._most_of_one:
            detail = f"You listen {self._most_of_one} times already; end one of these first"
            raise TooOften(detail, seconds=_TRY_AGAIN_SECONDS)
        listener = MemoryListener(self, subject, workspace_id)
        self._of_subjects[subject] += 1
        self._listeners.setdefault(workspace_id, set()).add(listener)
        if after is not None:
            self._tell_again(listener, after - _OVERLAP_MS)
        return listener

    def left(self, listener: MemoryListener) -> None:
        there = self._listeners.get(listener.workspace_id, set())
        if listener not in there:
            return
        there.discard(listener)
        if not there:
            del self._listeners[listener.workspace_id]
        self._of_subjects[listener.subject] -= 1
        if not self._of_subjects[listener.subject]:
            del self._of_subjects[listener.subject]

    async def run(self) -> None:
        """Until the process ends; then everybody is let go, so that none is waited for."""
        try:
            await asyncio.Event().wait()
        finally:
            for listener in self._all():
                listener.end()

    def _tell_again(self, listener: MemoryListener, after: int) -> None:
        if after < self._kept_from:
            listener.miss()
        for change in self._kept:
            if change.workspace_id == listener.workspace_id and change.place >= after:
                listener.offer(change)

    def _all(self) -> list[MemoryListener]:
        return [listener for there in self._listeners.values() for listener in there]
