"""A cluster of two shards in one process: `python two_shards.py --data DIR --port P` is the laptop's ClickHouse, with a
cluster `two` both of whose shards are itself.

A client that sends `settings(tables)` sees on each shard the accounts that belong there, and no others, although both
read the same tables: what Distributed tables and the views over them make of two shards is ClickHouse's own doing.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.client import connect
from common.warehouse.cluster import tables_database
from common.warehouse.migrate import Placement, for_readers, migrations, statements
from common.warehouse.sharding import SHARDING_KEY
from embedded import ports, readiness
from embedded.clickhouse import config, guard, server

CLUSTER = "two"
DATABASE = "toa"
# Never listened on: it only tells the engine that these replicas are itself.
_PORT = "9000"


def settings(tables: Iterable[str]) -> Mapping[str, str]:
    """What makes two shards of one: each sees its half of the accounts of `tables`."""
    mine = f"shardNum() = {SHARDING_KEY} % 2 + 1"
    local = tables_database(DATABASE, CLUSTER)
    filters = ", ".join(f"'{local}.{table}': '{mine}'" for table in tables)
    return {"additional_table_filters": f"{{{filters}}}", "distributed_foreground_insert": "1"}


@asynccontextmanager
async def two_shards(folder: Path) -> AsyncIterator[AsyncClient]:
    """A client of a new server with the warehouse in its cluster form."""
    port = ports.choose({"two": 0})["two"]
    url = f"http://{ports.HOST}:{port}"
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "--data", str(folder), "--port", str(port))
    try:
        # A further engine beside those of the session: on a busy machine it takes its time.
        await readiness.clickhouse(url, timeout=180)
        tables = await _create(url)
        client = await connect(url, database=DATABASE)
        for name, value in settings(tables).items():
            client.set_client_setting(name, value)
        yield client
        await client.close()
    finally:
        process.terminate()
        await process.wait()


async def _create(url: str) -> list[str]:
    placement, local = Placement(CLUSTER), tables_database(DATABASE, CLUSTER)
    made = [sql for one in migrations() for sql in statements(placement.render(one.template))]
    readers = for_readers(placement, DATABASE)
    await _run(url, "default", [f"CREATE DATABASE {name}" for name in (local, DATABASE)])
    await _run(url, local, made)
    await _run(url, DATABASE, readers)
    return [sql.split()[4] for sql in readers if "ENGINE = Distributed" in sql]


async def _run(url: str, database: str, commands: Iterable[str]) -> None:
    client = await connect(url, database=database)
    for command in commands:
        # Of a cluster this server lacks what keeps replicas together.
        await client.command(
            command.replace(f" ON CLUSTER '{CLUSTER}'", "").replace("ENGINE = Replicated", "ENGINE = ")
        )
    await client.close()


def main() -> None:
    prepare = config.prepare

    def prepare_with_cluster(folder: Path) -> Path:
        file = prepare(folder)
        tree = ElementTree.parse(file)
        root = tree.getroot()
        ElementTree.SubElement(root, "tcp_port").text = _PORT
        cluster = ElementTree.SubElement(ElementTree.SubElement(root, "remote_servers"), CLUSTER)
        for _ in range(2):
            replica = ElementTree.SubElement(ElementTree.SubElement(cluster, "shard"), "replica")
            ElementTree.SubElement(replica, "host").text = "localhost"
            ElementTree.SubElement(replica, "port").text = _PORT
        tree.write(file, encoding="utf-8")
        return file

    config.prepare = prepare_with_cluster
    guard._HARMLESS_ENGINES |= {"distributed"}
    server.main()


if __name__ == "__main__":
    main()
