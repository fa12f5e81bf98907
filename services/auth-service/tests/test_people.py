"""Workspaces, members, invitations and leaving, over HTTP and on the real database."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People
from auth_service.domain.errors import LastOwner
from auth_service.domain.identity import Person
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.signing_in import SigningIn
from common.documents import store
from common.events import AccessV1, Role, WorkspaceAccess
from common.runtime.clock import jump_clock

from .http_face import GOOD, PUBLIC_URL, problem, sign_in
from .world import Builder

NEW = {"email": "New@Example.test", "role": "analyst"}


async def invite(http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, **more: object) -> str:
    """The secret of the link in the mail."""
    answer = await http.post("/auth/v1/invitations", json={**NEW, **more}, headers=bearer)
    assert answer.status_code == 201, answer.text
    return await mailed(stores, answer.json())


async def mailed(stores: Stores, invitation: dict[str, str]) -> str:
    about, email, at = (
        invitation["invitation_id"],
        invitation["email"],
        datetime.fromisoformat(invitation["created_at"]),
    )
    wanted = new_notice(NoticeKind.INVITATION, about=about, email=email, at=at).notice_id
    while notice := await stores.notices.take_due(at=at + timedelta(minutes=1), until=at + timedelta(days=9)):
        if notice.notice_id == wanted:
            prefix = f"{PUBLIC_URL}/invitation#"
            assert notice.link
            assert notice.link.startswith(prefix)
            return unquote(notice.link.removeprefix(prefix))
    raise AssertionError("no mail waits for the invitation")


async def accept(http: httpx.AsyncClient, secret: str, password: str | None = GOOD["password"]) -> httpx.Response:
    return await http.post("/auth/v1/invitations/accept", json={"secret": secret, "password": password})


async def members(http: httpx.AsyncClient, bearer: dict[str, str]) -> dict[str, str]:
    listed = (await http.get("/auth/v1/members", headers=bearer)).json()["members"]
    return {one["email"]: one["role"] for one in listed}


async def joined(http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, **more: object) -> str:
    """A new member's id."""
    assert (await accept(http, await invite(http, bearer, stores, **more))).status_code == 200
    listed = (await http.get("/auth/v1/members", headers=bearer)).json()["members"]
    return str(listed[-1]["user_id"])


@pytest.fixture
def builder(stores: Stores, people: People, linking: Linking, erasing: Erasing, signing_in: SigningIn) -> Builder:
    return Builder(
        creating=people.inviting.creating,
        stores=stores,
        people=people,
        linking=linking,
        erasing=erasing,
        tokens=signing_in.tokens,
        wall=signing_in.wall,
    )


async def test_a_workspace_is_read_and_changed(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    change = {"name": " North  light ", "timezone": "Asia/Tokyo", "week_start": "sunday"}
    changed = await http.patch("/auth/v1/workspace", json=change, headers=bearer)
    shown = (await http.get("/auth/v1/workspace", headers=bearer)).json()
    assert changed.json() == shown
    assert (shown["name"], shown["timezone"], shown["week_start"]) == ("North light", "Asia/Tokyo", "sunday")
    assert (shown["role"], shown["workspace_id"]) == ("owner", str(owner.workspace_id))
    [unsent] = await stores.workspaces.outbox.unsent()
    event = unsent.events[-1]
    assert isinstance(event, AccessV1)
    assert isinstance(event.access, WorkspaceAccess)
    assert (event.access.name, event.access.week_start, event.access.revision) == ("North light", "sunday", 2)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"timezone": "Mars/Base"}, {"week_start": "friday"}, {"colour": "red"}]
)
async def test_what_a_workspace_cannot_be_is_refused(
    http: httpx.AsyncClient, bearer: dict[str, str], wrong: dict[str, str]
) -> None:
    assert problem(await http.patch("/auth/v1/workspace", json=wrong, headers=bearer)) == (422, "invalid-input")


async def test_one_person_goes_between_two_workspaces_with_one_session(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person
) -> None:
    made = (await http.post("/auth/v1/workspaces", json={"name": "Second"}, headers=bearer)).json()
    listed = (await http.get("/auth/v1/workspaces", headers=bearer)).json()["workspaces"]
    assert [one["name"] for one in listed] == ["Studio", "Second"]
    switched = await http.post(
        "/auth/v1/sessions/workspace", json={"workspace_id": made["workspace_id"]}, headers=bearer
    )
    there = {"Authorization": f"Bearer {switched.json()['access_token']}"}
    assert (await http.get("/auth/v1/workspace", headers=there)).json()["name"] == "Second"
    assert (await http.get("/auth/v1/workspace", headers=bearer)).json()["name"] == "Studio"
    renewed = await http.post("/auth/v1/sessions/refresh")
    assert renewed.json()["workspace_id"] == made["workspace_id"] != str(owner.workspace_id)


