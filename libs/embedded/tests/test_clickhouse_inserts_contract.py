"""How rows enter ClickHouse, embedded and real: every type we use, every format, all of a batch or none of it."""

import gzip
import io
import socket
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import clickhouse_connect
import lz4.frame
import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError

from .clickhouse_server import ClickHouse, client_fixture, database_fixture, server_fixture

__all__ = ["client_fixture", "database_fixture", "server_fixture"]

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.compress,
    "gzip": gzip.compress,
}


def test_a_client_that_goes_away_while_sending_inserts_nothing(server: ClickHouse, database: str) -> None:
    server.ask(f"CREATE TABLE {database}.cut (a UInt64) ENGINE = MergeTree ORDER BY a")
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 8123)) as connection:
        body = f"INSERT INTO {database}.cut FORMAT JSONEachRow\n".encode() + b'{"a":1}\n' * 100
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body)
    # The statement was whole and would run at once: a later one is answered after it.
    server.ask(f"INSERT INTO {database}.cut VALUES (2)")
    assert server.ask(f"SELECT groupArray(a) FROM {database}.cut") == "[2]\n"


EVERY_TYPE = {
    "id": "UUID",
    "text": "String",
    "channel": "LowCardinality(String)",
    "views": "Nullable(Int64)",
    "rate": "Nullable(Float64)",
    "is_ad": "Nullable(Bool)",
    "day": "Date",
    "seen_at": "DateTime64(3, 'UTC')",
    "version": "DateTime64(9)",
    "labels": "Array(String)",
    "shares": "Array(Tuple(String, Float64))",
    "countries": "Map(LowCardinality(String), Float64)",
    "values": "Tuple(likes Nullable(Int64), title Nullable(String))",
}


# The client gives UTC times without a zone.
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
AS_READ = MOMENT.replace(tzinfo=None)


def full_rows() -> list[list[object]]:
    some = [uuid.uuid4(), "it's \\ ünï\n", "tiktok", -(2**62), 0.1, True, date(2026, 1, 2), MOMENT, MOMENT]
    none = [uuid.uuid4(), "", "", None, None, None, date(1970, 1, 1), MOMENT, MOMENT]
    return [
        [*some, ["a", ""], [("de", 0.5), ("at", 0.25)], {"de": 0.5}, {"likes": 7, "title": "x"}],
        [*none, [], [], {}, {"likes": None, "title": None}],
    ]


@pytest.mark.parametrize("compression", ["lz4", "zstd", None])
async def test_every_type_comes_back_as_it_was_inserted(
    server: ClickHouse, database: str, compression: str | None
) -> None:
    table = f"every_type_{compression}"
    client = await clickhouse_connect.get_async_client(
        dsn=server.url, database=database, compress=compression or False, autogenerate_session_id=False
    )
    columns = ", ".join(f"`{name}` {kind}" for name, kind in EVERY_TYPE.items())
    await client.command(f"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY text")
    rows = full_rows()
    # Enough for several blocks, each of which is compressed by itself.
    await client.insert(table, rows * 20_000, column_names=list(EVERY_TYPE))
    answer = await client.query(f"SELECT * FROM {table} ORDER BY text LIMIT 1 BY text")
    assert answer.result_rows == [as_read(rows[1]), as_read(rows[0])]
    assert await client.command(f"SELECT count() FROM {table}") == 40_000
    await client.close()


def as_read(row: list[object]) -> tuple[object, ...]:
    return tuple(AS_READ if value == MOMENT else value for value in row)


def parquet_bytes(columns: dict[str, list[object]]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


ROWS_AS: dict[str, Callable[[], bytes]] = {
    "CSV": lambda: b"1,x\n2,y\n",
    "JSONEachRow": lambda: b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}',
    "TabSeparated": lambda: b"1\tx\n2\ty\n",
    "Parquet": lambda: parquet_bytes({"a": [1, 2], "b": ["x", "y"]}),
}


@pytest.mark.parametrize("compression", [None, "lz4", "zstd", "gzip"])
@pytest.mark.parametrize("fmt", ROWS_AS)
async def test_rows_enter_as_bytes_of_any_format(client: AsyncClient, fmt: str, compression: str | None) -> None:
    await client.command("CREATE OR REPLACE TABLE as_bytes (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    rows = ROWS_AS[fmt]()
    body = rows if compression is None else COMPRESS[compression](rows)
    summary = await client.raw_insert("as_bytes", ["a", "b"], body, fmt=fmt, compression=compression)
    assert summary.written_rows == 2
    assert (await client.query("SELECT a, b FROM as_bytes ORDER BY a")).result_rows == [(1, "x"), (2, "y")]


async def test_json_lines_enter_through_a_landing_table_whole_or_not_at_all(client: AsyncClient) -> None:
    await client.command(
        "CREATE TABLE landing (id UInt64, seen_at DateTime64(3, 'UTC'), values Tuple(likes Nullable(Int64), title"
        " Nullable(String)), CONSTRAINT id_is_given CHECK id != 0) ENGINE = Null"
    )
    await client.command(
        "CREATE TABLE facts (id UInt64, seen_at DateTime64(3, 'UTC'), likes Nullable(Int64), title Nullable(String))"
        " ENGINE = MergeTree ORDER BY id"
    )
    await client.command(
        "CREATE MATERIALIZED VIEW landing_to_facts TO facts AS SELECT id, seen_at, values.likes AS likes,"
        " values.title AS title FROM landing"
    )
    good = b'{"id":1,"seen_at":"2026-01-02T03:04:05.678Z","values":{"likes":null,"title":"x"},"new":1}\n' * 3
    settings = {"date_time_input_format": "best_effort", "input_format_skip_unknown_fields": 1}
    for bad, code in ((b'{"id":0}', 469), (b'{"id":"x"}', 27), (b'{"id":-1}', 72)):
        with pytest.raises(DatabaseError) as caught:
            await client.raw_insert("landing", insert_block=good + bad, fmt="JSONEachRow", settings=settings)
        assert caught.value.code == code
    assert await client.command("SELECT count() FROM facts") == 0
    summary = await client.raw_insert("landing", insert_block=good, fmt="JSONEachRow", settings=settings)
    # Not written_rows: it counts what the views behind the table wrote as well.
    assert summary.summary["read_rows"] == "3"
    assert (await client.query("SELECT * FROM facts")).result_rows == [(1, AS_READ, None, "x")] * 3
