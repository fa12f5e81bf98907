"""The warehouse on a cluster: each account on one shard, told alike by both sides, and every table readable whole."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.client import connect
from common.warehouse.cluster import over_all_shards, tables_of_accounts
from common.warehouse.migrate import Placement, migrations, over_shards, statements, widget_views
from common.warehouse.sharding import SHARDING_KEY, shard_of

from .conftest import Servers

GOLDEN = Path(__file__).parent / "golden" / "cluster"


@pytest.fixture(scope="module")
async def client(servers: Servers) -> AsyncIterator[AsyncClient]:
    client = await connect(servers.clickhouse)
    yield client
    await client.close()


def test_the_cluster_form_is_the_one_that_was_read_and_agreed_to() -> None:
    placement = Placement("main")
    for migration in migrations():
        golden = (GOLDEN / f"{migration.number:04}_{migration.name}.sql").read_text()
        assert placement.render(migration.template) == golden, "if it is meant to change: make generate"
    for name, made in (("over_all_shards", over_shards(placement, "toa")), ("views", widget_views(placement))):
        agreed = statements((GOLDEN / f"{name}.sql").read_text())
        assert [one.strip() for one in made] == list(agreed), "if it is meant to change: make generate"


async def test_clickhouse_can_read_every_statement_of_the_cluster_form(client: AsyncClient) -> None:
    found = [sql for file in sorted(GOLDEN.iterdir()) for sql in statements(file.read_text())]
    assert len(found) > len(migrations())
    for sql in found:
        assert " ON CLUSTER 'main'" in sql
        # To be carried out it would need a keeper. The tables over all shards are made in the tests of the views.
        if "ENGINE = Distributed" not in sql:
            assert (await client.query(f"EXPLAIN AST {sql}")).result_rows


def test_every_table_with_accounts_is_there_over_all_shards_and_no_other() -> None:
    made = (
        "CREATE TABLE things (\n    account_id UUID\n) ENGINE = ReplacingMergeTree ORDER BY account_id",
        "CREATE TABLE landing (\n    account_id UUID\n) ENGINE = Null",
        "CREATE TABLE known (\n    number UInt32\n) ENGINE = MergeTree ORDER BY number",
        "CREATE TABLE old_things (\n    account_id UUID\n) ENGINE = MergeTree ORDER BY account_id",
        "DROP TABLE old_things",
    )
    assert tables_of_accounts(made) == ("things",)
    (sql,) = over_all_shards(("things",), database="toa", cluster="main")
    assert sql == (
        "CREATE OR REPLACE TABLE things ON CLUSTER 'main' AS toa_shard.things\n"
        "ENGINE = Distributed('main', 'toa_shard', 'things', CRC32(toString(account_id)))"
    )


async def test_clickhouse_and_python_agree_on_the_shard_of_an_account(client: AsyncClient) -> None:
    accounts = [uuid4() for _ in range(300)]
    result = await client.query(
        f"SELECT account_id, {SHARDING_KEY} % 3 FROM (SELECT arrayJoin({{accounts:Array(UUID)}}) AS account_id)",
        parameters={"accounts": accounts},
    )
    told = {account: int(shard) for account, shard in result.result_rows}
    assert told == {account: shard_of(account, shards=3) for account in accounts}
    assert set(told.values()) == {0, 1, 2}
