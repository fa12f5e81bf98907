"""The embedded Mongo under kill -9, SIGTERM, a second process and a grown file."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError, PyMongoError

from embedded import ports, readiness

from .mongo_kills import survive_kills
from .servers import MongoServer, ended_with_line

Document = dict[str, Any]


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoServer]:
    with MongoServer(tmp_path_factory.mktemp("durable") / "mongo") as server:
        yield await server.start()


async def test_kill_9_loses_no_acknowledged_write(server: MongoServer) -> None:
    assert await survive_kills(server, rounds=2) > 100


async def test_a_second_process_on_the_folder_says_one_line_and_harms_nothing(server: MongoServer) -> None:
    status, said = await ended_with_line("embedded.mongo", "--data", str(server.folder), "--port", str(_free_port()))
    assert (status, len(said)) == (1, 1)
    assert "mongo is running already" in said[0]
    assert str(server.folder) in said[0]
    async with AsyncMongoClient[Document](server.url) as client:
        assert (await client.admin.command("ping"))["ok"] == 1


async def test_a_busy_port_is_one_line_too(server: MongoServer, tmp_path: Path) -> None:
    status, said = await ended_with_line("embedded.mongo", "--data", str(tmp_path), "--port", str(server.port))
    assert (status, len(said)) == (1, 1)
    assert f"127.0.0.1:{server.port}: the port is in use" in said[0]


async def test_a_file_that_is_no_store_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "store.mv").write_bytes(random.Random(1).randbytes(20_000))
    status, said = await ended_with_line("embedded.mongo", "--data", str(tmp_path), "--port", str(_free_port()))
    assert (status, len(said)) == (1, 1)
    assert f"mongo cannot open {tmp_path}/store.mv" in said[0]


async def test_sigterm_ends_it_within_two_seconds_and_data_and_indexes_stay(server: MongoServer) -> None:
    async with AsyncMongoClient[Document](server.url) as client:
        await client.auth.users.create_index("email", unique=True)
        await client.auth.users.insert_one({"_id": 1, "email": "a@example.org"})
        assert server.stop() == 0
    await server.start()
    async with AsyncMongoClient[Document](server.url) as client:
        with pytest.raises(DuplicateKeyError):
            await client.auth.users.insert_one({"email": "a@example.org"})
        assert await client.auth.users.find_one() == {"_id": 1, "email": "a@example.org"}


MOST_STOPS = 8


async def test_a_stop_gives_the_space_of_deleted_documents_back_even_if_one_was_killed_in_it(
    server: MongoServer,
) -> None:
    await _fill_and_empty(server)
    grown = _file_size(server)
    os.kill(server.pid, signal.SIGTERM)
    await asyncio.sleep(0.06)  # Into the compaction; killed at any other moment the rest must hold as well.
    server.kill()
    await _expect_the_kept(await server.start())
    assert grown > 16_000_000
    # A stop compacts for a limited time only: how many it takes depends on the machine.
    for _ in range(MOST_STOPS):
        assert server.stop() == 0
        if _file_size(server) < grown / 4:
            break
        await _expect_the_kept(await server.start())
    assert _file_size(server) < grown / 4
    await _expect_the_kept(await server.start())


# Starts the part where no file may become larger: what a full disk does, for one process.
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
runpy.run_module("embedded.mongo", run_name="__main__")
"""


async def test_a_write_that_the_disk_refuses_is_not_acknowledged_and_the_process_ends_with_the_reason(
    tmp_path: Path,
) -> None:
    port = _free_port()
    line = (sys.executable, "-c", LIMITED, "--data", str(tmp_path), "--port", str(port))
    process = await asyncio.create_subprocess_exec(*line, stderr=asyncio.subprocess.PIPE)
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true&retryWrites=false"
    await readiness.mongo(url)
    acknowledged = await _insert_until_it_fails(url)
    async with asyncio.timeout(120):
        _, said = await process.communicate()
    assert process.returncode == 1
    assert "mongo cannot write to its file" in said.decode().splitlines()[-1]
    with MongoServer(tmp_path) as server:
        await server.start()
        async with AsyncMongoClient[Document](server.url) as client:
            assert [found["_id"] async for found in client.query.exports.find().sort("_id")] == acknowledged


async def _insert_until_it_fails(url: str) -> list[int]:
    acknowledged = list[int]()
    async with AsyncMongoClient[Document](url, serverSelectionTimeoutMS=200) as client:
        for number in range(50):
            try:
                await client.query.exports.insert_one({"_id": number, "bytes": random.randbytes(200_000)})
            except PyMongoError:
                return acknowledged
            acknowledged.append(number)
    raise AssertionError("10 MB went into a file that may hold 3")


def _free_port() -> int:
    return ports.choose({"mongo": 0})["mongo"]


def _file_size(server: MongoServer) -> int:
    return (server.folder / "store.mv").stat().st_size


async def _fill_and_empty(server: MongoServer) -> None:
    async with AsyncMongoClient[Document](server.url) as client:
        exports = client.query.exports
        for number in range(18):
            await exports.insert_one({"_id": number, "bytes": random.Random(number).randbytes(1_000_000)})
            await exports.insert_one({"_id": f"kept {number}", "number": number})
        await exports.delete_many({"bytes": {"$exists": True}})


async def _expect_the_kept(server: MongoServer) -> None:
    async with AsyncMongoClient[Document](server.url) as client:
        kept = await client.query.exports.find().sort("number").to_list()
    assert kept == [{"_id": f"kept {number}", "number": number} for number in range(18)]
