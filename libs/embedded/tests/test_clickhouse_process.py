"""The embedded ClickHouse as a process: what it refuses, how it stops, and what survives when it does not."""

import asyncio
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from embedded import ports

from .clickhouse_kills import kill_while_inserting
from .clickhouse_server import EmbeddedClickHouse, until
from .servers import ended_with_line

HEAVY = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"
ENDLESS = "SELECT number, repeat('x', 200) FROM numbers(1000000000000)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedClickHouse]:
    """One for all tests that leave it running."""
    with EmbeddedClickHouse(tmp_path_factory.mktemp("part") / "clickhouse") as started:
        asyncio.run(started.start())
        yield started


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedClickHouse]:
    with EmbeddedClickHouse(tmp_path / "clickhouse") as started:
        yield await started.start()


def ask_and_leave_open(server: EmbeddedClickHouse, sql: str) -> socket.socket:
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0))
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sql)}\r\n\r\n{sql}"
    connection.sendall(head.encode())
    return connection


def others(server: EmbeddedClickHouse) -> int:
    return int(server.ask("SELECT count() FROM system.processes WHERE query NOT LIKE '%system.processes%'"))


async def test_it_is_small_when_idle(server: EmbeddedClickHouse) -> None:
    for _ in range(20):
        server.ask("SELECT 1")
    # The engine's library is given back on Linux only; see embedded.clickhouse.resident.
    assert server.memory < (260_000_000 if sys.platform == "linux" else 450_000_000)


async def test_acknowledged_batches_survive_kill_9(tmp_path: Path) -> None:
    await kill_while_inserting(tmp_path / "clickhouse", rounds=3)


async def test_sigterm_stops_it_soon_whatever_is_running(own_server: EmbeddedClickHouse) -> None:
    own_server.ask("CREATE DATABASE kept")
    with ask_and_leave_open(own_server, HEAVY), ask_and_leave_open(own_server, ENDLESS) as reader:
        reader.recv(1000)
        until(lambda: others(own_server) == 2, seconds=60)
        # Left alone, neither would end within the hour.
        assert own_server.stop() == 0
    await own_server.start()
    assert "kept" in own_server.ask("SHOW DATABASES").split()


async def test_a_folder_in_use_is_refused_in_one_line(server: EmbeddedClickHouse) -> None:
    status, said = await ended_with_line("embedded.clickhouse", "--data", str(server.folder), "--port", "1")
    assert status == 1
    assert said == [
        f"clickhouse is running already on {server.folder}; stop that one first (`make stop`), or choose another folder"
    ]
    assert server.ask("SELECT 1") == "1\n"


async def test_a_port_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server((ports.HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        status, said = await ended_with_line("embedded.clickhouse", "--data", str(tmp_path / "other"), "--port", port)
    assert (status, len(said)) == (1, 1)
    assert port in said[0]


async def test_nothing_leaves_the_process(server: EmbeddedClickHouse) -> None:
    dead_port = ports.choose({"nobody": 0})["nobody"]
    server.ask("CREATE DATABASE fenced")
    refused = [
        f"SELECT * FROM url('http://127.0.0.1:{dead_port}/', CSV, 'a String')",
        f"SELECT * FROM s3('http://127.0.0.1:{dead_port}/bucket/key', CSV, 'a String')",
        "SELECT * FROM file('/etc/hostname', LineAsString)",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM default.`/etc/hostname`",
        f"SELECT * FROM remote('127.0.0.1:{dead_port}', system.one)",
        f"SELECT * FROM mysql('127.0.0.1:{dead_port}', 'd', 't', 'u', 'p')",
        "SELECT * FROM Python(os)",
        "SELECT * FROM executable('ls', CSV, 'a String')",
        f"INSERT INTO FUNCTION url('http://127.0.0.1:{dead_port}/', CSV, 'a String') VALUES ('x')",
        f"CREATE TABLE fenced.t (a String) ENGINE = URL('http://127.0.0.1:{dead_port}/', CSV)",
        "CREATE TABLE fenced.t (a String) ENGINE = File(CSV)",
    ]
    async with httpx.AsyncClient(timeout=5) as http:
        for sql in refused:
            answer = await http.post(server.url, content=sql)
            assert (answer.status_code, answer.headers["x-clickhouse-exception-code"]) == (403, "497"), sql
            assert "is refused here" in answer.text
    assert server.ask("SELECT 'url(1)' AS url, number AS file FROM numbers(1)") == "url(1)\t0\n"


async def test_a_file_of_the_working_folder_is_no_table(server: EmbeddedClickHouse) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(server.url, content="SELECT * FROM `config.xml`")
    assert answer.headers["x-clickhouse-exception-code"] == "60"


async def test_a_slow_reader_makes_it_wait_instead_of_fill_its_memory(server: EmbeddedClickHouse) -> None:
    before = server.memory
    with ask_and_leave_open(server, f"{ENDLESS} FORMAT Native") as reader:
        reader.recv(1000)
        observed_until = time.monotonic() + 1.5
        while time.monotonic() < observed_until:
            assert server.memory - before < 150_000_000
            await asyncio.sleep(0.05)
        assert others(server) == 1
    until(lambda: others(server) == 0, seconds=60)


async def test_more_at_once_than_it_runs_wait_for_their_turn(server: EmbeddedClickHouse) -> None:
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=50)) as http:
        answers = await asyncio.gather(*(http.post(server.url, content=f"SELECT sleep(0.1), {n}") for n in range(50)))
    assert [answer.text for answer in answers] == [f"0\t{n}\n" for n in range(50)]


async def test_a_query_can_be_killed_by_another(server: EmbeddedClickHouse) -> None:
    marker = uuid.uuid4().hex
    async with httpx.AsyncClient(timeout=30) as http, asyncio.TaskGroup() as tasks:
        victim = tasks.create_task(http.post(server.url, content=f"{HEAVY} SETTINGS log_comment = '{marker}'"))
        while not others(server):
            await asyncio.sleep(0.05)
        killed = await http.post(server.url, content=f"KILL QUERY WHERE position(query, '{marker}') > 0 SYNC")
        assert killed.status_code == 200
        assert (await victim).headers["x-clickhouse-exception-code"] == "394"


async def test_rows_on_their_way_leave_no_file_behind(own_server: EmbeddedClickHouse) -> None:
    own_server.ask("CREATE DATABASE spooled")
    own_server.ask("CREATE TABLE spooled.t (a UInt8) ENGINE = MergeTree ORDER BY a")
    spool = own_server.folder / "spool"
    async with httpx.AsyncClient() as http:
        for rows in ("1\n2\n", "no number\n"):
            await http.post(own_server.url, content=f"INSERT INTO spooled.t FORMAT CSV\n{rows}")
    until(lambda: not list(spool.iterdir()), seconds=60)
    own_server.kill()
    (spool / "left-by-the-killed").write_text("1")
    await own_server.start()
    assert not list(spool.iterdir())
