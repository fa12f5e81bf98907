"""The warehouse port on ClickHouse: rows pass through as the bytes it wrote, never decoded here."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import aiohttp
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError, Error

from common.catalog import Rollup
from common.catalog.coverage import Status
from common.runtime.logs import logger
from common.warehouse.client import connect
from query_api.adapters.clickhouse_streams import Asked, ClickHouseStreams
from query_api.adapters.coverage_sql import coverage_queries
from query_api.adapters.evidence_sql import evidence_queries
from query_api.adapters.export_sql import WRITTEN
from query_api.adapters.question_sql import Query, export_query, rows_query, totalled_of, totals_query
from query_api.domain.asking import Format
from query_api.domain.coverage import Coverage, CoverageRange, coverage
from query_api.domain.explaining import Evidence
from query_api.domain.question import Question
from query_api.ports import Page, TooMuch, Unavailable

Setting = str | int | float

# Numbers as they are, moments as ISO 8601 in UTC with a Z, text that is valid whatever was stored.
_FORMAT: Mapping[str, Setting] = {
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_validate_utf8": 1,
    "date_time_output_format": "iso",
}
_READING: Mapping[str, Setting] = {
    "readonly": 2,
    # A query whose asker has gone away is stopped.
    "cancel_http_readonly_queries_on_client_close": 1,
    "result_overflow_mode": "throw",
    # A rollup's partition follows from its sort key, so no row has twins in two of them.
    "do_not_merge_across_partitions_select_final": 1,
}
# ClickHouse's codes: too slow, too many rows or bytes, out of memory, too many rows in a result.
# The hours of a week, and formats beside them.
_EVERY_SLOT = 200
_MOST_RANGES = 100_000
_TOO_MUCH = {158, 159, 160, 241, 307, 396}

_SECONDS_MORE = 10.0

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may take of ClickHouse."""

    query_seconds: float
    query_bytes: int
    export_seconds: float
    export_rows: int

    def of_query(self, rows: int) -> Mapping[str, Setting]:
        return {
            "max_execution_time": self.query_seconds,
            "max_memory_usage": self.query_bytes,
            "max_result_rows": rows,
        }

    def of_export(self) -> Mapping[str, Setting]:
        return {
            "max_execution_time": self.export_seconds,
            "max_memory_usage": self.query_bytes,
            # What does not fit is put in order on ClickHouse's disk.
            "max_bytes_before_external_sort": self.query_bytes // 4,
            "max_result_rows": self.export_rows,
        }


class ClickHouseWarehouse:
    """Connects when first asked, so that the service may start before ClickHouse does."""

    def __init__(self, *, url: str, database: str, limits: Limits) -> None:
        self._url = url
        self._database = database
        self._limits = limits
        self._streams = ClickHouseStreams(url=url, database=database, seconds=limits.export_seconds)
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def close(self) -> None:
        await self._streams.close()
        if self._client is not None:
            await self._client.close()

    async def check(self) -> None:
        """Raise `Unavailable` when ClickHouse does not answer."""
        with _translated():
            await (await self._connected()).raw_query("SELECT 1")

    async def page(self, question: Question) -> Page:
        # One row more than the page tells whether another page follows.
        query = rows_query(question, limit=None if question.limit is None else question.limit + 1)
        rows = (await self._raw(query, rows=_most_rows(question))).splitlines()
        if question.limit is None or len(rows) <= question.limit:
            return Page(rows=b",".join(rows), last_row=None)
        page = rows[: question.limit]
        return Page(rows=b",".join(page), last_row=page[-1])

    async def totals(self, question: Question) -> Mapping[str, int | float | None]:
        totals: dict[str, int | float | None] = {metric.slug: None for metric in question.metrics}
        query = totals_query(question)
        if query is not None:
            row = json.loads(await self._raw(query, rows=1))
            totals.update(zip(totalled_of(question).order, row, strict=True))
        return totals

    async def coverage(self, question: Question, now: datetime) -> Coverage:
        ranges = [
            _range(json.loads(line))
            for query in coverage_queries(question, now)
            for line in (await self._raw(query, rows=_MOST_RANGES)).splitlines()
        ]
        return coverage(ranges, question.days)

    async def evidence(self, question: Question) -> Sequence[Evidence]:
        queries = zip(question.readings, evidence_queries(question), strict=True)
        return [_evidence(one.rollup, json.loads(await self._raw(query, rows=1))) for one, query in queries]

    async def stream(self, question: Question, form: Format) -> AsyncGenerator[bytes, None]:
        how = WRITTEN[form]
        opening = how.opening
        async with aclosing(self.written(export_query(question, how.cell), how.form, how.settings)) as pieces:
            async for piece in pieces:
                yield opening + piece if opening else piece
                opening = b""

    async def rows(self, query: Query, *, most: int) -> Sequence[Sequence[object]]:
        """The rows as decoded JSON; raises `TooMuch` where there are more than `most`."""
        return [json.loads(line) for line in (await self._raw(query, rows=most)).splitlines()]

    async def written(self, query: Query, form: str, settings: Mapping[str, Setting]) -> AsyncGenerator[bytes, None]:
        """The answer in one of ClickHouse's formats, in pieces as it writes them; `settings` beside the usual ones."""
        limits = {**self._limits.of_export(), **settings, **_READING}
        async with aclosing(self._streams.stream(Asked(query=query, form=form, settings=limits))) as pieces:
            async for piece in pieces:
                yield piece

    async def _raw(self, query: Query, *, rows: int) -> bytes:
        settings = {**_FORMAT, **self._limits.of_query(rows), **_READING}
        with _translated():
            # ClickHouse ends a query at its own limit; one that hangs does not.
            async with asyncio.timeout(self._limits.query_seconds + _SECONDS_MORE):
                client = await self._connected()
                return await client.raw_query(
                    query.sql, dict(query.parameters), settings=settings, fmt="JSONCompactEachRow"
                )

    async def _connected(self) -> AsyncClient:
        async with self._connecting:
            if self._client is None:
                self._client = await connect(self._url, database=self._database)
            return self._client


def _most_rows(question: Question) -> int:
    return max(len(question.days), _EVERY_SLOT) if question.limit is None else question.limit + 1


def _range(row: Sequence[Any]) -> CoverageRange:
    account_id, metrics, status, start, end, milliseconds = row
    return CoverageRange(
        account_id=UUID(account_id),
        metrics=tuple(metrics),
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        status=Status(status),
        as_of=_moment(milliseconds),
    )


def _evidence(rollup: Rollup, row: Sequence[Any]) -> Evidence:
    rows, observations, first, last = row
    # The earliest and latest of nothing are the epoch.
    seen = (_moment(first), _moment(last)) if observations else (None, None)
    return Evidence(
        rollup=rollup, rows=rows, observations=observations, first_observed_at=seen[0], last_observed_at=seen[1]
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


@contextmanager
def _translated() -> Iterator[None]:
    """Driver errors as the port's. What ClickHouse said goes to the log, not to the client."""
    try:
        yield
    except ClickHouseError as error:
        code = error.code if isinstance(error, Error) else None
        _log.warning("clickhouse refused or failed", code=code, error=str(error)[:500])
        if code in _TOO_MUCH:
            raise TooMuch from error
        raise Unavailable("the warehouse") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("clickhouse cannot be reached", error=f"{type(error).__name__}: {error}"[:500])
        raise Unavailable("the warehouse") from error
