"""A lane: batches are merged, written while a recompute runs, recomputed together, acknowledged last and in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from common.events import Message
from common.events.dead_letter import Record
from common.events.topics import POST_SNAPSHOTS
from common.runtime.clock import WallClock
from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.use_cases.lane import Lane, Pace
from metrics_aggregator.use_cases.pipeline import Pipeline

ACCOUNT = UUID(int=7)


@dataclass
class Store:
    """A warehouse that writes down what is asked of it, and can be held up."""

    done: list[str] = field(default_factory=list)
    inserting: asyncio.Event = field(default_factory=asyncio.Event)
    recomputing: asyncio.Event = field(default_factory=asyncio.Event)

    def faults(self, snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
        return iter(())

    async def insert(self, landing: str, snapshots: Sequence[Snapshot]) -> None:
        await self.inserting.wait()
        self.done.append(f"insert {len(snapshots)}")

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> Mapping[Account, int]:
        self.done.append(f"recompute {' '.join(touched.posts)}")
        await self.recomputing.wait()
        return dict.fromkeys(touched.accounts, 1)

    async def check(self) -> None: ...

    async def publish(self, messages: Sequence[Message]) -> None:
        self.done.append(f"tell {len(messages)}")

    async def retry(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        await step()

    def batch_done(self, topic: str, *, taken: int, refused: int) -> None: ...

    def dead_lettered(self, topic: str, code: str) -> None: ...

    def erased(self, topic: str, records: int) -> None: ...

    def step_failed(self, what: str) -> None: ...


@dataclass
class Line:
    """A lane at work, and what it acknowledged."""

    lane: Lane
    store: Store
    acknowledged: list[str] = field(default_factory=list)
    waiting: int = 0

    async def take(self, name: str, posts: str) -> None:
        await self.lane.take([_record(post) for post in posts], lambda: self.acknowledged.append(name))

    async def until(self, *done: str) -> None:
        async with asyncio.timeout(30):
            while self.store.done != list(done):
                await asyncio.sleep(0.001)

    async def until_acknowledged(self, *names: str) -> None:
        async with asyncio.timeout(30):
            while self.acknowledged != list(names):
                await asyncio.sleep(0.001)


def _record(post: str) -> Record:
    headers = {"ce_workspaceid": str(UUID(int=1)), "ce_subject": post, "ce_time": "2026-03-01T12:00:00.000Z"}
    return Record(
        topic=POST_SNAPSHOTS.name,
        partition=0,
        offset=0,
        key=str(ACCOUNT).encode(),
        value=b"{}",
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )


@asynccontextmanager
async def at_work(pace: Pace) -> AsyncIterator[Line]:
    store = Store()
    pipeline = Pipeline(
        contracts=store, warehouse=store, outlet=store, retry=store.retry, wall_clock=WallClock(), observer=store
    )
    line: Line
    line = Line(Lane(pipeline, POST_SNAPSHOTS.name, waiting=lambda: line.waiting, pace=pace), store)
    running = asyncio.ensure_future(line.lane.run())
    try:
        yield line
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_small_batches_become_one_insert_and_one_recompute() -> None:
    async with at_work(Pace(rows_at_once=4, gather_seconds=60)) as line:
        line.store.inserting.set()
        line.store.recomputing.set()
        await line.take("first", "ab")
        await line.take("second", "bc")
        await line.until_acknowledged("first", "second")
        assert line.store.done == ["insert 4", "recompute a b c", "tell 1"]


async def test_what_gathered_during_an_insert_goes_together_up_to_a_bound() -> None:
    async with at_work(Pace(rows_at_once=1, most_rows=3)) as line:
        line.store.recomputing.set()
        for name in "abcde":
            await line.take(name, name)
        line.store.inserting.set()
        await line.until_acknowledged(*"abcde")
        inserts = [done for done in line.store.done if done.startswith("insert")]
        assert inserts in (["insert 1", "insert 3", "insert 1"], ["insert 3", "insert 2"])


async def test_a_lonely_record_does_not_wait_for_company() -> None:
    async with at_work(Pace(rows_at_once=5_000, gather_seconds=0.01)) as line:
        line.store.inserting.set()
        line.store.recomputing.set()
        await line.take("only", "a")
        await line.until_acknowledged("only")


async def test_facts_are_written_during_a_recompute_and_acknowledged_after_their_own() -> None:
    async with at_work(Pace(rows_at_once=1, most_rows=1)) as line:
        line.store.inserting.set()
        await line.take("first", "a")
        await line.until("insert 1", "recompute a")
        await line.take("second", "b")
        await line.take("third", "c")
        await line.until("insert 1", "recompute a", "insert 1", "insert 1")
        assert line.acknowledged == []
        line.store.recomputing.set()
        await line.until_acknowledged("first", "second", "third")
        assert line.store.done[-3:] == ["tell 1", "recompute b c", "tell 1"]


async def test_while_far_behind_facts_come_first() -> None:
    async with at_work(Pace(rows_at_once=2, most_rows=2, stale_seconds=60)) as line:
        line.store.inserting.set()
        line.store.recomputing.set()
        line.waiting = 1_000
        await line.take("first", "ab")
        await line.take("second", "cd")
        await line.until("insert 2", "insert 2")
        line.waiting = 0
        await line.take("third", "e")
        await line.until_acknowledged("first", "second", "third")
        recomputed = [done for done in line.store.done if done.startswith("recompute")]
        assert recomputed in (["recompute a b c d", "recompute e"], ["recompute a b c d e"])


async def test_rollups_are_not_left_stale_however_far_behind() -> None:
    async with at_work(Pace(rows_at_once=1, most_rows=1, stale_seconds=0.01)) as line:
        line.store.inserting.set()
        line.store.recomputing.set()
        line.waiting = 1_000_000
        await line.take("first", "a")
        await line.until_acknowledged("first")


async def test_what_is_open_is_bounded() -> None:
    async with at_work(Pace(rows_at_once=1, most_rows=1, rows_open=2)) as line:
        line.store.inserting.set()
        line.waiting = 1_000_000
        for name in "abc":
            await line.take(name, name)
        await line.until("insert 1", "insert 1", "recompute a b")
        line.store.recomputing.set()
        line.waiting = 0
        await line.until_acknowledged("a", "b", "c")


async def test_a_full_lane_takes_no_more() -> None:
    async with at_work(Pace(rows_at_once=1, most_rows=1, rows_ahead=2)) as line:
        line.store.recomputing.set()
        await line.take("in flight", "a")
        await line.take("first", "bc")
        waits = asyncio.ensure_future(line.take("second", "d"))
        await asyncio.wait({waits}, timeout=0.05)
        assert not waits.done()
        line.store.inserting.set()
        await waits
        await line.until_acknowledged("in flight", "first", "second")


async def test_a_failure_ends_the_lane_and_acknowledges_nothing() -> None:
    class Broken(Store):
        async def insert(self, landing: str, snapshots: Sequence[Snapshot]) -> None:
            raise OSError("the disk is gone")

    store, acknowledged = Broken(), list[str]()
    pipeline = Pipeline(
        contracts=store, warehouse=store, outlet=store, retry=store.retry, wall_clock=WallClock(), observer=store
    )
    lane = Lane(pipeline, POST_SNAPSHOTS.name, waiting=lambda: 0)
    running = asyncio.ensure_future(lane.run())
    await lane.take([_record("a")], lambda: acknowledged.append("a"))
    await asyncio.wait({running}, timeout=5)
    assert isinstance(running.exception(), ExceptionGroup)
    assert acknowledged == []
