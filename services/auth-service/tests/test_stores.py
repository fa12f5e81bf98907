"""The stores on the database's real protocol: who wins a race, what is kept in clear, what waits in the outbox."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pymongo import AsyncMongoClient

from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap import Stores
from auth_service.domain.connect_state import Asker, new_state
from auth_service.domain.connection import Connection, Profile, account_event
from auth_service.domain.errors import StoreUnavailable
from auth_service.domain.grant import Grant, Issued, first_tokens
from auth_service.domain.identity import Person
from auth_service.domain.record import fingerprint
from auth_service.use_cases.creating import Creating
from common.documents import store
from common.events import AccountChange, AccountStatus, AccountV1

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ASKER = Asker(workspace_id=uuid4(), channel="tiktok", browser_sha256=fingerprint("b"), user_id=uuid4())
WORKSPACE = UUID("01900000-0000-7000-8000-0000000000aa")


def grant(version: int = 1) -> Grant:
    issued = Issued.model_validate(
        {"open_id": "open-1", "access_token": f"act.{version}", "refresh_token": "rft.1", "scopes": ("video.list",)}
    )
    tokens = first_tokens(issued, NOW)
    return Grant(app_id="7123", open_id="open-1", tokens=tokens, token_version=version, granted_at=NOW)


def connection(owner: Person, *, open_id: str = "open-1") -> Connection:
    return Connection(
        account_id=SystemSecrets().new_id(),
        workspace_id=owner.workspace_id,
        channel="tiktok",
        app_id="7123",
        open_id=open_id,
        status=AccountStatus.CONNECTED,
        profile=Profile(username="northlight"),
        scopes=("video.list",),
        grant_version=1,
        connected_at=NOW,
        changed_at=NOW,
        revision=1,
    )


async def add(stores: Stores, one: Connection) -> bool:
    return await stores.connections.add(one, account_event(one, AccountChange.CONNECTED))


async def lose(stores: Stores, one: Connection) -> bool:
    lost = one.lost("refused", NOW)
    return await stores.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST))


async def test_a_state_is_given_to_one_of_many(stores: Stores) -> None:
    state = new_state(state="s", asker=ASKER, at=NOW)
    await stores.states.add(state)
    taken = await asyncio.gather(*(stores.states.take(fingerprint("s")) for _ in range(10)))
    assert [one for one in taken if one] == [state]


async def test_one_of_many_writers_of_a_token_version_wins(stores: Stores) -> None:
    assert await stores.grants.add(grant(), WORKSPACE)
    assert not await stores.grants.add(grant(), WORKSPACE)
    wins = await asyncio.gather(*(stores.grants.replace(grant(2), from_version=1) for _ in range(10)))
    assert wins.count(True) == 1
    kept = await stores.grants.get("7123", "open-1")
    assert kept is not None
    assert (kept.token_version, kept.tokens.access_token.get_secret_value()) == (2, "act.2")


async def test_one_of_many_gets_the_lease_until_it_ends(stores: Stores) -> None:
    await stores.grants.add(grant(), WORKSPACE)
    until = NOW + timedelta(seconds=30)
    got = await asyncio.gather(*(stores.grants.lease(grant(), at=NOW, until=until) for _ in range(10)))
    assert got.count(True) == 1
    assert not await stores.grants.lease(grant(), at=NOW + timedelta(seconds=29), until=until)
    later = NOW + timedelta(seconds=60)
    assert await stores.grants.lease(grant(), at=NOW + timedelta(seconds=30), until=later), "its holder has died"
    await stores.grants.end_lease(grant(), until=until)
    assert not await stores.grants.lease(grant(), at=NOW, until=later), "the dead one's lease is not the new one's"
    assert not await stores.grants.lease(grant(2), at=later, until=later), "another version"


async def test_an_account_is_in_a_workspace_once(stores: Stores, owner: Person, stranger: Person) -> None:
    wins = await asyncio.gather(*(add(stores, connection(owner)) for _ in range(10)))
    assert wins.count(True) == 1
    assert await add(stores, connection(stranger)), "another workspace's is another account"
    assert len(await stores.connections.of_workspace(owner.workspace_id)) == 1
    assert len(await stores.connections.of_grant("7123", "open-1")) == 2


async def test_one_of_many_changes_of_a_revision_wins_and_leaves_one_event(stores: Stores, owner: Person) -> None:
    one = connection(owner)
    await add(stores, one)
    wins = await asyncio.gather(*(lose(stores, one) for _ in range(10)))
    assert wins.count(True) == 1
    [unsent] = await stores.connections.outbox.unsent()
    assert [event.revision for event in unsent.events if isinstance(event, AccountV1)] == [1, 2]


async def test_only_acknowledged_events_leave_the_outbox(stores: Stores, owner: Person) -> None:
    one = connection(owner)
    await add(stores, one)
    [unsent] = await stores.connections.outbox.unsent()
    await lose(stores, one)
    await stores.connections.outbox.acknowledged(unsent)
    [later] = await stores.connections.outbox.unsent()
    assert [event.revision for event in later.events if isinstance(event, AccountV1)] == [2]
    await stores.connections.outbox.acknowledged(later)
    assert await stores.connections.outbox.unsent() == []


async def test_a_record_comes_back_as_it_was(stores: Stores, owner: Person) -> None:
    one = connection(owner)
    await add(stores, one)
    assert await stores.connections.get(one.account_id) == one
    found = await stores.connections.find(workspace_id=owner.workspace_id, channel="tiktok", open_id="open-1")
    assert found == one


async def test_creating_a_workspace_twice_changes_nothing(creating: Creating, stores: Stores, owner: Person) -> None:
    user = await stores.users.by_email("ada@example.test")
    assert user is not None
    assert user.user_id == owner.user_id
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace is not None
    assert (workspace.timezone, workspace.members[0].role) == ("Europe/Berlin", "owner")
    assert len(await stores.workspaces.outbox.unsent()) == 1
    assert len(await stores.keys.outbox.unsent()) == 1


async def test_no_token_is_kept_in_clear(stores: Stores, database: store.Database) -> None:
    await stores.grants.add(grant(), WORKSPACE)
    kept = str(await database.collection("grants").find_one({}))
    assert "open-1" in kept
    assert "act." not in kept
    assert "rft." not in kept


async def test_a_database_that_is_away_is_told_without_its_address() -> None:
    async with store.opened(
        "mongodb://someone:hunter2@127.0.0.1:9/?serverSelectionTimeoutMS=200", "auth", failed=StoreUnavailable
    ) as database:
        with pytest.raises(StoreUnavailable) as caught:
            await database.ping()
    assert "hunter2" not in str(caught.value)


async def test_indexes_are_made_and_made_again(
    database: store.Database, stores: Stores, mongo_url: str, database_name: str
) -> None:
    await make_indexes(database)
    async with AsyncMongoClient[dict[str, object]](mongo_url) as client:
        indexes = await client[database_name].connections.index_information()
    assert indexes["workspace_id_1_channel_1_open_id_1"]["unique"] is True
