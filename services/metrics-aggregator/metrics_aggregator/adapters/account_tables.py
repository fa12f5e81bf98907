"""All tables that hold something of an account, for deleting it: which those are is asked of ClickHouse each time."""

import asyncio
from collections.abc import Sequence

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.events.envelope import epoch_ms
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.clickhouse import read_version
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.domain.erasures import Erasure
from metrics_aggregator.rollups import ROLLUPS

LEDGER = "erasures"
# When a fact was so, by the name its table has for that.
_MOMENTS = ("observed_at", "changed_at", "since")
_HOLDING = """
SELECT table, groupArray(name) AS columns FROM system.columns
WHERE database = currentDatabase() AND table != {ledger:String} AND table IN (
    SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
)
GROUP BY table HAVING has(columns, 'account_id') ORDER BY table
"""


class ClickHouseAccountTables:
    def __init__(self, client: AsyncClient, placement: Placement) -> None:
        self._client = client
        self._placement = placement

    async def note(self, erasures: Sequence[Erasure]) -> None:
        rows = [[one.account.workspace_id, one.account.account_id, one.erased_at] for one in erasures]
        await self._client.insert(LEDGER, rows, column_names=["workspace_id", "account_id", "erased_at"])

    async def erase(self, erasures: Sequence[Erasure]) -> int:
        holding = await self._client.query(_HOLDING, parameters={"ledger": LEDGER})
        tables = [(str(table), columns) for table, columns in holding.result_rows]
        await asyncio.gather(*(self._delete(table, _condition(table, columns, erasures)) for table, columns in tables))
        accounts = [erasure.account for erasure in erasures]
        version = await read_version(self._client, tuple(ROLLUPS), accounts)
        rollups = ClickHouseRollupTables(self._client, self._placement)
        for rollup in ROLLUPS:
            # Of an account that came back after its erasure, facts are left.
            await rollups.fill(rollup, into=rollup, accounts=accounts)
        return version

    async def _delete(self, table: str, condition: str) -> None:
        found = await self._client.query(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1")  # noqa: S608 - ids and times
        if found.result_rows:
            # Not the lightweight one, which only hides rows; back when every replica has done it.
            await self._client.command(
                self._placement.render(f"ALTER TABLE {table}${{on_cluster}} DELETE WHERE {condition}"),
                settings={"mutations_sync": 2},
            )


def _condition(table: str, columns: Sequence[str], erasures: Sequence[Erasure]) -> str:
    """Facts go by their time; what has none of its own, such as a rollup, goes whole and is computed anew."""
    moment = next((name for name in _MOMENTS if name in columns), None) if table.endswith("_facts") else None
    return " OR ".join(f"({_of(erasure, columns, moment)})" for erasure in erasures)


def _of(erasure: Erasure, columns: Sequence[str], moment: str | None) -> str:
    parts = [f"account_id = '{erasure.account.account_id}'"]
    if "workspace_id" in columns:
        parts.insert(0, f"workspace_id = '{erasure.account.workspace_id}'")
    if moment:
        parts.append(f"{moment} <= fromUnixTimestamp64Milli({epoch_ms(erasure.erased_at)}, 'UTC')")
    return " AND ".join(parts)
