"""The stores, the aggregator and the query API, on free ports and a folder of their own."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.runtime.clock import set_clock
from common.warehouse.client import connect
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor

from ...running_system import committed, ends_of

PARTS = ("kafka", "mongo", "clickhouse", "topics", "migrate", "metrics-aggregator", "query-api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    kafka: str
    query_api: str
    warehouse: AsyncClient

    async def settle(self, topics: Collection[str], *, seconds: float) -> None:
        """Return once the aggregator has committed all of `topics`; see that it refused nothing."""
        ends = await ends_of(self.kafka, topics)
        async with asyncio.timeout(seconds):
            while not await committed(self.kafka, ends):
                await asyncio.sleep(0.5)
        assert await ends_of(self.kafka, [f"{topic}.dlq" for topic in topics]) == {}, "records were refused"


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Stand]:
    home = Home(folder)
    set_clock(home.clock)
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    parts = [part for part in system_parts(home, addresses) if part.name in PARTS]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        warehouse = await connect(addresses.clickhouse, database="toa")
        yield Stand(kafka=addresses.kafka, query_api=addresses.url("query-api"), warehouse=warehouse)
        await warehouse.close()
    finally:
        await supervisor.stop()
