"""Readiness: a part counts as ready when it answers, and when it does not, the last reason is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from embedded import ports, readiness
from embedded.errors import NotReady

from .servers import KafkaServer

ASKED = {
    "kafka": lambda port: readiness.kafka(f"127.0.0.1:{port}", 0.5),
    "mongo": lambda port: readiness.mongo(f"mongodb://user:secret@127.0.0.1:{port}/?directConnection=true", 0.5),
    "clickhouse": lambda port: readiness.clickhouse(f"http://127.0.0.1:{port}", 0.5),
    "http": lambda port: readiness.http(f"http://127.0.0.1:{port}/readyz", 0.5),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=list(ASKED))
async def test_what_does_not_answer_is_not_ready_at_the_deadline(ask: Callable[[int], Awaitable[None]]) -> None:
    async with asyncio.timeout(120):
        with pytest.raises(NotReady, match=r"is not ready: after 0\.5 s") as late:
            await ask(ports.choose({"nobody": 0})["nobody"])
    assert "secret" not in str(late.value)


async def test_kafka_and_mongo_are_ready_when_they_serve(kafka_server: KafkaServer, mongo_url: str) -> None:
    await readiness.kafka(kafka_server.bootstrap, 10)
    await readiness.mongo(mongo_url, 10)


@pytest.fixture
async def becoming_ready() -> AsyncIterator[int]:
    """A server that answers 503 twice, then 200 with `1`."""
    answers = iter([b"503 Starting", b"503 Starting"])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        status = next(answers, b"200 OK")
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n1\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_it_waits_until_http_says_200(becoming_ready: int) -> None:
    await readiness.http(f"http://127.0.0.1:{becoming_ready}/readyz", 5)


async def test_a_wrong_answer_is_quoted(becoming_ready: int) -> None:
    with pytest.raises(NotReady, match="503"):
        await readiness.http(f"http://127.0.0.1:{becoming_ready}/readyz", 0.05)
