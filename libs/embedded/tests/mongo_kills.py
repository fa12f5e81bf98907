"""Rounds of kill -9 on the embedded Mongo under writes, and the check that every acknowledged one is there."""

import asyncio
import random
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from .servers import MongoServer

WRITERS = 6


async def survive_kills(server: MongoServer, *, rounds: int) -> int:
    """Kill and restart `rounds` times under load; returns how many writes were acknowledged, all of them found."""
    acknowledged: dict[int, int] = dict.fromkeys(range(WRITERS), 0)
    moments = random.Random(rounds)
    for _ in range(rounds):
        goal = sum(acknowledged.values()) + moments.randint(60, 160)
        await _write_until_killed(server, acknowledged, goal=goal)
        await server.start()
        await _expect_all(server, acknowledged)
    return sum(acknowledged.values())


async def _write_until_killed(server: MongoServer, acknowledged: dict[int, int], *, goal: int) -> None:
    async with AsyncMongoClient[dict[str, Any]](server.url) as patient:
        await patient.soak.events.create_index([("writer", 1), ("n", 1)], unique=True)
    async with AsyncMongoClient[dict[str, Any]](server.url, serverSelectionTimeoutMS=200) as client:
        await _until_known(client)
        async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
            for writer in acknowledged:
                tasks.create_task(_write(client, writer, acknowledged))
            while sum(acknowledged.values()) < goal:
                await asyncio.sleep(0.001)
            server.kill()


async def _until_known(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """The short patience is for the kill, not for the first connection on a busy machine."""
    async with asyncio.timeout(120):
        while True:
            try:
                await client.admin.command("ping")
            except PyMongoError:
                continue
            return


async def _write(client: AsyncMongoClient[dict[str, Any]], writer: int, acknowledged: dict[int, int]) -> None:
    """Insert an event, then count it; `acknowledged` is what the server has answered."""
    database = client.soak
    try:
        while True:
            n = acknowledged[writer] + 1
            # Also after a kill that hit between the write and its answer.
            await database.events.update_one({"writer": writer, "n": n}, {"$set": {"pad": "x" * 300}}, upsert=True)
            await database.counts.update_one({"_id": writer}, {"$max": {"n": n}}, upsert=True)
            acknowledged[writer] = n
    except PyMongoError:
        return  # killed


async def _expect_all(server: MongoServer, acknowledged: dict[int, int]) -> None:
    async with AsyncMongoClient[dict[str, Any]](server.url) as client:
        for writer, n in acknowledged.items():
            found = [event["n"] for event in await client.soak.events.find({"writer": writer}).sort("n").to_list()]
            assert found[:n] == list(range(1, n + 1)), f"writer {writer}: {n} acknowledged, {len(found)} found"
            # At most the one write whose answer the kill swallowed.
            assert len(found) - n in (0, 1)
            counted = await client.soak.counts.find_one({"_id": writer})
            assert (counted or {"n": 0})["n"] in range(n, len(found) + 1)
            # The unique index and the documents say the same.
            assert await client.soak.events.count_documents({"writer": writer, "n": {"$in": found}}) == len(found)
