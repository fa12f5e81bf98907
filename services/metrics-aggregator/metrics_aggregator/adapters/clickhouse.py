"""The warehouse in ClickHouse: event bytes go in as they are, rollups are recomputed by its own SQL."""

from collections.abc import Mapping, Sequence

import lz4.frame
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError

from common.warehouse.client import INSERT_SETTINGS
from metrics_aggregator.domain.bisecting import RowsRefused
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import EVER, ROLLUPS

# ClickHouse's codes that speak of the row and not of the server: parse errors, half characters, bad numbers, flags and
# dates, unknown enum values, wrong types, a null where none can be, too deep nesting, a broken constraint. All else is
# tried again.
DATA_ERRORS = frozenset({6, 25, 26, 27, 33, 38, 41, 53, 69, 72, 117, 130, 131, 306, 321, 349, 376, 441, 467, 469, 691})

# Whoever started last has seen everything, so a slow worker cannot win. Never below what is stored: a clock may go
# back.
_VERSION = "SELECT greatest(toUInt64(toUnixTimestamp64Nano(now64(9))), {stored})"
_STORED = (
    "(SELECT max(version) + 1 FROM {table} WHERE (workspace_id, account_id) IN {{accounts:Array(Tuple(UUID, UUID))}})"
)


class ClickHouseWarehouse:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def insert(self, landing: str, values: Sequence[bytes]) -> None:
        # As members of one object: of lines of JSON ClickHouse would take a record that holds two objects for two rows.
        block = b'{"":' + b',"":'.join(values) + b"}"
        try:
            done = await self._client.raw_insert(
                landing,
                insert_block=lz4.frame.compress(block),
                fmt="JSONObjectEachRow",
                settings=dict(INSERT_SETTINGS),
                compression="lz4",
            )
        except DatabaseError as error:
            if error.code in DATA_ERRORS:
                raise RowsRefused(error.code, _first_line(error)) from None
            raise
        _compare(len(values), done.summary)

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> int:
        parameters: dict[str, object] = {
            "everything": False,
            "accounts": [(account.workspace_id, account.account_id) for account in touched.accounts],
            "posts": list(touched.posts),
            "known_at": EVER,
        }
        version = await read_version(self._client, rollups, touched.accounts)
        for rollup in rollups:
            # Of a command the driver would write the keys into the address, which grows past what proxies take.
            await self._client.raw_query(ROLLUPS[rollup].insertion(), parameters={**parameters, "version": version})
        return version

    async def check(self) -> None:
        await self._client.query("SELECT 1")


def _compare(sent: int, summary: Mapping[str, object]) -> None:
    """What was read as another number of rows was not what its envelope said, even if it could be parsed."""
    read = int(str(summary.get("read_rows", sent)))
    if read != sent:
        raise RowsRefused("rows", f"{sent} records were sent and read as {read} rows")


async def read_version(client: AsyncClient, tables: Sequence[str], accounts: Sequence[Account]) -> int:
    """The version for rows of `accounts` that are recomputed from now on."""
    stored = ", ".join(_STORED.format(table=table) for table in tables) or "0"
    keys = [(account.workspace_id, account.account_id) for account in accounts]
    result = await client.query(_VERSION.format(stored=stored), parameters={"accounts": keys})
    ((version,),) = result.result_rows
    return int(version)


def _first_line(error: DatabaseError) -> str:
    return str(error).splitlines()[0]