async def test_a_session_goes_to_no_workspace_of_others_and_with_no_other_ones_cookie(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str], owner: Person, stranger: Person
) -> None:
    strange = {"workspace_id": str(stranger.workspace_id)}
    answer = await http.post("/auth/v1/sessions/workspace", json=strange, headers=bearer)
    assert problem(answer) == (404, "not-found")
    mine = {"workspace_id": str(owner.workspace_id)}
    # The jar holds the cookie of whoever signed in last, the stranger.
    answer = await http.post("/auth/v1/sessions/workspace", json=mine, headers=bearer)
    assert problem(answer) == (401, "not-signed-in")


async def test_a_new_person_joins_by_the_mailed_link_and_signs_in(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores
) -> None:
    secret = await invite(http, bearer, stores)
    seen = (await http.post("/auth/v1/invitations/look", json={"secret": secret})).json()
    assert (seen["workspace_name"], seen["email"], seen["role"]) == ("Studio", "new@example.test", "analyst")
    assert seen["known"] is False
    assert problem(await accept(http, secret, None)) == (422, "password-needed")
    assert problem(await accept(http, secret, "short")) == (422, "invalid-input")
    assert (await accept(http, secret)).json()["workspace_name"] == "Studio"
    assert problem(await accept(http, secret)) == (404, "invitation-unusable")
    there = await sign_in(http, "new@example.test")
    assert (await http.get("/auth/v1/users/me", headers=there)).json()["role"] == "analyst"
    assert await members(http, bearer) == {"ada@example.test": "owner", "new@example.test": "analyst"}


async def test_a_known_person_joins_without_a_password_and_keeps_theirs(
    http: httpx.AsyncClient, bearer: dict[str, str], stranger: Person, stores: Stores
) -> None:
    secret = await invite(http, bearer, stores, email="bob@example.test", role="viewer")
    assert (await http.post("/auth/v1/invitations/look", json={"secret": secret})).json()["known"] is True
    assert (await accept(http, secret, "another password")).status_code == 200
    there = await sign_in(http, "bob@example.test")
    listed = (await http.get("/auth/v1/workspaces", headers=there)).json()["workspaces"]
    assert [one["role"] for one in listed] == ["viewer", "owner"]


