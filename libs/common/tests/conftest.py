"""Real Kafka and ClickHouse."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.client import connect
from common.warehouse.migrate import migrate
from embedded.testing.servers import CLICKHOUSE, KAFKA
from embedded.testing.servers import servers as running

WAREHOUSE = "toa"
FILLED = "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    kafka: str
    clickhouse: str


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running({"kafka": KAFKA, "clickhouse": CLICKHOUSE}, tmp_path_factory.mktemp("common")) as addresses:
        yield Servers(**addresses)


@pytest.fixture(scope="session")
async def migrated(servers: Servers) -> str:
    """The name of a database with the newest schema."""
    await migrate(servers.clickhouse, database=WAREHOUSE)
    return WAREHOUSE


@pytest.fixture(scope="module")
async def empty(servers: Servers, migrated: str) -> AsyncIterator[AsyncClient]:
    """A client of the warehouse, in which nothing is left of other modules."""
    client = await connect(servers.clickhouse, database=migrated)
    for (table,) in (await client.query(FILLED)).result_rows:
        if table != "schema_migrations":
            await client.command(f"TRUNCATE TABLE {table}")
    yield client
    await client.close()
