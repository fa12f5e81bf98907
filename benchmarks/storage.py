"""What a snapshot takes on disk under each way of keeping it, and what that costs at insert, merge and recompute.

The facts are those of weeks of collecting from the sandbox, brought in through the landing tables.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from statistics import median

import psutil
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.candidates import MIGRATED, PLAIN, Candidate, Column, Group, candidates
from benchmarks.collected import Collecting, snapshots
from benchmarks.report import Line
from benchmarks.rig import running_rig
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Snapshot
from metrics_aggregator.domain.touched import Touches
from metrics_aggregator.use_cases.pipeline import ROUTES

# Topic → the tables its snapshots fill.
TABLES: Mapping[str, tuple[str, ...]] = {
    POST_SNAPSHOTS.name: ("post_facts", "traffic_facts"),
    PROFILE_SNAPSHOTS.name: ("account_facts", "audience_facts", "profile_day_facts"),
}
# A profile has sixty days in it.
AT_ONCE = {POST_SNAPSHOTS.name: 5_000, PROFILE_SNAPSHOTS.name: 250}
INSERTED = {POST_SNAPSHOTS.name: 20_000, PROFILE_SNAPSHOTS.name: 500}
COLLECTED_AT_ONCE = 20_000
TOUCHED_POSTS, TOUCHED_ACCOUNTS = 2_000, 100

_COLUMNS = """
SELECT table, name, type,
    if(default_kind = '', '', concat(default_kind, ' ', default_expression)), compression_codec, is_in_sorting_key
