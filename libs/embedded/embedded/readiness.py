"""Waits until a part really answers: metadata with leaders, a ping, `SELECT 1`, a 200."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from embedded.errors import NotReady

DEFAULT_TIMEOUT_SECONDS = 120.0
# Between two questions, and for one answer. Asking more often costs the parts the processor they start on.
PAUSE_SECONDS = 0.25
ANSWER_SECONDS = 5.0

# One question to a part: None when it is ready, else why it is not.
Question = Callable[[], Awaitable[str | None]]


async def kafka(bootstrap: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:  # noqa: ASYNC109 - see _ask
    """Wait until a broker is in the metadata and every partition it knows has its leader."""
    await _ask("kafka", lambda: _kafka_answers(bootstrap), timeout)


async def mongo(url: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:  # noqa: ASYNC109 - see _ask
    """Wait until a ping is answered."""
    async with AsyncMongoClient[dict[str, object]](url, serverSelectionTimeoutMS=1000) as client:
        await _ask("mongo", lambda: _mongo_answers(client), timeout)


async def clickhouse(url: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:  # noqa: ASYNC109 - see _ask
    """Wait until `SELECT 1` gives 1."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
        await _ask("clickhouse", lambda: _clickhouse_answers(client, url), timeout)


async def http(url: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:  # noqa: ASYNC109 - see _ask
    """Wait until `url` answers 200."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
        await _ask(url, lambda: _http_answers(client, url), timeout)


async def _ask(part: str, question: Question, timeout: float) -> None:  # noqa: ASYNC109 - tells the last reason, not only that time is up
    reason: str | None = "it has not been asked yet"
    try:
        async with asyncio.timeout(timeout):
            while reason := await question():
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as error:
        raise NotReady(part, f"after {timeout:g} s, {reason}") from error


async def _kafka_answers(bootstrap: str) -> str | None:
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    try:
        # aiokafka logs every refused connection as an error, so the port is tried first.
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(ANSWER_SECONDS * 1000))
        try:
            await client.bootstrap()
            return _lack_in_metadata(client)
        finally:
            await client.close()
    except (KafkaError, OSError) as error:
        return f"asking {bootstrap} for metadata gave {error!r}"


def _lack_in_metadata(client: AIOKafkaClient) -> str | None:
    cluster = client.cluster
    if not cluster.brokers():
        return "no broker is registered"
    for topic in cluster.topics(exclude_internal_topics=False):
        if cluster.available_partitions_for_topic(topic) != cluster.partitions_for_topic(topic):
            return f"some partitions of {topic} have no leader"
    return None


async def _mongo_answers(client: AsyncMongoClient[dict[str, object]]) -> str | None:
    try:
        await client.admin.command("ping")
    except PyMongoError as error:
        # Without the address: it may hold a password.
        return f"the ping gave {type(error).__name__}"
    return None


async def _clickhouse_answers(client: httpx.AsyncClient, url: str) -> str | None:
    try:
        response = await client.get(url, params={"query": "SELECT 1"})
    except httpx.HTTPError as error:
        return f"SELECT 1 gave {error!r}"
    return None if response.text.strip() == "1" else f"SELECT 1 gave {response.status_code} {response.text[:200]!r}"


async def _http_answers(client: httpx.AsyncClient, url: str) -> str | None:
    try:
        response = await client.get(url)
    except httpx.HTTPError as error:
        return f"it gave {error!r}"
    return None if response.status_code == httpx.codes.OK else f"it gave {response.status_code} {response.text[:200]!r}"
