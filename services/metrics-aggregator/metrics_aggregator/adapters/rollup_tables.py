"""Rollups as whole tables in ClickHouse: compared with a recomputation, or built anew, some accounts at a time."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.clickhouse import read_version
from metrics_aggregator.domain.differences import Cells, Columns, Difference, Pair, differences
from metrics_aggregator.domain.portions import Load
from metrics_aggregator.domain.records import Account
from metrics_aggregator.rollups import EVERYTHING, ROLLUPS

# A fact bears the time at which its insert began and is seen when it has ended; no client waits for one this long.
LONGEST_INSERT_MS = 10 * 60 * 1000

_LOADS = "SELECT workspace_id, account_id, count() AS facts FROM {table} WHERE {condition} GROUP BY ALL"
_COLUMNS = """
SELECT name, type, is_in_sorting_key FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND name NOT IN ('version', 'is_deleted')
ORDER BY position
"""
# Values are compared as text of the stored type: a sum may be computed wider than it is kept.
_DIFFERING = """
SELECT key, groupArrayIf(cells, is_stored) AS stored, groupArrayIf(cells, NOT is_stored) AS recomputed
FROM (
    SELECT {key} AS key, {cells} AS cells, true AS is_stored
    FROM {table} FINAL WHERE (workspace_id, account_id) IN ({accounts})
    UNION ALL
    SELECT {key} AS key, {cells} AS cells, false AS is_stored
    FROM ({selection}) WHERE is_deleted = 0
)
GROUP BY key HAVING stored != recomputed ORDER BY key
{settings}
"""


class ClickHouseRollupTables:
    def __init__(self, client: AsyncClient, placement: Placement) -> None:
        self._client = client
        self._placement = placement

    async def moment(self) -> int:
        result = await self._client.query("SELECT toUnixTimestamp64Milli(now64(3))")
        ((now,),) = result.result_rows
        return int(now) - LONGEST_INSERT_MS

    async def loads(self, rollup: str, *, since: int | None = None, account_id: UUID | None = None) -> Sequence[Load]:
        recent = "inserted_at >= fromUnixTimestamp64Milli({since:Int64})" if since is not None else "true"
        one = "account_id = {account_id:UUID}" if account_id else "true"
        tables = ROLLUPS[rollup].facts if since is not None else (*ROLLUPS[rollup].facts, rollup)
        parts = [_LOADS.format(table=table, condition=f"{recent} AND {one}") for table in tables]
        result = await self._client.query(
            f"SELECT workspace_id, account_id, sum(facts) FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL ORDER BY ALL",  # noqa: S608
            parameters={"since": since or 0, "account_id": account_id or UUID(int=0)},
        )
        return [
            Load(account=Account(workspace_id, account_id), facts=int(facts))
            for workspace_id, account_id, facts in result.result_rows
        ]

    async def differences(self, rollup: str, accounts: Sequence[Account]) -> Sequence[Difference]:
        described = await self._client.query(_COLUMNS, parameters={"table": rollup})
        keys = {str(name): str(kind) for name, kind, is_key in described.result_rows if is_key}
        values = {str(name): str(kind) for name, kind, is_key in described.result_rows if not is_key}
        result = await self._client.query(
            _DIFFERING.format(
                table=rollup,
                key=f"[{_texts(keys)}]",
                cells=f"[{_texts(values)}]",
                accounts=_listed(accounts),
                selection=ROLLUPS[rollup].selection(),
                settings=_only(rollup, accounts),
            ),
            parameters={**EVERYTHING, "version": 0},
        )
        columns = Columns(key=tuple(keys), values=tuple(values))
        return list(differences(rollup, columns, [_pair(*row) for row in result.result_rows]))

    async def create_beside(self, rollup: str, table: str | None = None) -> str:
        """With `table` under that name, so that all shards have the same."""
        for left_over in await self._tables_like(f"^{rollup}__rebuild_[0-9]+$"):
            await self.drop(left_over)
        table = table or f"{rollup}__rebuild_{await self.moment()}"
        await self._client.command(self._placement.render(f"CREATE TABLE {table}${{on_cluster}} AS {rollup}"))
        return table

    async def fill(self, rollup: str, *, into: str, accounts: Sequence[Account]) -> None:
        version = await read_version(self._client, sorted({rollup, into}), accounts)
        statement = f"{ROLLUPS[rollup].insertion(into)}\n{_only(rollup, accounts)}"
        await self._client.command(statement, parameters={**EVERYTHING, "version": version})

    async def exchange(self, rollup: str, other: str) -> None:
        await self._client.command(self._placement.render(f"EXCHANGE TABLES {rollup} AND {other}${{on_cluster}}"))

    async def drop(self, table: str) -> None:
        await self._client.command(self._placement.render(f"DROP TABLE {table}${{on_cluster}}"))

    async def _tables_like(self, pattern: str) -> list[str]:
        result = await self._client.query(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, {pattern:String})",
            parameters={"pattern": pattern},
        )
        return [str(name) for (name,) in result.result_rows]


def _only(rollup: str, accounts: Sequence[Account]) -> str:
    """Lets the rollup's SELECT see the facts of `accounts` only; the index is used as for a condition of its own."""
    condition = f"(workspace_id, account_id) IN ({_listed(accounts)})".replace("'", "\\'")
    tables = ", ".join(f"'{table}': '{condition}'" for table in ROLLUPS[rollup].facts)
    return f"SETTINGS additional_table_filters = {{{tables}}}"


def _listed(accounts: Sequence[Account]) -> str:
    return ", ".join(f"('{account.workspace_id}', '{account.account_id}')" for account in accounts)


def _texts(columns: Mapping[str, str]) -> str:
    return ", ".join(f"toNullable(toString(CAST({name} AS {kind})))" for name, kind in columns.items())


def _pair(
    key: Sequence[str], stored: Sequence[Sequence[str | None]], recomputed: Sequence[Sequence[str | None]]
) -> Pair:
    return Pair(key=tuple(key), stored=_only_row(stored), recomputed=_only_row(recomputed))


def _only_row(rows: Sequence[Sequence[str | None]]) -> Cells | None:
    return tuple(rows[0]) if rows else None
