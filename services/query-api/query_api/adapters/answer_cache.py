"""Answers in memory, the least recently used ones given up first; each valid until something it was read from changes.

An answer holds while no rollup it reads is updated for one of its accounts; one that was read shortly after an update
is kept shortly, because a replica of the warehouse may have been behind. While it is not certain that every update is
heard of, nothing is taken from here.
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from query_api.adapters.flights import Flight
from query_api.domain.answers import Answer, AnswerKey
from query_api.ports.answers import Make

# How far a replica of the warehouse may be behind the one that told of an update, in seconds.
SETTLE_SECONDS = 10.0
# What an answer takes besides its bytes, roughly: key, entry and dictionary.
_OVERHEAD_BYTES = 2_000


class Changes(Protocol):
    def changed_at(self, key: AnswerKey) -> float | None:
        """When (`time.monotonic()`) something the answer reads last changed; None while nobody can say."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    answer: Answer
    read_at: float
    until: float

    @property
    def size(self) -> int:
        return len(self.answer.body) + _OVERHEAD_BYTES


class MemoryAnswers:
    def __init__(
        self,
        *,
        changes: Changes,
        most_bytes: int,
        registry: CollectorRegistry,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._changes = changes
        self._most_bytes = most_bytes
        self._settle_seconds = settle_seconds
        self._entries: OrderedDict[AnswerKey, _Entry] = OrderedDict()
        self._flights: dict[AnswerKey, Flight] = {}
        self._bytes = 0
        outcomes = Counter(
            "toa_answers",
            "Answers by where they came from: kept, shared with another asker, made, or made past the cache.",
            ["outcome"],
            registry=registry,
        )
        self._hits, self._joins = outcomes.labels("hit"), outcomes.labels("join")
        self._misses, self._bypasses = outcomes.labels("miss"), outcomes.labels("bypass")
        size = Gauge("toa_answers_kept_bytes", "Memory of the answers kept.", registry=registry)
        size.set_function(lambda: self._bytes)

    def held(self, key: AnswerKey) -> Answer | None:
        entry = self._entries.get(key)
        if entry is None or (changed_at := self._changes.changed_at(key)) is None:
            return None
        if not self._holds(entry, changed_at):
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        self._hits.inc()
        return entry.answer

    async def answer(self, key: AnswerKey, make: Make) -> Answer:
        if (held := self.held(key)) is not None:
            return held
        changed_at = self._changes.changed_at(key)
        if changed_at is None:
            self._bypasses.inc()
            return await make()
        flight = self._flights.get(key)
        if flight is not None and not flight.ended and flight.read_at > changed_at:
            self._joins.inc()
        else:
            self._misses.inc()
            flight = self._flights[key] = self._begun(key, make, changed_at)
        return await self._landed(key, flight)

    async def _landed(self, key: AnswerKey, flight: Flight) -> Answer:
        try:
            return await flight.result()
        finally:
            if flight.ended and self._flights.get(key) is flight:
                del self._flights[key]

    def _begun(self, key: AnswerKey, make: Make, changed_at: float) -> Flight:
        read_at = time.monotonic()
        settled_at = changed_at + self._settle_seconds
        until = math.inf if settled_at <= read_at else settled_at

        async def made() -> Answer:
            answer = await make()
            self._keep(key, _Entry(answer=answer, read_at=read_at, until=until))
            return answer

        return Flight(made, read_at=read_at)

    def _holds(self, entry: _Entry, changed_at: float) -> bool:
        return changed_at < entry.read_at and time.monotonic() < entry.until

    def _keep(self, key: AnswerKey, entry: _Entry) -> None:
        self._drop(key)
        if entry.size > self._most_bytes // 4:
            return
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._most_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.size

    def _drop(self, key: AnswerKey) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= entry.size
