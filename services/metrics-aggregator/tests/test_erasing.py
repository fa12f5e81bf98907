"""Erasing an account on a real Kafka and ClickHouse: nothing of it is left anywhere, nothing old of it comes back."""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from common.events import (
    CollectionState,
    ErasureRequest,
    ErasureV1,
    LifecycleChange,
    Message,
    ProfileDay,
    Store,
    decode,
    encode,
)
from common.events.topics import ERASURES
from common.runtime.clock import WallClock
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.account_tables import LEDGER, ClickHouseAccountTables
from metrics_aggregator.adapters.group import KafkaGroup, KafkaInputs
from metrics_aggregator.adapters.metrics import Metrics
from metrics_aggregator.adapters.retrying import EndlessRetry
from metrics_aggregator.domain.erasures import Erasure, Ledger
from metrics_aggregator.domain.records import Account
from metrics_aggregator.ports import Places
from metrics_aggregator.rollups import ROLLUPS
from metrics_aggregator.use_cases.erasing import Erasing
from metrics_aggregator.use_cases.pipeline import ROUTES

from .conftest import Rig
from .events_of import collection, connection, labels, lifecycle
from .snapshots import NOON, Source, read_all
from .test_metrics import sample

SOON = timedelta(seconds=180)
ERASED_AT = NOON + timedelta(days=1)
TABLES = """
SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
AND name IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'account_id')
"""


def everything_about(source: Source, *, at: datetime = NOON) -> list[Message]:
    days = [ProfileDay(date=date(2026, 2, 26), values={"video_views": 7})]
    return [
        *(source.post(post, {"likes": 3, "create_time": int(NOON.timestamp())}, at=at) for post in "ab"),
        source.profile({"followers_count": 9}, days, at=at),
        lifecycle(source, "a", LifecycleChange.GONE, at=at),
        labels(source, "a", [uuid4()], revision=1, at=at),
        connection(source, revision=1, at=at),
        collection(source, CollectionState.SYNCED, revision=1, since=at),
    ]


def request(source: Source, *, erased_at: datetime = ERASED_AT) -> Message:
    event = ErasureV1(
        workspace_id=source.workspace_id,
        account_id=source.account_id,
        erased_at=erased_at,
        step=ErasureRequest(),
    )
    return encode(event, service="auth-service")


async def holding(rig: Rig, source: Source) -> dict[str, int]:
    """Table → rows of the account; tables without any are left out."""
    tables = [str(name) for (name,) in (await rig.warehouse.query(TABLES)).result_rows]
    counts = {}
    for table in tables:
        result = await rig.warehouse.query(
            f"SELECT count() FROM {table} WHERE account_id = {{a:UUID}}", parameters={"a": source.account_id}
        )
        counts[table] = int(result.result_rows[0][0])
    return {table: count for table, count in counts.items() if count}


async def until_held(rig: Rig, source: Source) -> dict[str, int]:
    """Wait until everything about the account has come through every table there is for it."""
    named = {"post_facts", "account_facts", "profile_day_facts", "lifecycle_facts", "label_facts"}
    wanted = {*named, "connection_facts", "collection_facts", *ROLLUPS}
    found: dict[str, int] = {}
    async with asyncio.timeout(SOON.total_seconds()):
        while wanted - (found := await holding(rig, source)).keys():
            await asyncio.sleep(0.05)
    return found


async def until_completed(rig: Rig, source: Source) -> ErasureV1:
    key = f"{source.account_id}:{Store.CLICKHOUSE}".encode()
    async with asyncio.timeout(SOON.total_seconds()):
        while not (told := await read_all(rig.kafka, ERASURES.name, key=key)):
            await asyncio.sleep(0.1)
    return decode(ErasureV1, told[0].value)


async def test_nothing_is_left_of_an_erased_account_and_nothing_old_comes_back(rig: Rig) -> None:
    source, other = Source.new(), Source.new()
    # A table of a later release, of which nobody told the erasing.
    await rig.warehouse.command("CREATE TABLE newcomers (account_id UUID) ENGINE = MergeTree ORDER BY account_id")
    await rig.warehouse.insert("newcomers", [[source.account_id], [other.account_id]], column_names=["account_id"])
    await rig.publisher.publish([*everything_about(source), *everything_about(other)])
    await until_held(rig, source)
    before = await until_held(rig, other)
    await rig.publisher.publish([request(source)])
    completed = await until_completed(rig, source)
    assert completed.erased_at == ERASED_AT
    assert await holding(rig, source) == {LEDGER: 1}
    assert (await holding(rig, other)).keys() == before.keys()
    # What is late is dropped; what was observed after the erasure, of an account that came back, is not.
    dropped = await sample(rig, "toa_aggregator_erased_records_total", {})
    await rig.publisher.publish([*everything_about(source), *everything_about(source, at=ERASED_AT)])
    await rig.publisher.publish([source.post("new", {"likes": 5}, at=ERASED_AT + timedelta(milliseconds=1))])
    await source.wait_for_likes(rig.warehouse, {"new": 5}, within=SOON)
    async with asyncio.timeout(SOON.total_seconds()):
        while await sample_of_all(rig) < dropped + 14:
            await asyncio.sleep(0.05)
    assert await holding(rig, source) == {LEDGER: 1, "post_facts": 1, "post_latest": 1, "post_day": 1}
    await rig.warehouse.command("DROP TABLE newcomers")


