"""The relay: nothing is lost or overtakes, a crash sends twice, the heartbeat vouches for what came before."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka.errors import KafkaConnectionError
from prometheus_client import CollectorRegistry

from auth_service.adapters.relay import HEARTBEAT_EVERY, Relay
from auth_service.bootstrap import Stores
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.identity import Person
from common.bus.publish import Publisher
from common.documents import store
from common.documents.turn import MongoTurn
from common.events import AccessV1, AccountChange, AccountStatus, AccountV1, Message, decode
from common.events.topics import ACCESS, ACCOUNTS
from common.relay import TURN_LIFE
from common.runtime.clock import FileClock, WallClock, jump_clock

ACCOUNT = UUID("01900000-0000-7000-8000-000000000001")
DEADLINE_SECONDS = 120.0


class Recorder(Publisher):
    """A publisher that keeps what it is given, or fails as Kafka does."""

    def __init__(self) -> None:
        super().__init__("nowhere:1")
        self.sent: list[Message] = []
        self.failures = 0

    async def publish(self, messages: Iterable[Message]) -> None:
        if self.failures:
            self.failures -= 1
            raise KafkaConnectionError("the broker went away")
        self.sent.extend(messages)

    def accounts(self) -> list[int]:
        told = [decode(AccountV1, one.value) for one in self.sent if one.topic == ACCOUNTS.name]
        return [event.revision for event in told]

    def access(self) -> list[str]:
        told = [decode(AccessV1, one.value) for one in self.sent if one.topic == ACCESS.name]
        return [event.access.kind for event in told]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def nudged() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def relay(stores: Stores, recorder: Recorder, wall: FileClock, nudged: asyncio.Event) -> Relay:
    return Relay(
        outboxes=(stores.workspaces.outbox, stores.keys.outbox, stores.connections.outbox),
        publisher=recorder,
        wall=wall,
        nudged=nudged,
        registry=CollectorRegistry(),
    )


@pytest.fixture
async def connection(stores: Stores, owner: Person, wall: FileClock) -> Connection:
    one = Connection(
        account_id=ACCOUNT,
        workspace_id=owner.workspace_id,
        channel="tiktok",
        app_id="7123",
        open_id="open-1",
        status=AccountStatus.CONNECTED,
        profile=Profile(),
        scopes=(),
        grant_version=1,
        connected_at=wall.now(),
        changed_at=wall.now(),
        revision=1,
    )
    assert await stores.connections.add(one, account_event(one, AccountChange.CONNECTED))
    return one


async def lose(stores: Stores, connection: Connection) -> None:
    lost = connection.lost("refused", connection.changed_at)
    assert await stores.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST))


async def test_events_go_out_once_in_order_before_the_heartbeat(
    relay: Relay, stores: Stores, recorder: Recorder, connection: Connection
) -> None:
    await lose(stores, connection)
    await relay.sweep()
    await relay.sweep()
    assert recorder.accounts() == [1, 2]
    assert recorder.access() == ["workspace", "key", "heartbeat"]


async def test_a_failing_kafka_loses_nothing_and_stops_the_heartbeat(
    relay: Relay, recorder: Recorder, connection: Connection
) -> None:
    recorder.failures = 1
    with pytest.raises(KafkaConnectionError):
        await relay.sweep()
    assert recorder.sent == []
    await relay.sweep()
    assert recorder.accounts() == [connection.revision]


def told(message: Message) -> tuple[tuple[str, bytes], ...]:
    """Its headers, but for the trace: each sending is one of its own."""
    return tuple(header for header in message.headers if header[0] != "traceparent")


async def test_a_crash_between_kafka_and_the_removal_sends_twice(
    relay: Relay, stores: Stores, recorder: Recorder, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(stores.connections.outbox, "acknowledged", killed)
        with pytest.raises(KeyboardInterrupt):
            await relay.sweep()
    await relay.sweep()
    first, second = [one for one in recorder.sent if one.topic == ACCOUNTS.name]
    assert (first.key, first.value, told(first)) == (second.key, second.value, told(second))
    assert recorder.accounts() == [connection.revision] * 2


async def test_a_heartbeat_comes_each_second(relay: Relay, recorder: Recorder, wall_file: Path) -> None:
    await relay.sweep()
    jump_clock(wall_file, HEARTBEAT_EVERY - timedelta(milliseconds=100))
    await relay.sweep()
    assert recorder.access() == ["heartbeat"]
    jump_clock(wall_file, timedelta(milliseconds=100))
    await relay.sweep()
    assert recorder.access() == ["heartbeat", "heartbeat"]


async def test_the_running_relay_survives_kafka_and_hears_a_nudge(
    relay: Relay, stores: Stores, recorder: Recorder, connection: Connection, nudged: asyncio.Event
) -> None:
    recorder.failures = 1
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(relay.run())
        await _until(recorder, 1)
        await lose(stores, connection)
        nudged.set()
        await _until(recorder, 2)
        running.cancel()
    assert recorder.accounts() == [1, 2]


async def _until(recorder: Recorder, accounts: int) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while len(recorder.accounts()) < accounts:
            await asyncio.sleep(0.01)


async def test_one_replica_relays_at_a_time_and_the_next_takes_over_when_it_stops_or_dies(
    database: store.Database, wall: FileClock, wall_file: Path
) -> None:
    first, second = MongoTurn(database, "relay"), MongoTurn(database, "relay")

    async def takes(turn: MongoTurn) -> bool:
        return await turn.take(at=wall.now(), until=wall.now() + TURN_LIFE)

    assert sorted(await asyncio.gather(takes(first), takes(second))) == [False, True]
    holder, other = (first, second) if await takes(first) else (second, first)
    assert await takes(holder)
    assert not await takes(other)
    await holder.give(wall.now())
    assert await takes(other)
    jump_clock(wall_file, TURN_LIFE - timedelta(milliseconds=100))
    assert not await takes(holder)
    jump_clock(wall_file, timedelta(milliseconds=200))
    assert await takes(holder)


async def test_a_relay_without_the_turn_sends_nothing_until_it_gets_it(
    stores: Stores, recorder: Recorder, connection: Connection, database: store.Database, nudged: asyncio.Event
) -> None:
    wall = WallClock()
    before = MongoTurn(database, "relay")
    assert await before.take(at=wall.now(), until=wall.now() + timedelta(hours=1))
    relay = Relay(
        outboxes=(stores.connections.outbox,),
        publisher=recorder,
        wall=wall,
        nudged=nudged,
        registry=CollectorRegistry(),
        turn=MongoTurn(database, "relay"),
    )
    nudged.set()
    running = asyncio.ensure_future(relay.run())
    done, _ = await asyncio.wait({running}, timeout=1.5)
    assert (done, recorder.sent) == (set(), [])
    await before.give(wall.now())
    await _until(recorder, 1)
    running.cancel()
    await asyncio.wait({running})
    assert await before.take(at=wall.now(), until=wall.now() + TURN_LIFE), "a relay that stops gives its turn back"
