"""What is read for an answer: the rows, their totals, what they rest on, and the same of other days."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from query_api.domain.comparing import Comparison, first_days, like_for_like
from query_api.domain.coverage import Coverage
from query_api.domain.date_range import DateRange
from query_api.domain.explaining import Explanation, explained
from query_api.domain.paging import MOST_ROWS
from query_api.domain.question import Question
from query_api.ports import Page, Warehouse

Totals = Mapping[str, int | float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the warehouse gave for a question."""

    question: Question
    page: Page
    totals: Totals
    covered: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`like_for_like` is the number of first days that were compared, None where all were; `against` then the totals
    of these days of the range asked for."""

    name: str
    figures: Figures
    like_for_like: int | None
    against: Totals | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    figures: Figures
    compared: tuple[Compared, ...] = ()
    explained: tuple[Explanation, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    warehouse: Warehouse

    async def find(
        self, question: Question, comparisons: Sequence[Comparison] = (), *, explain: bool = False, now: datetime
    ) -> Found:
        """`now` is the domain's. Raises `Unavailable`, `TooMuch` or `Busy`."""
        figures = await self._figures(question, now)
        return Found(
            figures=figures,
            compared=await self._compared(figures, comparisons, now) if comparisons else (),
            explained=explained(question, await self.warehouse.evidence(question)) if explain else None,
        )

    async def _compared(
        self, figures: Figures, comparisons: Sequence[Comparison], now: datetime
    ) -> tuple[Compared, ...]:
        question = figures.question
        through = figures.covered.complete_through
        length = like_for_like(question.days, complete_through=through, today=now.date())
        against = None if length is None else await self.warehouse.totals(_on(question, question.days, length))
        return tuple(
            [
                Compared(
                    name=one.name,
                    figures=await self._figures(_all_rows(_on(question, one.days, length)), now),
                    like_for_like=length,
                    against=against,
                )
                for one in comparisons
            ]
        )

    async def _figures(self, question: Question, now: datetime) -> Figures:
        try:
            async with asyncio.TaskGroup() as tasks:
                page = tasks.create_task(self.warehouse.page(question))
                totals = tasks.create_task(self.warehouse.totals(question))
                covered = tasks.create_task(self.warehouse.coverage(question, now))
        except ExceptionGroup as failures:
            # The questions fail for the same reason; one is enough to tell.
            raise failures.exceptions[0] from None
        return Figures(question=question, page=page.result(), totals=totals.result(), covered=covered.result())


def _on(question: Question, days: DateRange, length: int | None) -> Question:
    return replace(question, days=first_days(days, length))


def _all_rows(question: Question) -> Question:
    """From the first one on, as many as a page may have, so that rows find their like."""
    return replace(question, cursor=None, limit=None if question.limit is None else MOST_ROWS)
