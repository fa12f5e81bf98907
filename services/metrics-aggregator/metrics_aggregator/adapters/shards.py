"""ClickHouse in shards: what belongs to an account is written, timed and recomputed on one replica of its shard."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TypeVar

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.runtime.settings import ClickHouseSettings
from common.warehouse.client import connect
from common.warehouse.cluster import tables_database
from common.warehouse.sharding import shard_of
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.bisecting import RowsRefused
from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.touched import Touched

Shard = TypeVar("Shard")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_PLACE = """
SELECT uniqExact(shard_num) AS shards, minIf(shard_num, is_local) AS place
FROM system.clusters WHERE cluster = {cluster:String}
"""


class WrongShards(ValueError):
    """The addresses given are not the shards of the cluster: accounts would be written where nobody looks for them."""


class ShardedWarehouse:
    """One shard is the usual case; then nothing is divided."""

    def __init__(self, shards: Sequence[ClickHouseWarehouse]) -> None:
        self._shards = shards

    async def insert(self, landing: str, snapshots: Sequence[Snapshot]) -> None:
        async def insert(shard: ClickHouseWarehouse, some: Sequence[Snapshot]) -> None:
            await shard.insert(landing, [snapshot.value for snapshot in some])

        await on_shards(self._shards, snapshots, lambda snapshot: snapshot.account, insert)

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> Mapping[Account, int]:
        async def recompute(shard: ClickHouseWarehouse, accounts: Sequence[Account]) -> Mapping[Account, int]:
            # Its clock counts for its accounts alone: that of another shard says nothing about what was seen here.
            return dict.fromkeys(accounts, await shard.recompute(rollups, replace(touched, accounts=tuple(accounts))))

        answers = await on_shards(self._shards, touched.accounts, lambda account: account, recompute)
        return {account: version for answer in answers for account, version in answer.items()}

    async def check(self) -> None:
        for shard in self._shards:
            await shard.check()


async def on_shards(
    shards: Sequence[Shard],
    items: Iterable[Item],
    account_of: Callable[[Item], Account],
    work: Callable[[Shard, Sequence[Item]], Awaitable[Answer]],
) -> list[Answer]:
    """Do `work` on every shard that has some of the items, all at once. Refused rows are told last of all faults."""
    if len(shards) == 1:
        whole = list(items)
        return [await work(shards[0], whole)] if whole else []
    parts: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        parts[shard_of(account_of(item).account_id, shards=len(shards))].append(item)
    done = await asyncio.gather(
        *(work(shards[place], part) for place, part in sorted(parts.items())), return_exceptions=True
    )
    # Whatever is only passing must be tried again before rows are blamed.
    for fault in sorted((one for one in done if isinstance(one, BaseException)), key=_is_refusal):
        raise fault
    return [one for one in done if not isinstance(one, BaseException)]


def _is_refusal(fault: BaseException) -> bool:
    return isinstance(fault, RowsRefused)


@asynccontextmanager
async def open_shards(settings: ClickHouseSettings) -> AsyncIterator[Sequence[AsyncClient]]:
    """A client for each shard, in order; `WrongShards` if they are not those of the cluster."""
    async with AsyncExitStack() as opened:
        clients = []
        database = tables_database(settings.clickhouse_database, settings.clickhouse_cluster)
        for url in settings.shard_urls:
            client = await connect(url, database=database)
            opened.push_async_callback(client.close)
            clients.append(client)
        if settings.clickhouse_cluster:
            await require_places(clients, settings.clickhouse_cluster)
        yield clients


async def require_places(clients: Sequence[AsyncClient], cluster: str) -> None:
    for place, client in enumerate(clients, start=1):
        result = await client.query(_PLACE, parameters={"cluster": cluster})
        ((shards, actual),) = result.result_rows
        if (shards, actual) != (len(clients), place):
            raise WrongShards(
                f"address {place} of {len(clients)} in TOA_CLICKHOUSE_SHARDS leads to shard {actual} of {shards} of "
                f"cluster {cluster}; give one address for every shard, in the cluster's order"
            )
