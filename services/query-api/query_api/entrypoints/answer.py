"""An answer as JSON: ClickHouse's bytes of the rows, set between a head and a tail of ours."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from query_api.domain.answers import Answer, answer_of
from query_api.domain.columns import Column
from query_api.domain.coverage import Coverage
from query_api.domain.notes import notes
from query_api.domain.paging import Cursor, write_cursor
from query_api.domain.question import Question
from query_api.entrypoints.schemas import ColumnAnswer, CoverageAnswer, Meta
from query_api.ports import Page, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the warehouse gave for a question."""

    page: Page
    totals: Mapping[str, int | float | None]
    covered: Coverage


async def figures_answer(question: Question, *, name: str | None, warehouse: Warehouse, now: datetime) -> Answer:
    """The answer; `name` is the widget's, `now` the domain's."""
    found = await _found(question, warehouse, now)
    next_cursor = _next_cursor(question, found.page)
    return answer_of(_written(question, found, name, next_cursor), next_cursor)


async def _found(question: Question, warehouse: Warehouse, now: datetime) -> Found:
    try:
        async with asyncio.TaskGroup() as tasks:
            page = tasks.create_task(warehouse.page(question))
            totals = tasks.create_task(warehouse.totals(question))
            covered = tasks.create_task(warehouse.coverage(question, now))
    except ExceptionGroup as failures:
        # The questions fail for the same reason; one is enough to tell.
        raise failures.exceptions[0] from None
    return Found(page=page.result(), totals=totals.result(), covered=covered.result())


def _written(question: Question, found: Found, name: str | None, next_cursor: str | None) -> bytes:
    parts: Mapping[str, bytes] = {
        **({} if name is None else {"widget": _json(name)}),
        "columns": _json([column_answer(column).model_dump(mode="json") for column in question.columns]),
        "rows": b"[" + found.page.rows + b"]",
        "totals": _json(dict(found.totals)),
        "next_cursor": _json(next_cursor),
        "meta": _meta(question, found.covered).model_dump_json(by_alias=True).encode(),
    }
    return b"{" + b",".join(_json(name) + b":" + value for name, value in parts.items()) + b"}"


def column_answer(column: Column) -> ColumnAnswer:
    return ColumnAnswer(name=column.name, type=column.kind, unit=column.unit, role=column.role)


def _meta(question: Question, covered: Coverage) -> Meta:
    return Meta(
        start=question.days.start,
        end=question.days.end,
        attribution=question.attribution,
        timezone=question.timezone if question.own_days else "UTC",
        as_of=covered.as_of,
        complete_through=covered.complete_through,
        coverage=tuple(
            CoverageAnswer(
                account_id=row.account_id, metrics=row.metrics, start=row.start, end=row.end, status=row.status
            )
            for row in covered.ranges
        ),
        metric_version=max(metric.version for metric in question.metrics),
        notes=notes(question, covered),
    )


def _next_cursor(question: Question, page: Page) -> str | None:
    if page.last_row is None:
        return None
    row = dict(zip((column.name for column in question.columns), json.loads(page.last_row), strict=True))
    sort = question.sort
    return write_cursor(Cursor(value=row[sort.column.name], ties=tuple(row[tie.name] for tie in sort.ties)), sort=sort)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
