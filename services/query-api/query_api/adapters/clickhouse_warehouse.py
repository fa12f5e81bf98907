"""The warehouse port on ClickHouse: rows pass through as the bytes it wrote, never decoded here."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import aiohttp
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError, Error

from common.runtime.logs import logger
from common.warehouse.client import connect
from query_api.adapters.clickhouse_streams import Asked, ClickHouseStreams
from query_api.adapters.export_sql import WRITTEN
from query_api.adapters.widget_sql import Query, export_query, observed_query, rows_query, totalled, totals_query
from query_api.domain.columns import metrics_of
from query_api.domain.coverage import Observed
from query_api.domain.widget_request import WidgetRequest
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

    async def page(self, request: WidgetRequest) -> Page:
        # One row more than the page tells whether another page follows.
        query = rows_query(request, limit=None if request.limit is None else request.limit + 1)
        rows = (await self._raw(query, rows=_most_rows(request))).splitlines()
        if request.limit is None or len(rows) <= request.limit:
            return Page(rows=b",".join(rows), last_row=None)
        page = rows[: request.limit]
        return Page(rows=b",".join(page), last_row=page[-1])

    async def totals(self, request: WidgetRequest) -> Mapping[str, int | float | None]:
        totals: dict[str, int | float | None] = {metric.slug: None for metric in metrics_of(request.widget)}
        query = totals_query(request)
        if query is not None:
            row = json.loads(await self._raw(query, rows=1))
            totals.update(zip(totalled(request), row, strict=True))
        return totals

    async def observed(self, request: WidgetRequest) -> Mapping[UUID, Observed]:
        metrics = [metric.slug for metric in metrics_of(request.widget)]
        lines = (await self._raw(observed_query(request), rows=max(len(request.accounts), 1))).splitlines()
        return {UUID(row[0]): _observed(row, metrics) for row in map(json.loads, lines)}

    async def stream(self, request: WidgetRequest) -> AsyncGenerator[bytes, None]:
        written = WRITTEN[request.format]
        settings = {**written.settings, **self._limits.of_export(), **_READING}
        asked = Asked(query=export_query(request), form=written.form, settings=settings)
        opening = written.opening
        async with aclosing(self._streams.stream(asked)) as pieces:
            async for piece in pieces:
                yield opening + piece if opening else piece
                opening = b""

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


def _most_rows(request: WidgetRequest) -> int:
    return len(request.days) if request.limit is None else request.limit + 1


def _observed(row: Sequence[str | int | list[str] | None], metrics: Sequence[str]) -> Observed:
    _, last_seen, as_of, *days = row
    return Observed(
        as_of=_moment(as_of),
        last_seen=_moment(last_seen),
        days_with_value={metric: _days(cell) for metric, cell in zip(metrics, days, strict=False)},
    )


def _moment(milliseconds: object) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, int) else None


def _days(texts: object) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts)) if isinstance(texts, list) else frozenset()


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
