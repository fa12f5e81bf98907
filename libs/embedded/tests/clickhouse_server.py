"""A ClickHouse for a test, embedded or the real one of TOA_TEST_CLICKHOUSE_URL, and clients of it.

The fixtures are imported by the modules that use them; `name` lets them do so without hiding the import.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Self, cast

import clickhouse_connect
import httpx
import psutil
import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from embedded import ports, readiness

from .servers import Process

REAL_URL = os.environ.get("TOA_TEST_CLICKHOUSE_URL", "")
_PAUSE_SECONDS = 0.02


class ClickHouse:
    """A server at `url` that somebody else runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def memory(self) -> int:
        """Resident bytes of the server; 0 where it is not ours to measure."""
        return 0

    def ask(self, sql: str) -> str:
        answer = httpx.post(self.url, content=sql.encode(), timeout=60)
        answer.raise_for_status()
        return answer.text


class EmbeddedClickHouse(ClickHouse, Process):
    """Every start takes another port."""

    def __init__(self, folder: Path) -> None:
        ClickHouse.__init__(self, "")
        Process.__init__(self, folder, "embedded.clickhouse")

    async def start(self) -> Self:
        port = ports.choose({"clickhouse": 0})["clickhouse"]
        self.url = f"http://127.0.0.1:{port}"
        self.spawn("--port", str(port))
        await readiness.clickhouse(self.url)
        return self

    @property
    def memory(self) -> int:
        return int(psutil.Process(self.pid).memory_info().rss)


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until `condition()`, and fail when that takes longer."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(_PAUSE_SECONDS)


@pytest.fixture(name="server", scope="module", params=["embedded", "real"] if REAL_URL else ["embedded"])
def server_fixture(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    if cast(str, request.param) == "real":
        yield ClickHouse(REAL_URL)
        return
    with EmbeddedClickHouse(tmp_path_factory.mktemp("part") / "clickhouse") as server:
        asyncio.run(server.start())
        yield server


@pytest.fixture(name="database", scope="module")
def database_fixture(server: ClickHouse) -> Iterator[str]:
    name = f"contract_{uuid.uuid4().hex}"
    server.ask(f"CREATE DATABASE {name}")
    yield name
    server.ask(f"DROP DATABASE {name}")


@pytest.fixture(name="client")
async def client_fixture(server: ClickHouse, database: str) -> AsyncIterator[AsyncClient]:
    made = await clickhouse_connect.get_async_client(
        dsn=server.url, database=database, autogenerate_session_id=False, compress="lz4"
    )
    yield made
    await made.close()
