"""Kills the embedded ClickHouse in the middle of inserts, and counts what it had acknowledged."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from .clickhouse_server import EmbeddedClickHouse

ROWS = 200
WRITERS = 4
ACKNOWLEDGED_PER_ROUND = 25


@dataclass(slots=True)
class Tally:
    sent: Iterator[int] = field(default_factory=itertools.count)
    acknowledged: set[int] = field(default_factory=set)


async def kill_while_inserting(folder: Path, *, rounds: int) -> None:
    """Fails when an acknowledged batch is not there whole after any kill, or another one is there in part."""
    tally = Tally()
    with EmbeddedClickHouse(folder) as server:
        await server.start()
        server.ask("CREATE DATABASE kills")
        server.ask("CREATE TABLE kills.rows (batch UInt32, n UInt32) ENGINE = MergeTree ORDER BY (batch, n)")
        for _ in range(rounds):
            await _insert_until_killed(server, tally)
            await server.start()
            _check(server, tally)
        assert server.stop() == 0


async def _insert_until_killed(server: EmbeddedClickHouse, tally: Tally) -> None:
    enough = len(tally.acknowledged) + ACKNOWLEDGED_PER_ROUND
    async with httpx.AsyncClient(timeout=30) as http, asyncio.TaskGroup() as tasks:
        writers = [tasks.create_task(_write(http, server.url, tally)) for _ in range(WRITERS)]
        while len(tally.acknowledged) < enough:
            assert not any(writer.done() for writer in writers), "a writer was refused before the kill"
            await asyncio.sleep(0.005)
        server.kill()


async def _write(http: httpx.AsyncClient, url: str, tally: Tally) -> None:
    for batch in tally.sent:
        rows = "\n".join(f'{{"batch":{batch},"n":{n}}}' for n in range(ROWS))
        try:
            answer = await http.post(url, content=f"INSERT INTO kills.rows FORMAT JSONEachRow\n{rows}")
        except httpx.TransportError:
            return
        assert answer.status_code == 200, answer.text
        tally.acknowledged.add(batch)


def _check(server: EmbeddedClickHouse, tally: Tally) -> None:
    counted = server.ask("SELECT batch, count() FROM kills.rows GROUP BY batch").split()
    stored = dict(zip(map(int, counted[::2]), map(int, counted[1::2]), strict=True))
    assert set(stored) >= tally.acknowledged
    assert set(stored.values()) == {ROWS}
    assert server.ask("CHECK TABLE kills.rows SETTINGS check_query_single_value_result = 1") == "1\n"
