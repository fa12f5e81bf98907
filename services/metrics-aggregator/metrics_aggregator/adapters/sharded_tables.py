"""Tables whose rows are on several shards: rollups as a whole, and everything of an account."""

from collections.abc import Sequence
from uuid import UUID

from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.account_tables import ClickHouseAccountTables
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.adapters.shards import on_shards
from metrics_aggregator.domain.differences import Difference
from metrics_aggregator.domain.erasures import Erasure
from metrics_aggregator.domain.portions import Load
from metrics_aggregator.domain.records import Account


class ShardedRollupTables:
    def __init__(self, shards: Sequence[ClickHouseRollupTables], placement: Placement) -> None:
        self._shards = shards
        # On a cluster one server tells the others to make, swap and drop tables.
        self._told = shards[:1] if placement.cluster else shards

    async def moment(self) -> int:
        return min([await shard.moment() for shard in self._shards])

    async def loads(self, rollup: str, *, since: int | None = None, account_id: UUID | None = None) -> Sequence[Load]:
        found = [await shard.loads(rollup, since=since, account_id=account_id) for shard in self._shards]
        return sorted((load for loads in found for load in loads), key=lambda load: load.account)

    async def differences(self, rollup: str, accounts: Sequence[Account]) -> Sequence[Difference]:
        async def differences(shard: ClickHouseRollupTables, some: Sequence[Account]) -> Sequence[Difference]:
            return await shard.differences(rollup, some)

        found = await on_shards(self._shards, accounts, _itself, differences)
        return sorted((one for differences in found for one in differences), key=lambda one: one.key)

    async def create_beside(self, rollup: str) -> str:
        table = None
        for shard in self._told:
            table = await shard.create_beside(rollup, table)
        if table is None:
            raise ValueError("no shard to make a table on")
        return table

    async def fill(self, rollup: str, *, into: str, accounts: Sequence[Account]) -> None:
        async def fill(shard: ClickHouseRollupTables, some: Sequence[Account]) -> None:
            await shard.fill(rollup, into=into, accounts=some)

        await on_shards(self._shards, accounts, _itself, fill)

    async def exchange(self, rollup: str, other: str) -> None:
        for shard in self._told:
            await shard.exchange(rollup, other)

    async def drop(self, table: str) -> None:
        for shard in self._told:
            await shard.drop(table)


class ShardedAccountTables:
    def __init__(self, shards: Sequence[ClickHouseAccountTables]) -> None:
        self._shards = shards

    async def note(self, erasures: Sequence[Erasure]) -> None:
        await on_shards(self._shards, erasures, _account_of, lambda shard, some: shard.note(some))

    async def erase(self, erasures: Sequence[Erasure]) -> int:
        return max(await on_shards(self._shards, erasures, _account_of, lambda shard, some: shard.erase(some)))


def _account_of(erasure: Erasure) -> Account:
    return erasure.account


def _itself(account: Account) -> Account:
    return account
