"""The warehouse, so that no workspace takes it all: each has so many questions under way and so many waiting."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from query_api.domain.asking import Format
from query_api.domain.coverage import Coverage
from query_api.domain.explaining import Evidence
from query_api.domain.question import Question
from query_api.ports import Busy, Page, Warehouse


@dataclass
class _Line:
    """Of one workspace."""

    running: asyncio.Semaphore
    present: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingTurns:
    """A `Warehouse` that raises `Busy` when a workspace's queue is full."""

    behind: Warehouse
    running: int
    waiting: int
    _lines: dict[UUID, _Line] = field(default_factory=dict)

    async def page(self, question: Question) -> Page:
        async with self._turn(question.workspace_id):
            return await self.behind.page(question)

    async def totals(self, question: Question) -> Mapping[str, int | float | None]:
        async with self._turn(question.workspace_id):
            return await self.behind.totals(question)

    async def coverage(self, question: Question, now: datetime) -> Coverage:
        async with self._turn(question.workspace_id):
            return await self.behind.coverage(question, now)

    async def evidence(self, question: Question) -> Sequence[Evidence]:
        async with self._turn(question.workspace_id):
            return await self.behind.evidence(question)

    async def stream(self, question: Question, form: Format) -> AsyncGenerator[bytes, None]:
        async with self._turn(question.workspace_id), aclosing(self.behind.stream(question, form)) as pieces:
            async for piece in pieces:
                yield piece

    @asynccontextmanager
    async def _turn(self, workspace_id: UUID) -> AsyncIterator[None]:
        line = self._lines.setdefault(workspace_id, _Line(asyncio.Semaphore(self.running)))
        if line.present >= self.running + self.waiting:
            raise Busy
        line.present += 1
        try:
            async with line.running:
                yield
        finally:
            line.present -= 1
            if not line.present:
                self._lines.pop(workspace_id, None)
