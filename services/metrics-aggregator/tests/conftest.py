"""Real Kafka, ClickHouse and aggregator on free ports and a temporary folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.bus.publish import Publisher
from common.runtime.clock import set_clock
from common.warehouse.client import connect
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, Part, system_parts
from embedded.supervisor import Supervisor

from .growing import growth_warehouse

PARTS = ("kafka", "clickhouse", "topics", "migrate", "metrics-aggregator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """The running parts, a producer and a reader. Parts that die stay dead until `supervisor.restart`."""

    home: Home
    supervisor: Supervisor
    worker: Part
    publisher: Publisher
    warehouse: AsyncClient
    kafka: str
    clickhouse: str
    health: str


@asynccontextmanager
async def started_rig(folder: Path) -> AsyncIterator[Rig]:
    home = Home(folder)
    set_clock(home.clock)
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    parts = [part for part in system_parts(home, addresses) if part.name in PARTS]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        async with Publisher(addresses.kafka) as publisher:
            warehouse = await connect(addresses.clickhouse, database="toa")
            yield Rig(
                home=home,
                supervisor=supervisor,
                worker=parts[-1],
                publisher=publisher,
                warehouse=warehouse,
                kafka=addresses.kafka,
                clickhouse=addresses.clickhouse,
                health=addresses.url("metrics-aggregator.health"),
            )
            await warehouse.close()
    finally:
        await supervisor.stop()


@pytest.fixture(scope="session")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with started_rig(tmp_path_factory.mktemp("aggregator")) as started:
        yield started


@pytest.fixture(scope="session")
async def warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncClient]:
    """A ClickHouse alone, with all tables; each test tells of accounts of its own."""
    async with growth_warehouse(tmp_path_factory.mktemp("warehouse")) as client:
        yield client
