"""The audit log on the real database: nothing lost, nothing twice, and a gap shows."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.adapters.audit import MongoAuditLog
from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People, auditing_of
from auth_service.domain.audit import AuditAction, AuditEntry, named, new_entry
from auth_service.domain.errors import StoreUnavailable
from auth_service.domain.identity import Person
from auth_service.use_cases.auditing import Auditing
from common.documents import store
from common.events import WeekStart

from .http_face import pend, problem

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def entry(workspace_id: UUID, action: AuditAction = AuditAction.SIGNED_IN) -> AuditEntry:
    return new_entry(uuid4(), workspace_id, action, at=NOW, actor=named("user", UUID(int=1)))


@pytest.fixture
def auditing(stores: Stores) -> Auditing:
    return auditing_of(stores)


# Any: entries as JSON gives them.
async def read(http: httpx.AsyncClient, bearer: dict[str, str], **query: str | int) -> list[dict[str, Any]]:
    answer = await http.get("/auth/v1/audit", params=query, headers=bearer)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


async def test_many_writers_make_one_chain(stores: Stores, auditing: Auditing) -> None:
    workspace_id = uuid4()
    given = [entry(workspace_id) for _ in range(12)]
    # Each twice, as two replicas would that carry the same box.
    await asyncio.gather(*(auditing.record(one) for one in (*given, *given)))
    chain = await stores.audit.after(workspace_id, 0, limit=100)
    assert sorted(one.entry.entry_id for one in chain) == sorted(one.entry_id for one in given)
    found = await auditing.integrity(workspace_id)
    assert (found.entries, found.broken_at, found.digest) == (12, None, chain[-1].digest)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("change", ["removed", "altered"])
async def test_a_gap_and_a_change_show(database: store.Database, auditing: Auditing, number: int, change: str) -> None:
    workspace_id = uuid4()
    for _ in range(4):
        await auditing.record(entry(workspace_id))
    collection, one = database.collection("audit"), {"workspace_id": str(workspace_id), "number": number}
    if change == "removed":
        await collection.remove(one)
    else:
        await collection.update(one, {"$set": {"entry.actor": "user:somebody-else"}})
    assert (await auditing.integrity(workspace_id)).broken_at == number


async def test_an_empty_log_is_whole(auditing: Auditing) -> None:
    found = await auditing.integrity(uuid4())
    assert (found.entries, found.digest, found.broken_at) == (0, None, None)


def test_the_log_can_only_be_appended_to() -> None:
    able = {name for name in dir(MongoAuditLog) if not name.startswith("_")}
    assert able == {"append", "page", "after"}


async def test_an_entry_is_in_its_document_with_the_change_and_survives_the_process(
    stores: Stores, people: People, owner: Person, auditing: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the change and before the log: the next sweep finds the entry, once."""

    async def away(_: AuditEntry) -> None:
        raise StoreUnavailable("The database did not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(stores.audit, "append", away)
        await people.keeping.create(owner, name="Second", timezone="UTC", week_start=WeekStart.MONDAY)
    second = (await stores.workspaces.all_of_member(owner.user_id))[-1]
    assert await stores.audit.after(second.workspace_id, 0, limit=9) == []
    await asyncio.gather(auditing.carry(), auditing.carry())
    [told] = await stores.audit.after(second.workspace_id, 0, limit=9)
    assert (told.entry.action, told.entry.actor) == ("workspace_created", f"user:{owner.user_id}")
    assert await stores.workspaces.outbox.audit.waiting() == []


async def test_every_change_of_access_is_told_with_who_and_what(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person
) -> None:
    invited = await http.post(
        "/auth/v1/invitations", json={"email": "new@example.test", "role": "viewer"}, headers=bearer
    )
    await http.delete(f"/auth/v1/invitations/{invited.json()['invitation_id']}", headers=bearer)
    await http.patch("/auth/v1/workspace", json={"name": "Other"}, headers=bearer)
    made = (await http.post("/auth/v1/keys", json={"name": "k", "scopes": ["read"]}, headers=bearer)).json()["key"]
    rotated = await http.post(f"/auth/v1/keys/{made['key_id']}/rotate", json={}, headers=bearer)
    await http.delete(f"/auth/v1/keys/{made['key_id']}", headers=bearer)
    entries = await read(http, bearer)
    actions = ["key_revoked", "key_rotated", "key_created", "workspace_changed", "invitation_revoked", "member_invited"]
    mine = [one for one in entries if one["actor"] == f"user:{owner.user_id}" and one["action"] in actions]
    assert [one["action"] for one in mine] == actions
    assert [one["subject"] for one in mine[:3]] == [f"key:{made['key_id']}"] * 3
    assert mine[2]["details"] == {"name": "k", "scopes": "read", "accounts": "all", "expires": "never"}
    assert mine[1]["details"] == {"name": "k", "replaced_by": rotated.json()["key"]["key_id"]}
    assert mine[5]["details"] == {"email": "new@example.test", "role": "viewer"}
    whole = (await http.get("/auth/v1/audit/integrity", headers=bearer)).json()
    assert (whole["whole"], whole["broken_at"], whole["digest"]) == (True, None, entries[0]["digest"])


async def test_the_command_that_made_the_workspace_is_the_first_entry(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person, auditing: Auditing
) -> None:
    await auditing.carry()
    entries = {one["action"]: one for one in await read(http, bearer, actor="system")}
    assert set(entries) == {"workspace_created", "key_created"}
    assert entries["workspace_created"]["number"] == 1
    assert entries["workspace_created"]["subject"] == f"workspace:{owner.workspace_id}"


async def test_connecting_and_connecting_anew_are_told(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person, auditing: Auditing
) -> None:
    for _ in range(2):
        pending = await pend(http, bearer)
        kept = await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    await auditing.carry()
    entries = await read(http, bearer, subject=f"account:{kept.json()['account_id']}")
    assert [one["action"] for one in entries] == ["account_reconnected", "account_connected"]
    assert {(one["actor"], str(one["details"])) for one in entries} == {(f"user:{owner.user_id}", "{}")}, "ids alone"


async def test_the_log_is_read_in_pages_and_by_filters(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person, auditing: Auditing
) -> None:
    given = [entry(owner.workspace_id, AuditAction.KEY_REVOKED) for _ in range(5)]
    for one in given:
        await auditing.record(one)
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2, "action": "key_revoked"}
    while True:
        page = (await http.get("/auth/v1/audit", params=query, headers=bearer)).json()
        seen += [one["entry_id"] for one in page["entries"]]
        # What comes meanwhile stands before the first page and moves nothing.
        await auditing.record(entry(owner.workspace_id, AuditAction.KEY_REVOKED))
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [str(one.entry_id) for one in reversed(given)]
    assert await read(http, bearer, actor="user:nobody") == []
    assert await read(http, bearer, since="2026-03-10T09:30:00.001Z", action="key_revoked") == []
    assert len(await read(http, bearer, since="2026-03-10T09:30:00Z", until="2026-03-10T09:31:00Z", limit=200)) == 8


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "-1"}, {"limit": "0"}, {"limit": "201"}, {"action": "no"}]
)
async def test_a_query_that_cannot_be_is_refused(
    http: httpx.AsyncClient, bearer: dict[str, str], query: dict[str, str]
) -> None:
    assert problem(await http.get("/auth/v1/audit", params=query, headers=bearer)) == (422, "invalid-input")
