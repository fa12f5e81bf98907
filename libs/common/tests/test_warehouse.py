"""Migrations on a real ClickHouse: applied once, held to their checksums, and columns as the catalog says."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError

from common.catalog import Grain, catalog
from common.events import PostSnapshotV1
from common.warehouse import migrate as migrations
from common.warehouse.client import INSERT_SETTINGS, connect
from common.warehouse.columns import fact_columns, growth_columns, list_columns, map_columns
from common.warehouse.migrate import MigrationRefused, Placement, migrate, statements
from common.warehouse.views import view_name, view_parameters, view_statements

from .conftest import Servers

NOBODY = "01900000-0000-7000-8000-000000000000"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"


async def columns_of(client: AsyncClient, table: str) -> dict[str, str]:
    result = await client.query(COLUMNS, parameters={"table": table})
    return {str(name): str(kind) for name, kind in result.result_rows}


async def test_migrating_twice_changes_nothing(servers: Servers) -> None:
    first = await migrate(servers.clickhouse, database="twice")
    assert first == [migration.name for migration in migrations.migrations()]
    assert await migrate(servers.clickhouse, database="twice") == []


async def test_views_are_made_anew_only_where_they_differ(servers: Servers, empty: AsyncClient, migrated: str) -> None:
    before = await _made_at(empty)
    await migrate(servers.clickhouse, database=migrated)
    assert await _made_at(empty) == before
    await empty.command("CREATE OR REPLACE VIEW widget_followers AS SELECT 1")
    await empty.command("DROP VIEW coverage")
    await migrate(servers.clickhouse, database=migrated)
    after = await _made_at(empty)
    assert after.keys() == before.keys()
    assert {name for name, made in after.items() if made != before[name]} == {"widget_followers", "coverage"}


async def _made_at(client: AsyncClient) -> dict[str, object]:
    """Of every view, what tells one making of it from another."""
    sql = "SELECT name, uuid FROM system.tables WHERE database = currentDatabase() AND engine = 'View'"
    return {str(name): made for name, made in (await client.query(sql)).result_rows}


async def test_every_catalog_field_has_its_column_in_facts_and_rollups(empty: AsyncClient) -> None:
    tables = {
        "post_facts": fact_columns(Grain.POST),
        "traffic_facts": list_columns(Grain.POST),
        "post_latest": fact_columns(Grain.POST) | map_columns(Grain.POST),
        "post_day": growth_columns(),
        "account_facts": fact_columns(Grain.PROFILE),
        "audience_facts": list_columns(Grain.PROFILE),
        "profile_day_facts": fact_columns(Grain.PROFILE_DAY) | list_columns(Grain.PROFILE_DAY),
        "audience_day": map_columns(Grain.PROFILE) | map_columns(Grain.PROFILE_DAY),
        "account_day": fact_columns(Grain.PROFILE_DAY),
    }
    for table, wanted in tables.items():
        actual = await columns_of(empty, table)
        assert {name: actual.get(name) for name in wanted} == wanted, table


async def test_every_widget_view_has_the_columns_of_the_catalog(empty: AsyncClient) -> None:
    values = {"workspace_id": f"'{NOBODY}'", "accounts": "[]", "from": "'2026-01-01'", "to": "'2026-01-03'"}
    bound = {**values, "timezone": "'Europe/Berlin'", "lifecycle": "'all'"}
    for widget in catalog().viewed():
        call = f"{view_name(widget)}({', '.join(f'{name}={bound[name]}' for name in view_parameters(widget))})"
        header = (await empty.raw_query(f"SELECT * FROM {call}", fmt="CSVWithNames")).decode().splitlines()[0]
        assert header == ",".join(f'"{column.slug}"' for column in catalog().columns(widget))


async def test_a_view_without_a_workspace_is_refused(empty: AsyncClient) -> None:
    with pytest.raises(DatabaseError, match="workspace_id"):
        await empty.query("SELECT * FROM widget_followers(accounts=[], from='2026-01-01', to='2026-01-03')")


async def test_a_changed_file_is_refused(servers: Servers, migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = migrations.migrations()
    edited = migrations.Migration(number=first.number, name=first.name, template=first.template + "-- edited")
    await _refused(monkeypatch, (edited, *rest), lambda: migrate(servers.clickhouse, database=migrated), "was changed")


async def test_an_older_release_is_refused(servers: Servers, migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = migrations.migrations()[:-1]
    await _refused(monkeypatch, fewer, lambda: migrate(servers.clickhouse, database=migrated), "does not know")


async def _refused(
    monkeypatch: pytest.MonkeyPatch,
    known: tuple[migrations.Migration, ...],
    attempt: Callable[[], Awaitable[object]],
    reason: str,
) -> None:
    monkeypatch.setattr(migrations, "migrations", lambda: known)
    with pytest.raises(MigrationRefused, match=reason):
        await attempt()


def test_a_cluster_gets_replicated_engines_everywhere() -> None:
    placed = Placement(cluster="main")
    texts = [migration.template for migration in migrations.migrations()] + list(view_statements())
    for statement in (one for text in texts for one in statements(placed.render(text))):
        assert " ON CLUSTER 'main'" in statement
        if "MergeTree" in statement:
            assert "ENGINE = ReplicatedReplacingMergeTree" in statement


async def test_an_event_is_written_again_after_it_was_deleted_whatever_the_server_remembers(servers: Servers) -> None:
    await migrate(servers.clickhouse, database="again")
    client = await connect(servers.clickhouse, database="again")
    # What a replicated table does by itself, and a server may be told to do behind views.
    await client.command("ALTER TABLE post_facts MODIFY SETTING non_replicated_deduplication_window = 100")
    settings = {**INSERT_SETTINGS, "deduplicate_blocks_in_dependent_materialized_views": 1}
    event = PostSnapshotV1(
        workspace_id=UUID(NOBODY),
        account_id=UUID(NOBODY),
        observed_at=NOON,
        recorded_at=NOON,
        field_set="post_full.v1",
        post_id="1",
        values={"likes": 1},
    )
    for _ in range(2):
        await client.raw_insert(
            "landing_post_snapshots", insert_block=event.model_dump_json(), fmt="JSONEachRow", settings=settings
        )
        assert (await client.query("SELECT likes FROM post_facts")).result_rows == [(1,)]
        await client.command("ALTER TABLE post_facts DELETE WHERE true SETTINGS mutations_sync = 1")
    await client.close()
