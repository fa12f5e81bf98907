"""The rows of Looker Studio's charts, as ClickHouse writes them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.looker_sql import FORMAT, SETTINGS, looker_query
from query_api.domain.looker.asking import MOST_ROWS, LookerQuestion

# What the connector's script may fetch at once is 50 MB.
_MOST_BYTES = 45_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickHouseLooker:
    warehouse: ClickHouseWarehouse

    async def rows(self, asked: LookerQuestion, names: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
        limits = {"max_result_rows": MOST_ROWS, "max_result_bytes": _MOST_BYTES}
        source = self.warehouse.written(looker_query(asked, names), FORMAT, {**SETTINGS, **limits})
        async with aclosing(source) as pieces:
            async for piece in pieces:
                yield piece
