"""A widget's answer as JSON: ClickHouse's bytes of the rows, set between a head and a tail of ours."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from query_api.domain.columns import Column, metrics_of
from query_api.domain.coverage import Coverage, Observed, coverage
from query_api.domain.notes import notes
from query_api.domain.paging import Cursor, write_cursor
from query_api.domain.sample import is_sample
from query_api.domain.widget_request import WidgetRequest
from query_api.entrypoints.schemas import ColumnAnswer, CoverageAnswer, Meta
from query_api.ports import Page, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the warehouse gave for a request."""

    page: Page
    totals: Mapping[str, int | float | None]
    observed: Mapping[UUID, Observed]


async def widget_answer(request: WidgetRequest, *, warehouse: Warehouse, now: datetime) -> bytes:
    """The answer's bytes; `now` is the domain's."""
    return _written(request, await _found(request, warehouse), now)


async def _found(request: WidgetRequest, warehouse: Warehouse) -> Found:
    try:
        async with asyncio.TaskGroup() as tasks:
            page = tasks.create_task(warehouse.page(request))
            totals = tasks.create_task(warehouse.totals(request))
            observed = tasks.create_task(warehouse.observed(request))
    except ExceptionGroup as failures:
        # The questions fail for the same reason; one is enough to tell.
        raise failures.exceptions[0] from None
    return Found(page=page.result(), totals=totals.result(), observed=observed.result())


def _written(request: WidgetRequest, found: Found, now: datetime) -> bytes:
    covered = coverage(request.widget, accounts=request.accounts, observed=found.observed, days=request.days, now=now)
    meta = _meta(request, found.observed, covered).model_dump_json(by_alias=True)
    parts: Mapping[str, bytes] = {
        "widget": _json(request.widget.slug),
        "columns": _json([column_answer(column).model_dump(mode="json") for column in request.columns]),
        "rows": b"[" + found.page.rows + b"]",
        "totals": _json(dict(found.totals)),
        "next_cursor": _json(_next_cursor(request, found.page)),
        "meta": meta.encode(),
    }
    return b"{" + b",".join(_json(name) + b":" + value for name, value in parts.items()) + b"}"


def column_answer(column: Column) -> ColumnAnswer:
    return ColumnAnswer(name=column.name, type=column.kind, unit=column.unit, role=column.role)


def _meta(request: WidgetRequest, observed: Mapping[UUID, Observed], covered: Coverage) -> Meta:
    return Meta(
        start=request.days.start,
        end=request.days.end,
        attribution=request.widget.attribution,
        timezone="UTC",
        as_of=max((known.as_of for known in observed.values() if known.as_of is not None), default=None),
        complete_through=covered.complete_through,
        coverage=tuple(
            CoverageAnswer(
                account_id=row.account_id, metrics=row.metrics, start=row.start, end=row.end, status=row.state
            )
            for row in covered.ranges
        ),
        metric_version=max(metric.version for metric in metrics_of(request.widget)),
        notes=notes(request.widget, accounts=request.accounts, covered=covered),
        sample=is_sample(request.workspace_id),
    )


def _next_cursor(request: WidgetRequest, page: Page) -> str | None:
    if page.last_row is None:
        return None
    row = dict(zip((column.name for column in request.columns), json.loads(page.last_row), strict=True))
    sort = request.sort
    return write_cursor(Cursor(value=row[sort.column.name], tie=row[sort.tie.name]), sort=sort)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