async def sample_of_all(rig: Rig) -> float:
    return sum([await sample(rig, "toa_aggregator_erased_records_total", {"topic": topic}) for topic in ROUTES])


async def test_a_worker_killed_at_its_erasing_does_it_at_its_next_start(rig: Rig) -> None:
    sources = [Source.new() for _ in range(3)]
    for source in sources:
        await rig.publisher.publish(everything_about(source))
        await until_held(rig, source)
        await rig.publisher.publish([request(source)])
        async with asyncio.timeout(SOON.total_seconds()):
            while LEDGER not in await holding(rig, source):
                await asyncio.sleep(0.005)
        os.kill(rig.supervisor.pids["metrics-aggregator"], signal.SIGKILL)
        await rig.supervisor.restart("metrics-aggregator")
    for source in sources:
        await until_completed(rig, source)
        assert (await holding(rig, source)).keys() == {LEDGER}


class Killed(BaseException):
    """What kill -9 is to the code: nothing of it runs any more."""


@dataclass(slots=True)
class Mortal:
    """The outside of the erasing, of which a number of steps are done and no more."""

    rig: Rig
    tables: ClickHouseAccountTables
    inputs: KafkaInputs
    steps: int
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rig: Rig, *, steps: int) -> "Mortal":
        inputs = KafkaInputs(KafkaGroup(rig.kafka, group="metrics-aggregator"), tuple(ROUTES))
        return cls(rig, ClickHouseAccountTables(rig.warehouse, Placement()), inputs, steps)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """One that fails is tried again, and counts when it is done."""
        if len(self.done) == self.steps:
            raise Killed
        yield
        self.done.append(name)

    async def note(self, erasures: Sequence[Erasure]) -> None:
        with self._step("note"):
            await self.tables.note(erasures)

    async def erase(self, erasures: Sequence[Erasure]) -> int:
        with self._step("erase"):
            return await self.tables.erase(erasures)

    async def ends(self) -> Places:
        with self._step("ends"):
            return await self.inputs.ends()

    async def passed(self, ends: Places) -> bool:
        if await self.inputs.passed(ends):
            with self._step("passed"):
                return True
        return False

    async def publish(self, messages: Sequence[Message]) -> None:
        with self._step(messages[0].topic):
            await self.rig.publisher.publish(messages)


def erasing(outside: Mortal, source: Source) -> tuple[Erasing, Erasure]:
    """As in the worker, with an erasure of which that one does not know."""
    worker = Erasing(
        ledger=Ledger(),
        tables=outside,
        inputs=outside,
        outlet=outside,
        retry=EndlessRetry(Metrics()),
        wall_clock=WallClock(),
        rollups=tuple(ROLLUPS),
        is_mine=lambda: True,
    )
    return worker, Erasure(Account(source.workspace_id, source.account_id), ERASED_AT)


async def test_killed_between_any_two_steps_it_is_begun_anew_and_comes_to_the_same_end(rig: Rig) -> None:
    source = Source.new()
    steps = ["note", "erase", "ends", "passed", "erase", "tiktok.rollups-updated.v1", "toa.erasures.v1"]
    for survived in range(len(steps)):
        await rig.publisher.publish(everything_about(source))
        await until_held(rig, source)
        outside = Mortal.of(rig, steps=survived)
        worker, erasure = erasing(outside, source)
        with pytest.raises(Killed):
            await worker.erase([erasure])
        assert outside.done == steps[:survived]
    assert not await read_all(rig.kafka, ERASURES.name, key=f"{source.account_id}:clickhouse".encode())
    outside = Mortal.of(rig, steps=len(steps))
    worker, erasure = erasing(outside, source)
    await worker.erase([erasure])
    assert (await holding(rig, source)).keys() == {LEDGER}
    assert (await until_completed(rig, source)).erased_at == ERASED_AT


async def test_what_was_under_way_at_the_request_is_waited_for_and_deleted_too(rig: Rig) -> None:
    source = Source.new()
    os.kill(rig.supervisor.pids["metrics-aggregator"], signal.SIGKILL)
    await rig.publisher.publish(everything_about(source))
    outside = Mortal.of(rig, steps=100)
    worker, erasure = erasing(outside, source)
    work = asyncio.ensure_future(worker.erase([erasure]))
    async with asyncio.timeout(SOON.total_seconds()):
        while "ends" not in outside.done:
            await asyncio.sleep(0.05)
    await rig.supervisor.restart("metrics-aggregator")
    # This worker does not know of the erasure: it writes all of it.
    await until_held_or_done(rig, source, work)
    async with asyncio.timeout(SOON.total_seconds()):
        await work
    assert outside.done.index("passed") > outside.done.index("ends")
    assert (await holding(rig, source)).keys() == {LEDGER}


async def until_held_or_done(rig: Rig, source: Source, work: "asyncio.Future[None]") -> None:
    async with asyncio.timeout(SOON.total_seconds()):
        while "post_facts" not in await holding(rig, source):
            assert not work.done(), "it was called complete before what was under way had come in"
            await asyncio.sleep(0.02)
