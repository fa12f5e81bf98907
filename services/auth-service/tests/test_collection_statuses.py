"""What the ingestor tells: kept by its highest revision, followed from the real topic, counted by state."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from auth_service.adapters.collection_statuses import MongoCollectionStatuses
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.stores import Stores
from auth_service.domain.identity import Person
from auth_service.domain.state import ConnectionState
from auth_service.entrypoints.census import LEASE_LIFE, Census
from auth_service.entrypoints.status_follower import StatusFollower
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.viewing import Viewing
from common.bus.publish import Publisher
from common.documents import store
from common.events import CollectionState, CollectionStatusV1, encode
from common.events.envelope import Message
from common.events.topics import COLLECTION_STATUS
from common.runtime.clock import FileClock, jump_clock

from .stand import START
from .test_connecting import connected

DEADLINE_SECONDS = 60.0


def told(account_id: UUID, revision: int, state: CollectionState = CollectionState.SYNCED) -> CollectionStatusV1:
    return CollectionStatusV1(
        workspace_id=account_id,
        account_id=account_id,
        state=state,
        since=START + timedelta(minutes=revision),
        has_days=True,
        revision=revision,
    )


@pytest.fixture
def statuses(database: store.Database) -> MongoCollectionStatuses:
    return MongoCollectionStatuses(database)


async def kept(statuses: MongoCollectionStatuses, account_id: UUID) -> CollectionStatusV1 | None:
    return (await statuses.of_accounts([account_id])).get(account_id)


async def test_the_highest_revision_wins_whatever_the_order(statuses: MongoCollectionStatuses) -> None:
    account_id = SystemSecrets().new_id()
    for seed in range(5):
        revisions = list(range(1, 12))
        random.Random(seed).shuffle(revisions)
        await asyncio.gather(*(statuses.keep(told(account_id, revision)) for revision in revisions))
        assert await kept(statuses, account_id) == told(account_id, 11)
        await statuses.forget(account_id)
    assert await kept(statuses, account_id) is None


async def test_a_status_told_again_changes_nothing(statuses: MongoCollectionStatuses) -> None:
    account_id = SystemSecrets().new_id()
    assert await statuses.keep(told(account_id, 2))
    assert not await statuses.keep(told(account_id, 2, CollectionState.PAUSED))
    assert not await statuses.keep(told(account_id, 1, CollectionState.PAUSED))
    assert await kept(statuses, account_id) == told(account_id, 2)


@pytest.fixture
async def follower(kafka: str, statuses: MongoCollectionStatuses) -> AsyncIterator[StatusFollower]:
    made = StatusFollower(statuses, bootstrap=kafka, registry=CollectorRegistry())
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(made.run())
        yield made
        following.cancel()


async def test_the_topic_is_kept_and_what_nobody_can_read_is_passed_over(
    kafka: str, follower: StatusFollower, statuses: MongoCollectionStatuses
) -> None:
    account_id = SystemSecrets().new_id()
    unreadable = Message(topic=COLLECTION_STATUS.name, key=str(account_id).encode(), value=b"{}", headers=())
    sent = [encode(told(account_id, revision), service="ingestor") for revision in (1, 2)]
    async with Publisher(kafka) as publisher:
        await publisher.publish([sent[0], unreadable, sent[1]])
    async with asyncio.timeout(DEADLINE_SECONDS):
        while await kept(statuses, account_id) != told(account_id, 2):
            await asyncio.sleep(0.02)
    assert await statuses.of_accounts([account_id]) == {account_id: told(account_id, 2)}


async def test_a_state_is_seen_as_soon_as_its_status_is_kept(
    connecting: Connecting, viewing: Viewing, statuses: MongoCollectionStatuses, owner: Person
) -> None:
    connection = await connected(connecting, owner)
    assert (await viewing.one(connection)).standing.state is ConnectionState.CONNECTING
    await statuses.keep(told(connection.account_id, 1, CollectionState.BACKFILLING))
    assert (await viewing.one(connection)).standing.state is ConnectionState.BACKFILLING


async def test_one_replica_counts_connections_by_state_until_it_dies(
    connecting: Connecting,
    viewing: Viewing,
    statuses: MongoCollectionStatuses,
    stores: Stores,
    owner: Person,
    stranger: Person,
    wall: FileClock,
    wall_file: Path,
) -> None:
    mine, _ = await connected(connecting, owner), await connected(connecting, stranger)
    await statuses.keep(told(mine.account_id, 1))
    registries = {name: CollectorRegistry() for name in ("one", "two")}
    one, two = (
        Census(
            viewing=viewing,
            consents=stores.grants,
            leases=stores.leases,
            holder=name,
            wall=wall,
            domain=wall,
            registry=registry,
        )
        for name, registry in registries.items()
    )

    def counted(name: str, state: str) -> float | None:
        return registries[name].get_sample_value("toa_auth_connections", {"state": state})

    await one.count()
    await two.count()
    assert [counted("one", state) for state in ("synced", "connecting", "paused")] == [1, 1, 0]
    assert counted("two", "synced") is None
    jump_clock(wall_file, LEASE_LIFE)
    await two.count()
    await one.count()
    assert (counted("two", "synced"), counted("one", "synced")) == (1, None)


async def test_consents_that_end_soon_are_counted_by_days_left(
    connecting: Connecting,
    viewing: Viewing,
    stores: Stores,
    owner: Person,
    domain: FileClock,
    domain_file: Path,
    wall: FileClock,
) -> None:
    await connected(connecting, owner)
    registry = CollectorRegistry()
    census = Census(
        viewing=viewing,
        consents=stores.grants,
        leases=stores.leases,
        holder="one",
        wall=wall,
        domain=domain,
        registry=registry,
    )

    async def counted() -> list[float | None]:
        await census.count()
        return [registry.get_sample_value("toa_auth_consents_ending", {"within_days": days}) for days in ("3", "30")]

    assert await counted() == [0, 0]
    jump_clock(domain_file, timedelta(days=340))
    assert await counted() == [0, 1]
    jump_clock(domain_file, timedelta(days=23))
    assert await counted() == [1, 1]
    jump_clock(domain_file, timedelta(days=10))
    assert await counted() == [0, 0]
