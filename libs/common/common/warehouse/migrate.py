"""Migrations: numbered, forward-only SQL files, each applied once and held to its checksum; then the views."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.warehouse.client import connect
from common.warehouse.cluster import over_all_shards, tables_database, tables_of_accounts
from common.warehouse.coverage_views import coverage_statements
from common.warehouse.known_views import known_statements
from common.warehouse.restatement_views import restatement_statements
from common.warehouse.views import view_statements

# The ledger alone is the same on all servers, whichever one is asked to migrate.
_ONE_FOR_ALL = "'/clickhouse/tables/{uuid}/everywhere', '{shard}-{replica}'"
_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>\w+)\.sql")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations${on_cluster} (
    number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ${replicated}ReplacingMergeTree(${on_every_shard}applied_at) ORDER BY number
"""


class MigrationRefused(RuntimeError):
    """The files and the ledger do not fit together; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    number: int
    name: str
    template: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.template.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where tables live: on one server, or on every node of a named cluster."""

    cluster: str | None = None

    def render(self, template: str) -> str:
        # Without paths of its own a Replicated table is one per shard, under the server's default path.
        return Template(template).substitute(
            on_cluster=f" ON CLUSTER '{self.cluster}'" if self.cluster else "",
            replicated="Replicated" if self.cluster else "",
            on_every_shard=f"{_ONE_FOR_ALL}, " if self.cluster else "",
        )


def migrations() -> tuple[Migration, ...]:
    """The files in order; `MigrationRefused` on a number that is missing or there twice."""
    files = resources.files("common.warehouse") / "migrations"
    named = [(match, file) for file in files.iterdir() if (match := _NAME.fullmatch(file.name))]
    found = sorted(
        (
            Migration(number=int(match["number"]), name=match["name"], template=file.read_text())
            for match, file in named
        ),
        key=lambda migration: migration.number,
    )
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused("migration numbers have a hole or a twin: " + ", ".join(m.name for m in found))
    return tuple(found)


def statements(sql: str) -> tuple[str, ...]:
    """The statements of a file: they end with a semicolon at a line's end."""
    return tuple(part.strip() for part in re.split(r";\s*\n", sql + "\n") if part.strip())


async def migrate(url: str, *, database: str, cluster: str | None = None) -> list[str]:
    """Bring `database` to the newest schema and return what was applied. Running it again changes nothing."""
    placement, tables = Placement(cluster), tables_database(database, cluster)
    for name in dict.fromkeys((tables, database)):
        create = placement.render(f"CREATE DATABASE IF NOT EXISTS `{name}`${{on_cluster}}")
        await _command(url, None, [create])
    client = await connect(url, database=tables)
    try:
        await client.command(placement.render(_LEDGER))
        pending = _pending(migrations(), await _applied(client))
        for migration in pending:
            await _apply(client, migration, placement)
    finally:
        await client.close()
    await _make_for_readers(url, placement, database)
    return [migration.name for migration in pending]


def for_readers(placement: Placement, database: str) -> tuple[str, ...]:
    """What is made anew after the migrations."""
    further = (*known_statements(), *restatement_statements(), *coverage_statements())
    rendered = (placement.render(statement) for statement in further)
    return (*over_shards(placement, database), *widget_views(placement), *rendered)


def over_shards(placement: Placement, database: str) -> tuple[str, ...]:
    """On a cluster, the tables over all shards."""
    if placement.cluster is None:
        return ()
    made = (sql for migration in migrations() for sql in statements(Placement().render(migration.template)))
    return over_all_shards(tables_of_accounts(made), database=database, cluster=placement.cluster)


def widget_views(placement: Placement) -> tuple[str, ...]:
    return tuple(placement.render(statement) for statement in view_statements())


async def _make_for_readers(url: str, placement: Placement, database: str) -> None:
    """On one server those that differ from what it has; on a cluster all, for servers that have joined since."""
    wanted = for_readers(placement, database)
    if placement.cluster is None:
        stamped = {_stamped(statement): _stamp(statement) for statement in wanted}
        there = await _stamps(url, database)
        wanted = tuple(statement for statement, stamp in stamped.items() if stamp not in there)
    await _command(url, database, wanted)


def _stamped(statement: str) -> str:
    return f"{statement}\nCOMMENT '{_stamp(statement)}'"


def _stamp(statement: str) -> str:
    return f"made by migrate, {hashlib.sha256(statement.encode()).hexdigest()}"


async def _stamps(url: str, database: str) -> set[str]:
    """Of the views that `database` has."""
    client = await connect(url, database=database)
    try:
        result = await client.query("SELECT comment FROM system.tables WHERE database = currentDatabase()")
    finally:
        await client.close()
    return {str(comment) for (comment,) in result.result_rows}


async def _command(url: str, database: str | None, commands: Sequence[str]) -> None:
    client = await connect(url, database=database)
    try:
        for command in commands:
            await client.command(command)
    finally:
        await client.close()


async def _applied(client: AsyncClient) -> dict[int, str]:
    result = await client.query("SELECT number, checksum FROM schema_migrations FINAL")
    return {int(number): str(checksum) for number, checksum in result.result_rows}


def _pending(known: Sequence[Migration], applied: dict[int, str]) -> list[Migration]:
    if newer := applied.keys() - {migration.number for migration in known}:
        raise MigrationRefused(f"the database has migrations {sorted(newer)} that this release does not know")
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise MigrationRefused(f"migration {migration.number:04}_{migration.name} was changed after it was applied")
    return [migration for migration in known if migration.number not in applied]


async def _apply(client: AsyncClient, migration: Migration, placement: Placement) -> None:
    for statement in statements(placement.render(migration.template)):
        await client.command(statement)
    await client.insert(
        "schema_migrations",
        [[migration.number, migration.name, migration.checksum]],
        column_names=["number", "name", "checksum"],
    )