FROM system.columns WHERE database = currentDatabase() AND table IN {tables:Array(String)} ORDER BY table, position
"""
_SIZES = """
SELECT table, column, sum(column_data_compressed_bytes)
FROM system.parts_columns
WHERE database = currentDatabase() AND active AND table IN {tables:Array(String)}
GROUP BY table, column
"""
_WIDE = "ALTER TABLE {} MODIFY SETTING min_bytes_for_wide_part = {}, min_rows_for_wide_part = 0"
_USUAL_WIDE = 10 * 2**20

Seconds = tuple[float, float]
"""Wall, and ClickHouse's CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    candidate: str
    bytes: Mapping[str, Mapping[str, int]]
    """Table → column → bytes, when everything is merged."""
    insert: Mapping[str, Seconds]
    merge: Seconds
    recompute: Mapping[str, Seconds]

    def of(self, topic: str) -> int:
        return sum(sum(self.bytes[table].values()) for table in TABLES[topic])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The warehouse with everything in it, and the last of it to be inserted again."""

    client: AsyncClient
    server: psutil.Process
    columns: Sequence[Column]
    snapshots: Mapping[str, int]
    last: Mapping[str, Sequence[Snapshot]]

    async def timed(self, work: Callable[[], Awaitable[object]]) -> Seconds:
        wall, cpu = time.monotonic(), _cpu(self.server)
        await work()
        return time.monotonic() - wall, _cpu(self.server) - cpu


async def storage(collecting: Collecting, *, rounds: int) -> list[Line]:
    async with _stored(collecting) as stored:
        results = [await _measured(stored, candidate, rounds) for candidate in candidates()]
    print(told(results, stored))
    plain, ours = (next(one for one in results if one.candidate == wanted.name) for wanted in (PLAIN, MIGRATED))
    return [_line(topic, ours, plain, results, stored.snapshots[topic]) for topic in TABLES]


def _line(topic: str, ours: Result, plain: Result, results: Sequence[Result], count: int) -> Line:
    said = f"{ours.of(topic) / count:.0f} bytes against {plain.of(topic) / count:.0f}, of {count:,} snapshots"
    ratio = ours.of(topic) / plain.of(topic)
    return Line(name=f"{topic} as kept / LZ4", ratio=ratio, limit=1, at_most=True, n=1, said=said, runs=results)


@asynccontextmanager
async def _stored(collecting: Collecting) -> AsyncIterator[Stored]:
    async with running_rig(parts=("clickhouse",)) as rig, rig.database("storage") as client:
        told, counts = snapshots(collecting), dict.fromkeys(TABLES, 0)
        last: dict[str, list[Snapshot]] = {topic: [] for topic in TABLES}
        while some := list(islice(told, COLLECTED_AT_ONCE)):
            for topic, found in _by_topic(some).items():
                await _insert(client, topic, found)
                counts[topic] += len(found)
                last[topic] = [*last[topic], *found][-INSERTED[topic] :]
            print(f"inserted {counts}")
        tables = [table for tables in TABLES.values() for table in tables]
        rows = (await client.query(_COLUMNS, parameters={"tables": tables})).result_rows
        columns = [
            Column(table=table, name=name, type=kind, default=default, codec=codec, is_key=bool(is_key))
            for table, name, kind, default, codec, is_key in rows
        ]
        server = psutil.Process(rig.pids["clickhouse"])
        yield Stored(client=client, server=server, columns=columns, snapshots=counts, last=last)


def _by_topic(some: Sequence[Snapshot]) -> Mapping[str, list[Snapshot]]:
    return {topic: [one for one in some if one.record.topic == topic] for topic in TABLES}


async def _insert(client: AsyncClient, topic: str, some: Sequence[Snapshot]) -> None:
    warehouse, step = ClickHouseWarehouse(client), AT_ONCE[topic]
    for values in _portions([one.value for one in some], step):
        await warehouse.insert(ROUTES[topic].landing, values)


def _portions(values: Sequence[bytes], step: int) -> Iterator[Sequence[bytes]]:
    return (values[first : first + step] for first in range(0, len(values), step))


async def _measured(stored: Stored, candidate: Candidate, rounds: int) -> Result:
    await _keep(stored, candidate)
    insert = {topic: await _inserting(stored, topic, rounds) for topic in TABLES}
    merge = await stored.timed(lambda: _merged(stored))
    found = await stored.client.query(_SIZES, parameters={"tables": _tables(stored)})
    sizes: dict[str, dict[str, int]] = {table: {} for table in _tables(stored)}
    for table, column, size in found.result_rows:
        sizes[table][column] = int(size)
    recompute = {topic: await _recomputing(stored, topic, rounds) for topic in TABLES}
    result = Result(candidate=candidate.name, bytes=sizes, insert=insert, merge=merge, recompute=recompute)
    print(_row(result, stored))
    return result


async def _keep(stored: Stored, candidate: Candidate) -> None:
    """Change the columns, and wait for those whose type is another."""
    for table in _tables(stored):
        changes = [candidate.changes(column) for column in stored.columns if column.table == table]
        await stored.client.command(f"ALTER TABLE {table} {', '.join(changes)} SETTINGS mutations_sync = 1")
        await stored.client.command(_WIDE.format(table, _USUAL_WIDE))


async def _inserting(stored: Stored, topic: str, rounds: int) -> Seconds:
    """Once more what is there: of the same key one stays, so nothing grows."""
    measured = []
    for _ in range(rounds):
        await stored.client.command("SYSTEM STOP MERGES")
        measured.append(await stored.timed(lambda: _insert(stored.client, topic, stored.last[topic])))
        await stored.client.command("SYSTEM START MERGES")
    return _median(measured)


async def _merged(stored: Stored) -> None:
    for table in _tables(stored):
        # Of a compact part ClickHouse does not say what each column takes.
        await stored.client.command(_WIDE.format(table, 0))
        await stored.client.command(f"OPTIMIZE TABLE {table} FINAL")


async def _recomputing(stored: Stored, topic: str, rounds: int) -> Seconds:
    """As after a batch that touches many posts, or accounts."""
    route, warehouse = ROUTES[topic], ClickHouseWarehouse(stored.client)
    touches = Touches(_touched(stored.last[topic]))

    async def recompute() -> None:
        for touched in route.touched(touches):
            await warehouse.recompute(route.rollups, touched)

    return _median([await stored.timed(recompute) for _ in range(rounds)])


def _touched(last: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """The last snapshot of each post, or account, of as many as are touched."""
    things = {(one.account, one.post_id): one for one in last}
    return list(things.values())[: TOUCHED_POSTS if last[0].post_id else TOUCHED_ACCOUNTS]


def _median(measured: Sequence[Seconds]) -> Seconds:
    return median(wall for wall, _ in measured), median(cpu for _, cpu in measured)


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _tables(stored: Stored) -> list[str]:
    return list(dict.fromkeys(column.table for column in stored.columns))


def told(results: Sequence[Result], stored: Stored) -> str:
    """Bytes per snapshot: of each candidate in all, then of each group and column."""
    lines = [_row(result, stored) for result in results]
    names = " | ".join(result.candidate for result in results)
    for topic in TABLES:
        columns, count = [one for one in stored.columns if one.table in TABLES[topic]], stored.snapshots[topic]
        lines.append(f"\n{topic}: bytes per snapshot | {names}")
        lines += [_cells(group, [one for one in columns if one.group is group], results, count) for group in Group]
        lines += [_cells(f"  {one.table}.{one.name}", [one], results, count) for one in columns]
    return "\n".join(lines)


def _cells(name: str, columns: Sequence[Column], results: Sequence[Result], count: int) -> str:
    sizes = (sum(result.bytes[one.table].get(one.name, 0) for one in columns) / count for result in results)
    return " | ".join([name, *(f"{size:.2f}" for size in sizes)])


def _row(result: Result, stored: Stored) -> str:
    cells = [result.candidate]
    for topic in TABLES:
        inserted, recomputed = result.insert[topic], result.recompute[topic]
        cells += [
            f"{result.of(topic) / stored.snapshots[topic]:.1f} B",
            f"insert {inserted[0]:.2f} s, CPU {inserted[1]:.2f} s",
            f"recompute {recomputed[0]:.2f} s, CPU {recomputed[1]:.2f} s",
        ]
    return " | ".join([*cells, f"merge {result.merge[0]:.2f} s, CPU {result.merge[1]:.2f} s"])