async def test_one_of_many_acceptances_uses_an_invitation_up(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    secret = await invite(http, bearer, stores)
    answers = await asyncio.gather(*(accept(http, secret) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404, 404]
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace is not None
    assert len(workspace.members) == 2


async def test_revoked_expired_and_replaced_invitations_open_nothing(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, stores: Stores, wall_file: Path
) -> None:
    first = await invite(http, bearer, stores)
    second = await invite(http, bearer, stores)
    [waiting] = (await http.get("/auth/v1/invitations", headers=bearer)).json()["invitations"]
    assert first != second
    assert second not in str(waiting)
    assert problem(await accept(http, first)) == (404, "invitation-unusable")
    gone = await http.delete(f"/auth/v1/invitations/{waiting['invitation_id']}", headers=bearer)
    assert gone.status_code == 204
    assert problem(await accept(http, second)) == (404, "invitation-unusable")
    third = await invite(http, bearer, stores)
    jump_clock(wall_file, timedelta(days=7))
    assert problem(await accept(http, third)) == (404, "invitation-unusable")
    assert await database.collection("users").find({"email": "new@example.test"}) == []


async def test_only_the_hash_of_an_invitation_is_in_the_workspace(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, stores: Stores
) -> None:
    secret = await invite(http, bearer, stores)
    for name in ("workspaces", "audit"):
        assert secret not in str(await database.collection(name).find({}))


async def test_a_removed_member_is_out_at_once_and_others_are_told(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, stores: Stores
) -> None:
    user_id = await joined(http, bearer, stores)
    theirs = await sign_in(http, "new@example.test")
    cookie = http.cookies["toa_refresh"]
    assert (await http.delete(f"/auth/v1/members/{user_id}", headers=bearer)).status_code == 204
    assert problem(await http.get("/auth/v1/members", headers=theirs)) == (401, "not-signed-in")
    refused = await http.post("/auth/v1/sessions/refresh", headers={"Cookie": f"toa_refresh={cookie}"})
    assert problem(refused) == (401, "not-signed-in")
    assert await database.collection("sessions").find({"user_id": user_id}) == []
    [unsent] = await stores.workspaces.outbox.unsent()
    newest = unsent.events[-1]
    assert isinstance(newest, AccessV1)
    assert user_id not in newest.model_dump_json()


async def test_a_role_changed_counts_at_the_next_request(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores
) -> None:
    user_id = await joined(http, bearer, stores)
    theirs = await sign_in(http, "new@example.test")
    assert problem(await http.get("/auth/v1/keys", headers=theirs)) == (403, "not-allowed")
    changed = await http.put(f"/auth/v1/members/{user_id}", json={"role": "admin"}, headers=bearer)
    assert changed.json()["role"] == "admin"
    assert (await http.get("/auth/v1/keys", headers=theirs)).status_code == 200


async def test_an_admin_makes_and_unmakes_no_owner(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    user_id = await joined(http, bearer, stores, role="admin")
    theirs = await sign_in(http, "new@example.test")
    refused = [
        await http.put(f"/auth/v1/members/{user_id}", json={"role": "owner"}, headers=theirs),
        await http.put(f"/auth/v1/members/{owner.user_id}", json={"role": "viewer"}, headers=theirs),
        await http.delete(f"/auth/v1/members/{owner.user_id}", headers=theirs),
        await http.post("/auth/v1/invitations", json={**NEW, "role": "owner"}, headers=theirs),
        await http.post("/auth/v1/workspace/owner", json={"user_id": user_id}, headers=theirs),
    ]
    assert {problem(answer) for answer in refused} == {(403, "not-allowed")}
    assert (await members(http, bearer))["ada@example.test"] == "owner"


async def test_an_allow_list_holds_for_connections(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, builder: Builder, owner: Person
) -> None:
    shown, hidden = await builder.account(owner.workspace_id, "one"), await builder.account(owner.workspace_id, "two")
    await joined(http, bearer, stores, role="viewer", accounts=[str(shown)])
    theirs = await sign_in(http, "new@example.test")
    listed = (await http.get("/auth/v1/connections", headers=theirs)).json()["connections"]
    assert [one["account_id"] for one in listed] == [str(shown)]
    assert str(hidden) not in str(listed)


async def test_the_last_owner_stays_until_another_is_made(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    user_id = await joined(http, bearer, stores)
    mine = f"/auth/v1/members/{owner.user_id}"
    assert problem(await http.post("/auth/v1/workspace/leave", headers=bearer)) == (409, "last-owner")
    assert problem(await http.delete(mine, headers=bearer)) == (409, "last-owner")
    assert problem(await http.put(mine, json={"role": "admin"}, headers=bearer)) == (409, "last-owner")
    handed = await http.post("/auth/v1/workspace/owner", json={"user_id": user_id}, headers=bearer)
    assert handed.status_code == 204
    assert await members(http, bearer) == {"ada@example.test": "admin", "new@example.test": "owner"}
    assert (await http.post("/auth/v1/workspace/leave", headers=bearer)).status_code == 204
    assert problem(await http.get("/auth/v1/members", headers=bearer)) == (401, "not-signed-in")


async def test_of_two_owners_who_leave_at_once_one_stays(builder: Builder, people: People, stores: Stores) -> None:
    """On the same revision both would be allowed to; the write decides."""
    for round_ in range(5):
        tenant = await builder.tenant(f"round{round_}")
        await builder.member(tenant.workspace_id, f"second@round{round_}.test", Role.OWNER)
        workspace = await stores.workspaces.get(tenant.workspace_id)
        assert workspace is not None
        owners = [one.user_id for one in workspace.members if one.role is Role.OWNER]
        first = tenant.people[Role.OWNER]
        leaving = [replace(first, user_id=user_id) for user_id in owners]
        results = await asyncio.gather(*(people.members.leave(one) for one in leaving), return_exceptions=True)
        assert [type(result) for result in results if result] == [LastOwner]
        left = await stores.workspaces.get(tenant.workspace_id)
        assert left is not None
        assert [one.role for one in left.members].count(Role.OWNER) == 1


async def test_deleting_ones_user_takes_the_password_and_leaves_nothing_open(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, stores: Stores
) -> None:
    user_id = await joined(http, bearer, stores)
    theirs = await sign_in(http, "new@example.test")
    wrong = await http.post("/auth/v1/users/me/delete", json={"password": "wrong"}, headers=theirs)
    assert problem(wrong) == (422, "invalid-input")
    gone = await http.post("/auth/v1/users/me/delete", json={"password": GOOD["password"]}, headers=theirs)
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(await http.get("/auth/v1/users/me", headers=theirs)) == (401, "not-signed-in")
    assert await members(http, bearer) == {"ada@example.test": "owner"}
    assert await database.collection("sessions").find({"user_id": user_id}) == []
    assert await database.collection("users").find({"email": "new@example.test"}) == []
    # The address is free: whoever has it now may be invited as somebody new.
    assert (await accept(http, await invite(http, bearer, stores))).status_code == 200


async def test_the_only_owner_of_a_workspace_is_not_deleted_from_any(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    await http.post("/auth/v1/workspaces", json={"name": "Second"}, headers=bearer)
    answer = await http.post("/auth/v1/users/me/delete", json={"password": GOOD["password"]}, headers=bearer)
    assert problem(answer) == (409, "last-owner")
    assert "Studio" in answer.json()["detail"]
    assert len(await stores.workspaces.all_of_member(owner.user_id)) == 2
