"""Where a test run's servers come from: an address that is given, a Docker engine that answers, our own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from embedded.testing import docker
from embedded.testing.servers import CLICKHOUSE, KAFKA, MONGO, Kind, Source, server, source


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was found out of Docker before, and what is given to this run, is not of these tests."""
    for kind in (KAFKA, MONGO, CLICKHOUSE):
        monkeypatch.delenv(kind.given, raising=False)
    docker.answers.cache_clear()
    yield
    docker.answers.cache_clear()


@pytest.fixture
async def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A socket that answers a ping as Docker does, named by DOCKER_HOST."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        status = b"200 OK" if asked.startswith(b"GET /_ping ") else b"404 Not Found"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nOK")
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(answer, tmp_path / "docker.sock"):
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
        yield


@pytest.mark.parametrize("kind", [KAFKA, MONGO, CLICKHOUSE], ids=lambda kind: kind.given)
async def test_a_given_address_comes_first_and_docker_before_our_own(
    kind: Kind, engine: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert await asyncio.to_thread(source, kind) is Source.CONTAINER
    monkeypatch.setenv(kind.given, "an address")
    assert source(kind) is Source.GIVEN
    assert await asyncio.to_thread(_address, kind, tmp_path) == "an address"


def _address(kind: Kind, folder: Path) -> str:
    with server(kind, folder) as address:
        return address


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "ssh://somewhere", "nonsense"])
def test_without_an_engine_it_is_our_own(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert source(MONGO) is Source.EMBEDDED


def test_an_engine_that_never_answers_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        assert source(MONGO) is Source.EMBEDDED


def test_our_own_answers_while_it_is_wanted_and_ends_then(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    # Outside pytest's own loop, as in a fixture that is no coroutine.
    with server(MONGO, tmp_path) as url:
        port = int(url.partition("127.0.0.1:")[2].partition("/")[0])
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
