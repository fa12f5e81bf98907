"""What a person does with a connection: test it, and command its collection."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.connection import account_event
from auth_service.domain.identity import Person
from auth_service.use_cases.trying_connections import TEST_EVERY
from common.documents import store
from common.events import AccountChange, AccountStatus, CommandV1
from common.runtime.clock import jump_clock

from .http_face import Script, pend, problem

PROBES = ["profile", "daily_figures", "posts", "post_insights"]


def refused(code: int) -> httpx.Response:
    return httpx.Response(200, json={"code": code, "message": "no", "data": {}})


async def account_of(http: httpx.AsyncClient, bearer: dict[str, str]) -> str:
    pending = await pend(http, bearer)
    answer = await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    return f"/auth/v1/connections/{answer.json()['account_id']}"


async def what_works(
    http: httpx.AsyncClient, bearer: dict[str, str], account: str
) -> tuple[bool, dict[str, bool | None]]:
    answer = await http.post(f"{account}/test", headers=bearer)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["works"], {check["name"]: check["works"] for check in body["checks"]}


async def test_a_sound_connection_works_in_all_that_it_may(
    http: httpx.AsyncClient, bearer: dict[str, str], asked: list[httpx.Request]
) -> None:
    account = await account_of(http, bearer)
    before = len(asked)
    assert await what_works(http, bearer, account) == (True, dict.fromkeys(["access", *PROBES], True))
    assert [one.url.path.split("/")[-2] for one in asked[before:]] == ["get", "get", "list", "list"]
    assert {one.headers["access-token"] for one in asked[before:]} == {"act.secret-1"}


async def test_an_eager_person_costs_the_collection_no_requests(
    http: httpx.AsyncClient, bearer: dict[str, str], asked: list[httpx.Request], wall_file: Path
) -> None:
    account = await account_of(http, bearer)
    before = len(asked)
    answers = await asyncio.gather(*(http.post(f"{account}/test", headers=bearer) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(asked) == before + len(PROBES)
    jump_clock(wall_file, TEST_EVERY)
    assert (await what_works(http, bearer, account))[0]


async def test_what_was_not_granted_is_not_asked(
    http: httpx.AsyncClient, bearer: dict[str, str], script: Script, asked: list[httpx.Request]
) -> None:
    tokens = {"open_id": "open-1", "access_token": "act.1", "refresh_token": "rft.1", "scope": "video.list"}
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 0, "data": tokens})]
    account = await account_of(http, bearer)
    before = len(asked)
    expected = {"access": True, "profile": None, "daily_figures": None, "posts": True, "post_insights": None}
    assert await what_works(http, bearer, account) == (True, expected)
    assert len(asked) == before + 1


@pytest.mark.parametrize(
    ("answers", "fails"),
    [
        ({"business/video/list/": [refused(40001)]}, "posts"),
        ({"business/video/list/": [httpx.Response(502)]}, "posts"),
        ({"business/get/": [refused(40100)]}, "profile"),
        ({"business/get/": [httpx.ReadTimeout("slow")]}, "profile"),
    ],
)
async def test_what_tiktok_does_not_give_is_named(
    http: httpx.AsyncClient, bearer: dict[str, str], script: Script, answers: Script, fails: str
) -> None:
    account = await account_of(http, bearer)
    script.update({path: list(planned) for path, planned in answers.items()})
    works, checks = await what_works(http, bearer, account)
    assert not works
    assert checks == {name: name != fails for name in ["access", *PROBES]}


async def test_a_token_that_ended_is_replaced_once(
    http: httpx.AsyncClient, bearer: dict[str, str], script: Script, asked: list[httpx.Request]
) -> None:
    account = await account_of(http, bearer)
    script["business/get/"] = [refused(40105)]
    assert (await what_works(http, bearer, account))[0]
    assert len([one for one in asked if one.url.path.endswith("/refresh_token/")]) == 1


async def test_an_access_that_tiktok_ended_is_found_lost(
    http: httpx.AsyncClient, bearer: dict[str, str], script: Script
) -> None:
    account = await account_of(http, bearer)
    script["business/get/"] = [refused(40105)]
    script["tt_user/oauth2/refresh_token/"] = [refused(40107)]
    assert await what_works(http, bearer, account) == (False, {"access": False})
    shown = (await http.get(account, headers=bearer)).json()
    assert (shown["state"]["name"], shown["state"]["next_step"]["action"]) == ("lost_access", "reconnect")
    assert problem(await http.post(f"{account}/commands", json={"kind": "refresh"}, headers=bearer)) == (
        409,
        "authorization-lost",
    )


async def waiting(stores: Stores) -> Sequence[CommandV1]:
    found = await stores.commands.outbox.unsent()
    return [event for one in found for event in one.events if isinstance(event, CommandV1)]


async def test_commands_wait_in_their_order_until_they_are_told(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, owner: Person
) -> None:
    account = await account_of(http, bearer)
    backfill = {"kind": "backfill", "from_day": "2026-02-01", "to_day": "2026-02-10"}
    given = [{"kind": "pause"}, {"kind": "resume"}, {"kind": "refresh"}, backfill]
    answers = [await http.post(f"{account}/commands", json=one, headers=bearer) for one in given]
    assert [answer.status_code for answer in answers] == [202] * 4
    commands = await waiting(stores)
    assert [command.action.kind for command in commands] == ["pause", "resume", "refresh", "backfill"]
    assert [str(command.command_id) for command in commands] == [answer.json()["command_id"] for answer in answers]
    assert {command.requested_by for command in commands} == {str(owner.user_id)}
    [unsent] = await stores.commands.outbox.unsent()
    await stores.commands.outbox.acknowledged(unsent)
    assert await waiting(stores) == []


async def test_commands_at_once_are_all_kept(http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores) -> None:
    account = await account_of(http, bearer)
    given = [http.post(f"{account}/commands", json={"kind": "refresh"}, headers=bearer) for _ in range(12)]
    ids = {answer.json()["command_id"] for answer in await asyncio.gather(*given)}
    assert {str(command.command_id) for command in await waiting(stores)} == ids
    assert len(ids) == 12


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "explode"},
        {},
        {"kind": "backfill"},
        {"kind": "backfill", "from_day": "2026-02-02", "to_day": "2026-02-01"},
    ],
)
async def test_a_command_nobody_knows_is_refused(
    http: httpx.AsyncClient, bearer: dict[str, str], body: dict[str, str]
) -> None:
    account = await account_of(http, bearer)
    assert problem(await http.post(f"{account}/commands", json=body, headers=bearer)) == (422, "invalid-input")


ROUTES = (("GET", ""), ("POST", "/test"), ("POST", "/commands"))


async def test_another_workspace_learns_and_changes_nothing(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str], stores: Stores
) -> None:
    account = await account_of(http, bearer)
    for method, suffix in ROUTES:
        foreign = await http.request(method, f"{account}{suffix}", json={"kind": "pause"}, headers=others)
        assert problem(foreign) == (404, "not-found")
        nobodys = f"/auth/v1/connections/{uuid4()}{suffix}"
        unknown = await http.request(method, nobodys, json={"kind": "pause"}, headers=others)
        assert problem(unknown) == (404, "not-found")
        anonymous = await http.request(method, f"{account}{suffix}", json={"kind": "pause"})
        assert problem(anonymous) == (401, "not-signed-in")
    assert await waiting(stores) == []


async def test_a_viewer_looks_and_a_limited_member_sees_theirs(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, owner: Person
) -> None:
    account = await account_of(http, bearer)
    workspaces = database.collection("workspaces")

    async def member(changes: dict[str, object]) -> None:
        changed = {f"members.0.{name}": value for name, value in changes.items()}
        assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": changed})

    async def statuses() -> list[int]:
        asked = (
            await http.request(way, f"{account}{end}", json={"kind": "pause"}, headers=bearer) for way, end in ROUTES
        )
        return [answer.status_code async for answer in asked]

    await member({"role": "viewer"})
    assert await statuses() == [200, 403, 403]
    await member({"role": "analyst", "accounts": [str(uuid4())]})
    assert await statuses() == [404, 404, 404]


async def test_a_disconnected_account_is_neither_tested_nor_commanded(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores
) -> None:
    account = await account_of(http, bearer)
    present = await stores.connections.get(UUID(account.rpartition("/")[2]))
    assert present is not None
    ended = present.model_copy(update={"status": AccountStatus.DISCONNECTED, "revision": present.revision + 1})
    assert await stores.connections.replace(ended, account_event(ended, AccountChange.DISCONNECTED))
    assert (await http.get(account, headers=bearer)).json()["state"]["name"] == "disconnected"
    for suffix in ("/test", "/commands"):
        answer = await http.post(f"{account}{suffix}", json={"kind": "pause"}, headers=bearer)
        assert problem(answer) == (409, "not-connected")
