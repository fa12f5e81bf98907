"""Two ClickHouse servers as two shards: each account on one of them whole, whatever is mixed in a batch."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError

from common.events import Message
from common.events.dead_letter import Record
from common.warehouse.client import connect
from common.warehouse.migrate import Placement, migrate
from common.warehouse.sharding import shard_of
from embedded import ports, readiness
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.adapters.sharded_tables import ShardedRollupTables
from metrics_aggregator.adapters.shards import ShardedWarehouse, WrongShards, require_places
from metrics_aggregator.domain.bisecting import RowsRefused, insert_usable
from metrics_aggregator.domain.records import Account, Snapshot, sort_records
from metrics_aggregator.domain.touched import Touches, touched_posts
from metrics_aggregator.use_cases.rebuilding import Rebuilding
from metrics_aggregator.use_cases.verifying import Verifying

from .snapshots import NOON, Source

POSTS = ("post_latest", "post_day")


@pytest.fixture(scope="module")
async def shards(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sequence[AsyncClient]]:
    async with AsyncExitStack() as stack:
        opened = (stack.enter_async_context(_server(tmp_path_factory.mktemp("shard"))) for _ in range(2))
        yield await asyncio.gather(*opened)


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[AsyncClient]:
    port = ports.choose({"shard": 0})["shard"]
    url = f"http://{ports.HOST}:{port}"
    command = (sys.executable, "-m", "embedded.clickhouse", "--data", str(folder), "--port", str(port))
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await readiness.clickhouse(url)
        await migrate(url, database="toa")
        client = await connect(url, database="toa")
        yield client
        await client.close()
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
def warehouse(shards: Sequence[AsyncClient]) -> ShardedWarehouse:
    return ShardedWarehouse([ClickHouseWarehouse(client) for client in shards])


@pytest.fixture
def tables(shards: Sequence[AsyncClient]) -> ShardedRollupTables:
    here = Placement()
    return ShardedRollupTables([ClickHouseRollupTables(client, here) for client in shards], here)


def two_accounts() -> tuple[Source, Source]:
    """One of each shard, in the shards' order."""
    found: dict[int, Source] = {}
    while len(found) < 2:
        source = Source.new()
        found.setdefault(shard_of(source.account_id, shards=2), source)
    return found[0], found[1]


def snapshots(source: Source, *likes: int) -> list[Snapshot]:
    """Of one post, an hour apart."""
    messages = [source.post("p", {"likes": n}, at=NOON + timedelta(hours=hour)) for hour, n in enumerate(likes)]
    return list(sort_records([_record(message) for message in messages], of_posts=True).snapshots)


def _record(message: Message) -> Record:
    return Record(
        topic=message.topic, partition=0, offset=0, key=message.key, value=message.value, headers=message.headers
    )


async def stored(client: AsyncClient, table: str, accounts: Sequence[Source]) -> dict[UUID, int]:
    """Account → likes of its post there, added up over rows."""
    result = await client.query(
        f"SELECT account_id, sum(likes) FROM {table} FINAL WHERE account_id IN {{accounts:Array(UUID)}} GROUP BY 1",
        parameters={"accounts": [account.account_id for account in accounts]},
    )
    return {account: int(likes) for account, likes in result.result_rows}


async def test_facts_and_rollups_of_an_account_are_on_its_shard_alone(
    shards: Sequence[AsyncClient], warehouse: ShardedWarehouse
) -> None:
    first, second = both = two_accounts()
    mixed = [*snapshots(first, 1, 2), *snapshots(second, 10, 20), *snapshots(first, 3)]
    await warehouse.insert("landing_post_snapshots", mixed)
    (touched,) = touched_posts(Touches(mixed))
    versions = await warehouse.recompute(POSTS, touched)
    assert await stored(shards[0], "post_facts", both) == {first.account_id: 2 + 3}
    assert await stored(shards[1], "post_facts", both) == {second.account_id: 10 + 20}
    assert await stored(shards[0], "post_latest", both) == {first.account_id: 2}
    assert await stored(shards[1], "post_latest", both) == {second.account_id: 20}
    for client, source in zip(shards, both, strict=True):
        sql = "SELECT max(version) FROM post_latest WHERE account_id = {account:UUID}"
        result = await client.query(sql, parameters={"account": source.account_id})
        account = Account(source.workspace_id, source.account_id)
        assert versions[account] == result.result_rows[0][0]


async def test_a_refused_row_is_found_among_the_rows_of_both_shards(
    shards: Sequence[AsyncClient], warehouse: ShardedWarehouse
) -> None:
    first, second = both = two_accounts()
    good = [*snapshots(first, 1), *snapshots(second, 2)]
    bad = good[1]._replace(value=good[1].value.replace(b'"likes":2', b'"likes":-2'))

    async def insert(some: Sequence[Snapshot]) -> None:
        await warehouse.insert("landing_post_snapshots", some)

    (refusal,) = await insert_usable([good[0], bad, good[1]], insert)
    assert refusal.code == "469"
    assert await stored(shards[0], "post_facts", both) == {first.account_id: 1}
    assert await stored(shards[1], "post_facts", both) == {second.account_id: 2}


async def test_a_shard_that_is_away_is_no_fault_of_the_rows(shards: Sequence[AsyncClient]) -> None:
    first, second = two_accounts()
    bad = [one._replace(value=b'{"nothing": 1}') for one in snapshots(first, 1)]
    await shards[1].command("CREATE DATABASE away")
    away = await connect(shards[1].url, database="away")
    await shards[1].command("DROP DATABASE away")
    warehouse = ShardedWarehouse([ClickHouseWarehouse(shards[0]), ClickHouseWarehouse(away)])
    with pytest.raises(ClickHouseError, match="away"):
        await warehouse.insert("landing_post_snapshots", [*bad, *snapshots(second, 2)])
    with pytest.raises(RowsRefused):
        await warehouse.insert("landing_post_snapshots", bad)
    await away.close()


async def test_rollups_of_all_shards_are_compared_and_built_anew(
    shards: Sequence[AsyncClient], warehouse: ShardedWarehouse, tables: ShardedRollupTables
) -> None:
    first, second = both = two_accounts()
    await warehouse.insert("landing_post_snapshots", [*snapshots(first, 1), *snapshots(second, 2)])
    verifying = Verifying(tables=tables, pause=lambda: asyncio.sleep(0))
    accounts = sorted(str(source.account_id) for source in both)

    async def different() -> list[str]:
        found = [one async for one in verifying.differences("post_latest")]
        return sorted(account for one in found if (account := dict(one.key)["account_id"]) in accounts)

    assert await different() == accounts
    await Rebuilding(tables=tables, say=print).rebuild("post_latest")
    assert await different() == []
    assert await stored(shards[0], "post_latest", both) == {first.account_id: 1}
    assert await stored(shards[1], "post_latest", both) == {second.account_id: 2}
    for client in shards:
        left = await client.query("SELECT name FROM system.tables WHERE name LIKE '%rebuild%'")
        assert left.result_rows == []


async def test_addresses_that_are_not_the_clusters_shards_are_refused(shards: Sequence[AsyncClient]) -> None:
    # Neither server is in any cluster.
    with pytest.raises(WrongShards, match=r"address 1 of 2 .* leads to shard 0 of 0 of cluster main"):
        await require_places(shards, "main")
