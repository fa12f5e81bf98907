"""Kafka and ClickHouse of their own for a run of benchmarks, and a database for each measurement."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.runtime.clock import set_clock
from common.warehouse.client import connect
from common.warehouse.migrate import migrate
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, Part, system_parts
from embedded.supervisor import Supervisor

PARTS = ("kafka", "clickhouse", "topics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    kafka: str
    clickhouse: str
    mongo: str
    sandbox: str
    clock: Path
    pids: Mapping[str, int]
    logs: Path
    home: Home
    addresses: Addresses

    def service(self, name: str) -> Part:
        """What the system would start as `name` here, whether it runs or not."""
        return next(part for part in system_parts(self.home, self.addresses) if part.name == name)

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[AsyncClient]:
        """A client of a new database with all tables, which goes at the end."""
        await migrate(self.clickhouse, database=name)
        client = await connect(self.clickhouse, database=name)
        try:
            yield client
        finally:
            await client.command(f"DROP DATABASE {name} SYNC")
            await client.close()


@asynccontextmanager
async def running_rig(parts: Collection[str] = PARTS) -> AsyncIterator[Rig]:
    with TemporaryDirectory(prefix="toa-bench-", ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder))
        set_clock(home.clock)
        addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
        chosen = [part for part in system_parts(home, addresses) if part.name in parts]
        supervisor = Supervisor(home, chosen, say=print, changed=lambda: None)
        try:
            await supervisor.start()
            yield Rig(
                kafka=addresses.kafka,
                clickhouse=addresses.clickhouse,
                mongo=addresses.mongo,
                sandbox=addresses.url("sandbox"),
                clock=home.clock,
                pids=dict(supervisor.pids),
                logs=home.log("x").parent,
                home=home,
                addresses=addresses,
            )
        finally:
            await supervisor.stop()
