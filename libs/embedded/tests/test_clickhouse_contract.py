"""What our services rely on from ClickHouse, asked of the embedded one and, where its address is given, a real one."""

import asyncio
import io
import socket
import uuid
from urllib.parse import quote, urlsplit

import clickhouse_connect
import httpx
import psutil
import pyarrow.parquet
import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

from .clickhouse_server import ClickHouse, client_fixture, database_fixture, server_fixture, until

__all__ = ["client_fixture", "database_fixture", "server_fixture"]

# Far above what streaming needs, far below what 1 M rows of 200 bytes would take.
FLAT_BYTES = 120_000_000
HEAVY = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"


def running(server: ClickHouse, marker: str) -> bool:
    sql = f"SELECT count() FROM system.processes WHERE position(query, '{marker}') > 0 AND query NOT LIKE '%processes%'"
    return server.ask(sql) != "0\n"


async def test_ping(server: ClickHouse, client: AsyncClient) -> None:
    assert await client.ping()
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{server.url}/ping")).text == "Ok.\n"
        assert (await http.get(server.url)).text == "Ok.\n"


def test_a_sync_client_queries_commands_and_inserts(server: ClickHouse, database: str) -> None:
    sync_client = clickhouse_connect.get_client(dsn=server.url, database=database)
    sync_client.command("CREATE TABLE plain (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    summary = sync_client.insert("plain", [[1, "x"], [2, "y"]], column_names=["a", "b"])
    assert summary.written_rows == 2
    assert sync_client.query("SELECT a, b FROM plain ORDER BY a").result_rows == [(1, "x"), (2, "y")]
    assert sync_client.command("SELECT count() FROM plain") == 2
    with sync_client.query_rows_stream("SELECT a FROM plain ORDER BY a") as rows:
        assert list(rows) == [(1,), (2,)]
    with pytest.raises(DatabaseError) as caught:
        sync_client.command("DROP TABLE not_there")
    assert caught.value.code == 60
    sync_client.close()


async def test_an_async_client_queries_commands_and_inserts(client: AsyncClient) -> None:
    await client.command("CREATE TABLE plain_async (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    await client.insert("plain_async", [[1, "x"], [2, "y"]], column_names=["a", "b"])
    assert (await client.query("SELECT * FROM plain_async ORDER BY a")).result_rows == [(1, "x"), (2, "y")]
    assert (await client.query("SELECT a FROM plain_async WHERE a > 5")).result_rows == []
    await client.command("INSERT INTO plain_async VALUES (3, 'it''s; fine'), (4, concat('a', 'b'))")
    await client.command("INSERT INTO plain_async SELECT number + 5, 'n' FROM numbers(10)")
    assert await client.command("SELECT count() FROM plain_async") == 14
    assert (await client.query("SELECT b FROM plain_async WHERE a = 3")).result_rows == [("it's; fine",)]


async def test_statements_that_are_no_queries_answer_as_well(client: AsyncClient) -> None:
    await client.command("CREATE TABLE shown (a UInt64) ENGINE = MergeTree ORDER BY a")
    assert "shown" in [row[0] for row in (await client.query("SHOW TABLES")).result_rows]
    assert (await client.query("DESCRIBE TABLE shown")).result_rows[0][:2] == ("a", "UInt64")
    assert await client.command("EXISTS TABLE shown") == 1
    await client.command("ALTER TABLE shown ADD COLUMN b String")
    await client.command("ALTER TABLE shown DELETE WHERE a = 1 SETTINGS mutations_sync = 1")
    await client.command("ALTER TABLE shown ADD COLUMN format String")
    assert await client.command("CHECK TABLE shown SETTINGS check_query_single_value_result = 1") == 1
    assert await client.raw_query("KILL QUERY WHERE query_id = 'nobody'", fmt="JSONEachRow") == b""
    await client.command("DROP TABLE shown")
    assert await client.command("EXISTS TABLE shown") == 0


TEXTS = [
    "plain",
    "it's",
    'say "x"',
    "back\\slash",
    "\\n is not a line",
    "two\nlines",
    "a\tb",
    "\r\n",
    "ünï 🎬",
    "\\'",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
async def test_a_bound_text_comes_back_as_it_was(client: AsyncClient, text: str) -> None:
    answer = await client.query(
        "SELECT {text:String} AS t, {texts:Array(String)} AS ts", {"text": text, "texts": TEXTS}
    )
    assert answer.result_rows == [(text, TEXTS)]


async def test_bound_ids_and_pairs_of_ids_few_or_very_many(client: AsyncClient) -> None:
    for count in (0, 1, 2000):
        ids = [uuid.uuid4() for _ in range(count)]
        answer = await client.query(
            "SELECT {ids:Array(UUID)} AS i, {pairs:Array(Tuple(UUID, UUID))} AS p",
            {"ids": ids, "pairs": [(one, one) for one in ids]},
        )
        assert answer.result_rows == [(ids, [(one, one) for one in ids])]


async def test_a_bound_moment_keeps_its_nanoseconds(client: AsyncClient) -> None:
    text = "2026-01-02 03:04:05.123456789"
    answer = await client.query("SELECT toString({moment:DateTime64(9, 'UTC')}) AS t", {"moment": text})
    assert answer.result_rows == [(text,)]


async def test_a_parametrised_view_takes_bound_values(client: AsyncClient) -> None:
    await client.command(
        "CREATE VIEW days AS SELECT {workspace_id:UUID} AS workspace, arrayJoin({accounts:Array(UUID)}) AS account,"
        " {from:Date} AS first, {to:Date} AS last"
    )
    workspace, accounts = uuid.uuid4(), sorted(uuid.uuid4() for _ in range(3))
    call = "SELECT * FROM days(workspace_id={w:UUID}, accounts={a:Array(UUID)}, from={f:Date}, to={t:Date})"
    bound = {"w": workspace, "a": accounts, "f": "2026-01-01", "t": "2026-02-01"}
    rows = (await client.query(call, bound)).result_rows
    assert [(row[0], row[1], str(row[2]), str(row[3])) for row in rows] == [
        (workspace, account, "2026-01-01", "2026-02-01") for account in accounts
    ]
    with pytest.raises(DatabaseError, match="workspace_id") as caught:
        await client.query(call.replace("workspace_id={w:UUID}, ", ""), bound)
    assert caught.value.code == 456


@pytest.mark.parametrize(
    ("sql", "settings", "code", "status"),
    [
        ("SELEC 1", {}, 62, 400),
        ("SELECT 1; SELECT 2", {}, 62, 400),
        ("SELECT * FROM nowhere", {}, 60, 404),
        ("SELECT * FROM nowhere.t", {}, 81, 404),
        ("SELECT nothing", {}, 47, 404),
        ("SELECT {unbound:String}", {}, 456, 500),
        ("SELECT 1 = 'a'", {}, 53, 400),
        ("SELECT toDate('x')", {}, 38, 400),
        ("SELECT 1 FORMAT Nonsense", {}, 73, 404),
        (HEAVY, {"max_execution_time": 1}, 159, 408),
        ("SELECT groupArray(number) FROM numbers(10000000)", {"max_memory_usage": 10_000_000}, 241, 500),
        ("SELECT number FROM numbers(1000)", {"max_result_rows": 10}, 396, 500),
        ("CREATE TABLE readonly (a Int8) ENGINE = Null", {"readonly": 1}, 164, 500),
    ],
)
async def test_an_error_has_clickhouses_code(
    server: ClickHouse, database: str, sql: str, settings: dict[str, int], code: int, status: int
) -> None:
    params = {"database": database, "wait_end_of_query": "1"} | {name: str(value) for name, value in settings.items()}
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(server.url, params=params, content=sql)
    assert (answer.status_code, answer.headers["x-clickhouse-exception-code"]) == (status, str(code))
    assert answer.text.startswith(f"Code: {code}. DB::Exception: ")


async def test_an_unknown_setting_is_refused(client: AsyncClient, server: ClickHouse) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(server.url, params={"no_such_setting": "1"}, content="SELECT 1")
    assert (answer.status_code, answer.headers["x-clickhouse-exception-code"]) == (404, "115")


async def test_a_setting_is_for_its_own_request_only(client: AsyncClient) -> None:
    async def block_size(size: int | None) -> int:
        settings = {} if size is None else {"max_block_size": size}
        answer = await client.query("SELECT getSetting('max_block_size') AS size", settings=settings)
        return int(answer.result_rows[0][0])

    usual = await block_size(None)
    asked = [None if turn % 2 else 1000 + turn for turn in range(60)]
    assert await asyncio.gather(*map(block_size, asked)) == [usual if size is None else size for size in asked]


async def test_the_answer_tells_of_itself(server: ClickHouse) -> None:
    async with httpx.AsyncClient() as http:
        params = {"query_id": "told-by-the-client", "query": "SELECT number FROM numbers(7) FORMAT CSV"}
        answer = await http.get(server.url, params=params)
    head = answer.headers
    assert head["x-clickhouse-query-id"] == "told-by-the-client"
    assert head["x-clickhouse-format"] == "CSV"
    assert head["content-type"].startswith("text/csv")
    assert head["x-clickhouse-timezone"]
    assert head["x-clickhouse-server-display-name"]
    assert '"read_rows":"7"' in head["x-clickhouse-summary"].replace(" ", "")


async def test_get_does_not_write(server: ClickHouse, database: str) -> None:
    async with httpx.AsyncClient() as http:
        sql = f"CREATE TABLE {database}.by_get (a Int8) ENGINE = Null"
        answer = await http.get(server.url, params={"query": sql})
    assert answer.headers["x-clickhouse-exception-code"] == "164"


FIGURES = (
    "SELECT number AS n, concat('a,\"', toString(number)) AS t, if(number = 1, NULL, number / 2) AS h FROM numbers(3)"
)


async def test_answers_as_bytes_are_exact(client: AsyncClient) -> None:
    csv = await client.raw_query(FIGURES, fmt="CSVWithNames")
    assert csv == b'"n","t","h"\n0,"a,""0",0\n1,"a,""1",\\N\n2,"a,""2",1\n'
    settings = {"output_format_write_statistics": 0, "output_format_json_quote_64bit_integers": 0}
    compact = await client.raw_query(FIGURES, fmt="JSONCompact", settings=settings)
    assert "".join(compact.decode().split()) == (
        '{"meta":[{"name":"n","type":"UInt64"},{"name":"t","type":"String"},{"name":"h","type":"Nullable(Float64)"}],'
        '"data":[[0,"a,\\"0",0],[1,"a,\\"1",null],[2,"a,\\"2",1]],"rows":3}'
    )
    parquet = pyarrow.parquet.read_table(io.BytesIO(await client.raw_query(FIGURES, fmt="Parquet")))
    assert parquet.to_pylist() == [
        {"n": 0, "t": 'a,"0', "h": 0.0},
        {"n": 1, "t": 'a,"1', "h": None},
        {"n": 2, "t": 'a,"2', "h": 1.0},
    ]


async def test_a_million_rows_stream_in_flat_memory(server: ClickHouse, client: AsyncClient) -> None:
    ours = psutil.Process()
    before = server.memory, ours.memory_info().rss
    most = [0, 0]
    rows = 0
    sql = "SELECT number, repeat('x', 200) AS t FROM numbers(1000000)"
    async with await client.query_row_block_stream(sql) as blocks:
        async for block in blocks:
            rows += len(block)
            most = [max(most[0], server.memory), max(most[1], ours.memory_info().rss)]
    assert rows == 1_000_000
    assert most[0] - before[0] < FLAT_BYTES
    assert most[1] - before[1] < FLAT_BYTES


async def test_any_format_streams_in_flat_memory(server: ClickHouse, client: AsyncClient) -> None:
    before = server.memory
    most = size = 0
    sql = "SELECT number, repeat('x', 200) AS t FROM numbers(3000000)"
    async with await client.raw_stream(sql, fmt="JSONCompact", settings={"wait_end_of_query": "0"}) as pieces:
        async for piece in pieces:
            size += len(piece)
            most = max(most, server.memory)
    assert size > 600_000_000
    # Text formats are written by several threads, each with blocks of its own.
    assert most - before < 2 * FLAT_BYTES


async def test_an_answer_that_fails_halfway_is_never_taken_for_a_whole_one(
    server: ClickHouse, client: AsyncClient
) -> None:
    sql = "SELECT throwIf(number = 3000000) AS x, repeat('x', 50) AS t FROM numbers(4000000)"
    blocks = await client.query_row_block_stream(sql, settings={"max_block_size": 10_000})
    async with blocks:
        with pytest.raises(StreamFailureError):
            assert not [None async for _ in blocks]
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(server.url, content=f"{sql} FORMAT CSV")


async def test_who_waits_for_the_end_gets_the_error_instead_of_a_part(server: ClickHouse) -> None:
    sql = "SELECT throwIf(number = 3000000) AS x FROM numbers(4000000) FORMAT CSV"
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(server.url, params={"wait_end_of_query": "1"}, content=sql)
    assert (answer.status_code, answer.headers["x-clickhouse-exception-code"]) == (500, "395")


async def test_sixteen_clients_at_once_read_and_write(client: AsyncClient) -> None:
    await client.command("CREATE TABLE busy (worker UInt8, n UInt32) ENGINE = MergeTree ORDER BY (worker, n)")

    async def work(worker: int) -> None:
        for turn in range(5):
            await client.insert("busy", [[worker, turn * 100 + n] for n in range(100)], column_names=["worker", "n"])
            mine = await client.query(f"SELECT count(), sum(n) FROM busy WHERE worker = {worker}")
            written = (turn + 1) * 100
            assert mine.result_rows == [(written, written * (written - 1) // 2)]

    await asyncio.gather(*(work(worker) for worker in range(16)))
    assert await client.command("SELECT count() FROM busy") == 8000


@pytest.mark.parametrize("sql", [HEAVY, "SELECT * FROM numbers(1000000000000)"], ids=["silent", "streaming"])
def test_the_query_of_a_client_that_goes_away_is_stopped(server: ClickHouse, sql: str) -> None:
    marker = uuid.uuid4().hex
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 8123)) as connection:
        query = quote(f"{sql} SETTINGS log_comment = '{marker}'")
        path = f"/?query={query}&cancel_http_readonly_queries_on_client_close=1"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: running(server, marker), seconds=60)
    until(lambda: not running(server, marker), seconds=60)


def test_a_write_goes_on_when_its_client_is_gone(server: ClickHouse, database: str) -> None:
    server.ask(f"CREATE TABLE {database}.orphan (a UInt8) ENGINE = MergeTree ORDER BY a")
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 8123)) as connection:
        sql = f"INSERT INTO {database}.orphan SELECT sleep(1)"
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sql)}\r\n\r\n{sql}".encode())
        until(lambda: running(server, sql), seconds=60)
    until(lambda: server.ask(f"SELECT count() FROM {database}.orphan") == "1\n", seconds=60)
