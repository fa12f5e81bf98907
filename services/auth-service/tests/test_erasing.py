"""Erasing: who may, in which order everything goes, what is left, and what the receipt says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.erasure import GIVING_BACK_TRIED_FOR, PARTING, Erasure
from auth_service.domain.errors import Busy, InvalidInput, NotAllowed, NotFound, SecretUnreadable, WorkspaceErased
from auth_service.domain.identity import Person
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.letting_go import LettingGo
from common.documents import store
from common.events import AccessV1, AccountV1, ErasureCompletion, ErasureV1, Role, Store
from common.runtime.clock import jump_clock

from .http_face import problem
from .test_keeping_tokens import colleagues
from .test_lending_tokens import Script, connect, connection
from .test_letting_go import REVOKE, revocations

NAME = "northlight"


@pytest.fixture
async def account_id(connecting: Connecting, owner: Person) -> UUID:
    return await connect(connecting, owner)


async def events(stores: Stores) -> list[ErasureV1]:
    unsent = [event for one in await stores.erasures.outbox.unsent() for event in one.events]
    return [event for event in unsent if isinstance(event, ErasureV1)]


def steps(told: list[ErasureV1]) -> list[str]:
    return [event.step.store if isinstance(event.step, ErasureCompletion) else event.step.kind for event in told]


async def complete(stores: Stores, erasure: Erasure, store: Store, at: datetime) -> None:
    assert erasure.erased_at is not None
    for account in erasure.accounts:
        step = ErasureCompletion(store=store, completed_at=at)
        event = ErasureV1(workspace_id=erasure.workspace_id, account_id=account, erased_at=erasure.erased_at, step=step)
        await stores.erasures.complete(event)
        await stores.erasures.complete(event)


async def again(stores: Stores, erasure: Erasure) -> Erasure:
    found = await stores.erasures.get(erasure.erasure_id)
    assert found is not None
    return found


async def asked(erasing: Erasing, stores: Stores, erasure: Erasure, wall_file: Path) -> Erasure:
    """The erasure when the other stores have been asked."""
    await erasing.go_on()
    jump_clock(wall_file, PARTING + timedelta(seconds=1))
    await erasing.go_on()
    return await again(stores, erasure)


async def to_the_end(erasing: Erasing, stores: Stores, erasure: Erasure, wall_file: Path) -> Erasure:
    await asked_for(erasing, stores, erasure, wall_file)
    await erasing.go_on()
    return await again(stores, erasure)


async def test_an_account_goes_step_by_step_and_its_empty_record_is_last(
    erasing: Erasing,
    letting_go: LettingGo,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    wall_file: Path,
) -> None:
    erasure = await erasing.request_account(owner, account_id, confirm=NAME)
    await erasing.go_on()
    assert (await connection(stores, account_id)).status == "disconnected"
    await erasing.go_on()
    assert await events(stores) == [], "whoever collects hears of the disconnection first"
    jump_clock(wall_file, PARTING + timedelta(seconds=1))
    await erasing.go_on()
    named = await again(stores, erasure)
    assert named.erased_at is not None
    assert named.erased_at >= (await connection(stores, account_id)).changed_at
    assert steps(await events(stores)) == ["request"]
    await complete(stores, named, Store.INGESTOR, erasing.wall.now())
    await complete(stores, named, Store.CLICKHOUSE, erasing.wall.now())
    await letting_go.let_go()
    await erasing.go_on()
    assert (await connection(stores, account_id)).status == "disconnected", "a store is missing"
    await complete(stores, named, Store.QUERY, erasing.wall.now())
    await erasing.go_on()
    assert steps(await events(stores)) == ["request", "auth"]
    assert (await again(stores, erasure)).done_at is not None
    told = [event for one in await stores.connections.outbox.unsent() for event in one.events]
    assert [event.change for event in told if isinstance(event, AccountV1)] == ["connected", "disconnected", "erased"]


async def test_nothing_personal_is_left_of_the_account(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    database: store.Database,
    wall_file: Path,
) -> None:
    await database.collection("notices").insert(
        {"_id": "n", "kind": "lost_access", "values": {"account": "Northlight", "account_id": str(account_id)}}
    )
    erasure = await erasing.request_account(owner, account_id, confirm=NAME)
    await to_the_end(erasing, stores, erasure, wall_file)
    [unsent] = await stores.connections.outbox.unsent()
    *_, last = unsent.events
    assert isinstance(last, AccountV1)
    assert (last.status, last.open_id, last.username, last.avatar_url) == ("erased", None, None, None)
    await stores.connections.outbox.acknowledged(unsent)
    for name in ("connections", "grants", "pendings", "notices", "erasures"):
        stored = str(await database.collection(name).find({})).casefold()
        assert "northlight" not in stored, name
        assert "open-1" not in stored, name
    assert await connecting.list(owner) == []
    with pytest.raises(NotFound):
        await connecting.one(owner, account_id)
    with pytest.raises(NotFound):
        await erasing.letting_go.disconnect(owner, account_id)


async def test_another_workspace_keeps_its_account_and_the_consent(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    stranger: Person,
    account_id: UUID,
    asked: list[httpx.Request],
    wall_file: Path,
) -> None:
    theirs = await connect(connecting, stranger)
    erasure = await erasing.request_workspace(owner, confirm="Studio")
    done = await to_the_end(erasing, stores, erasure, wall_file)
    assert (done.accounts, done.done_at is not None) == ((account_id,), True)
    assert revocations(asked) == 0
    assert (await connection(stores, theirs)).status == "connected"
    grant = await stores.grants.get("7123", "open-1")
    assert grant is not None
    await stores.workspace_keys.shred(stranger.workspace_id, erasing.wall.now())
    with pytest.raises(SecretUnreadable):
        await stores.grants.get("7123", "open-1")


async def test_a_workspace_loses_its_name_people_and_keys_and_who_asked_reads_the_receipt(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    database: store.Database,
    asked: list[httpx.Request],
    wall_file: Path,
) -> None:
    await colleagues(stores, owner)
    erasure = await erasing.request_workspace(owner, confirm="Studio")
    done = await to_the_end(erasing, stores, erasure, wall_file)
    await erasing.go_on()
    assert revocations(asked) == 1
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace is not None
    assert (workspace.name, [member.user_id for member in workspace.members]) == ("Erased workspace", [owner.user_id])
    key = await stores.keys.any_of(owner.workspace_id)
    assert key is not None
    assert key.revoked
    told = [event for one in await stores.keys.outbox.unsent() for event in one.events]
    assert [getattr(event.access, "revoked", None) for event in told if isinstance(event, AccessV1)] == [False, True]
    assert (await erasing.one(owner, erasure.erasure_id)) == done
    notices = await database.collection("notices").find({"kind": "erasure_done"}, sort=[("email", 1)])
    assert [one["email"] for one in notices] == ["ada@example.test", "admin@example.test"]
    with pytest.raises(WorkspaceErased):
        await connect(connecting, owner)


async def test_killed_between_any_two_steps_it_goes_on_where_it_stands(
    erasing: Erasing, stores: Stores, owner: Person, account_id: UUID, wall_file: Path
) -> None:
    class Killed(Exception):
        pass

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    erasure = await erasing.request_workspace(owner, confirm="Studio")
    named = await asked_for(erasing, stores, erasure, wall_file)
    places = (
        (stores.grants, "unshare"),
        (stores.traces, "remove_all"),
        (stores.workspace_keys, "shred"),
        (stores.notices, "add"),
        (stores.closing, "close"),
        (stores.connections, "replace"),
        (stores.erasures, "replace"),
    )
    for owning, name in places:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(owning, name, killed)
            with pytest.raises(Killed):
                await erasing.go_on()
    await asyncio.gather(*(replace(erasing).go_on() for _ in range(3)))
    assert (await again(stores, named)).done_at is not None
    assert steps(await events(stores)) == ["request", "auth"]
    assert (await connection(stores, account_id)).status == "erased"


async def asked_for(erasing: Erasing, stores: Stores, erasure: Erasure, wall_file: Path) -> Erasure:
    named = await asked(erasing, stores, erasure, wall_file)
    await erasing.letting_go.let_go()
    for one in (Store.INGESTOR, Store.QUERY, Store.CLICKHOUSE):
        await complete(stores, named, one, erasing.wall.now())
    return named


async def test_an_erasure_waits_a_day_for_tiktok_and_then_goes_on_without(
    erasing: Erasing,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    script: Script,
    wall_file: Path,
) -> None:
    script[REVOKE] = [httpx.Response(500)] * 9
    erasure = await erasing.request_account(owner, account_id, confirm=NAME)
    await asked_for(erasing, stores, erasure, wall_file)
    await erasing.go_on()
    assert (await again(stores, erasure)).done_at is None
    jump_clock(wall_file, GIVING_BACK_TRIED_FOR)
    await erasing.go_on()
    assert (await again(stores, erasure)).done_at is not None
    assert await stores.grants.get("7123", "open-1") is None


async def test_an_account_being_erased_cannot_be_connected_again_and_afterwards_is_another(
    erasing: Erasing,
    connecting: Connecting,
    stores: Stores,
    owner: Person,
    account_id: UUID,
    wall_file: Path,
    domain_file: Path,
) -> None:
    erasure = await erasing.request_account(owner, account_id, confirm=NAME)
    await erasing.go_on()
    with pytest.raises(Busy):
        await connect(connecting, owner)
    await stores.traces.end_consents(owner.workspace_id, ["open-1"], erasing.wall.now())
    jump_clock(wall_file, timedelta(minutes=2))
    await connecting.releasing.release_expired()
    await to_the_end(erasing, stores, erasure, wall_file)
    jump_clock(domain_file, timedelta(minutes=1))
    assert await connect(connecting, owner) != account_id


async def test_asking_twice_is_one_erasure(
    erasing: Erasing, owner: Person, account_id: UUID, wall_file: Path, stores: Stores
) -> None:
    made = await asyncio.gather(*(erasing.request_account(owner, account_id, confirm=NAME) for _ in range(5)))
    assert len({one.erasure_id for one in made}) == 1
    await to_the_end(erasing, stores, made[0], wall_file)
    assert (await erasing.request_account(owner, account_id, confirm="")).erasure_id == made[0].erasure_id
    assert len(await erasing.all(owner)) == 1


async def test_only_an_owner_who_types_the_name_erases(
    erasing: Erasing, stores: Stores, owner: Person, stranger: Person, account_id: UUID
) -> None:
    for role in (Role.ADMIN, Role.ANALYST, Role.VIEWER):
        with pytest.raises(NotAllowed):
            await erasing.request_account(replace(owner, role=role), account_id, confirm=NAME)
        with pytest.raises(NotAllowed):
            await erasing.request_workspace(replace(owner, role=role), confirm="Studio")
    with pytest.raises(NotFound):
        await erasing.request_account(stranger, account_id, confirm=NAME)
    with pytest.raises(NotFound):
        await erasing.request_account(owner, uuid4(), confirm=NAME)
    with pytest.raises(InvalidInput, match="user name"):
        await erasing.request_account(owner, account_id, confirm="yes")
    with pytest.raises(InvalidInput, match="workspace's name"):
        await erasing.request_workspace(owner, confirm="")
    assert await stores.erasures.open() == []


def outcomes(receipt: Mapping[str, object]) -> dict[str, str]:
    stores = receipt["stores"]
    assert isinstance(stores, list)
    return {one["store"]: one["outcome"] for one in stores}


def test_a_receipt_from_before_a_store_was_waited_for_says_that_it_kept_nothing() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    account = uuid4()
    told = {one: {account: at} for one in (Store.INGESTOR, Store.CLICKHOUSE)}
    done = Erasure(
        erasure_id=uuid4(),
        workspace_id=uuid4(),
        whole_workspace=False,
        accounts=(account,),
        requested_by=uuid4(),
        requested_at=at,
        erased_at=at,
        completed=told,
        done_at=at,
    )
    assert [done.outcome(store) for store in Store] == ["erased", "erased", "nothing_kept", "erased"]
    still_open = done.model_copy(update={"done_at": None})
    assert [still_open.outcome(store) for store in Store] == ["waiting", "erased", "waiting", "erased"]


async def test_the_receipt_over_http(
    erasing: Erasing,
    stores: Stores,
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    others: dict[str, str],
    account_id: UUID,
    wall_file: Path,
) -> None:
    body = {"account_id": str(account_id), "confirm": NAME}
    assert problem(await http.post("/auth/v1/erasures", json=body, headers=others)) == (404, "not-found")
    wrong = await http.post("/auth/v1/erasures", json={**body, "confirm": "x"}, headers=bearer)
    assert problem(wrong) == (422, "invalid-input")
    made = await http.post("/auth/v1/erasures", json=body, headers=bearer)
    assert made.status_code == 202
    assert outcomes(made.json()) == {
        "auth": "waiting",
        "ingestor": "waiting",
        "query": "waiting",
        "clickhouse": "waiting",
    }
    path = f"/auth/v1/erasures/{made.json()['erasure_id']}"
    assert problem(await http.get(path, headers=others)) == (404, "not-found")
    found = await stores.erasures.get(UUID(made.json()["erasure_id"]))
    assert found is not None
    await to_the_end(erasing, stores, found, wall_file)
    receipt = (await http.get(path, headers=bearer)).json()
    assert outcomes(receipt) == {
        "auth": "erased",
        "ingestor": "erased",
        "query": "erased",
        "clickhouse": "erased",
    }
    assert {one["topic"] for one in receipt["topics"]} >= {"tiktok.post-snapshots.v1", "tiktok.profile-snapshots.v1"}
    told = {one["store"]: one["completed_at"] for one in receipt["stores"]}
    until = {datetime.fromisoformat(one["until"]) for one in receipt["topics"]}
    assert until == {datetime.fromisoformat(told["ingestor"]) + timedelta(days=30)}
    [listed] = (await http.get("/auth/v1/erasures", headers=bearer)).json()["erasures"]
    assert listed == receipt
