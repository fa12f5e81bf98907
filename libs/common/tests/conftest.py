"""Real Kafka and ClickHouse on free ports and a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.client import connect
from common.warehouse.migrate import migrate
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor

WAREHOUSE = "toa"
FILLED = "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0"


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Addresses]:
    home = Home(Path(tmp_path_factory.mktemp("common")))
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    stores = [part for part in system_parts(home, addresses) if part.name in ("kafka", "clickhouse")]
    supervisor = Supervisor(home, stores, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        yield addresses
    finally:
        await supervisor.stop()


@pytest.fixture(scope="session")
async def migrated(servers: Addresses) -> str:
    """The name of a database with the newest schema."""
    await migrate(servers.clickhouse, database=WAREHOUSE)
    return WAREHOUSE


@pytest.fixture(scope="module")
async def empty(servers: Addresses, migrated: str) -> AsyncIterator[AsyncClient]:
    """A client of the warehouse, in which nothing is left of other modules."""
    client = await connect(servers.clickhouse, database=migrated)
    for (table,) in (await client.query(FILLED)).result_rows:
        if table != "schema_migrations":
            await client.command(f"TRUNCATE TABLE {table}")
    yield client
    await client.close()
