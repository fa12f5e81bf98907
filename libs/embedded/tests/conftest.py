"""Servers that a whole test run shares."""

import os
from collections.abc import AsyncIterator

import pytest

from .servers import KafkaServer, MongoServer


@pytest.fixture(scope="session")
async def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The server that TOA_TEST_MONGO_URL names, else the embedded one."""
    if given := os.environ.get("TOA_TEST_MONGO_URL"):
        yield given
        return
    with MongoServer(tmp_path_factory.mktemp("part") / "mongo") as server:
        await server.start()
        yield server.url


@pytest.fixture(scope="session")
async def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KafkaServer]:
    with KafkaServer(tmp_path_factory.mktemp("part") / "kafka") as server:
        yield await server.start()
