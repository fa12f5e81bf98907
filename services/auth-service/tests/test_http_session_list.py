"""Where a person is signed in: seen, ended one by one or all at once; an ended one's token ends with it."""

from pathlib import Path

import httpx
import jwt
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.device import device_named
from auth_service.domain.identity import Person
from auth_service.domain.session import TOKENS_OUTLIVE
from common.events import AccessV1, WorkspaceAccess
from common.runtime.clock import jump_clock

from .http_face import GOOD, problem

SESSIONS = "/auth/v1/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def signed_in(http: httpx.AsyncClient, agent: str, email: str = GOOD["email"]) -> dict[str, str]:
    answer = await http.post(SESSIONS, json={**GOOD, "email": email}, headers={"User-Agent": agent})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_sessions_are_listed_with_device_and_which_one_asks(http: httpx.AsyncClient, owner: Person) -> None:
    first = await signed_in(http, "curl/8.5.0")
    await signed_in(http, FIREFOX)
    shown = (await http.get(SESSIONS, headers=first)).json()["sessions"]
    assert sorted((one["device"], one["current"]) for one in shown) == [("Firefox on Linux", False), ("curl", True)]
    assert all(one["started_at"] <= one["last_used_at"] for one in shown)


async def test_an_ended_session_ends_its_access_token_and_its_cookie(http: httpx.AsyncClient, owner: Person) -> None:
    mine, lost = await signed_in(http, "mine"), await signed_in(http, "lost")
    cookie = {"Cookie": f"toa_refresh={http.cookies['toa_refresh']}"}
    shown = (await http.get(SESSIONS, headers=mine)).json()["sessions"]
    [session] = [one["session_id"] for one in shown if one["device"] == "lost"]
    assert (await http.delete(f"{SESSIONS}/{session}", headers=mine)).status_code == 204
    assert problem(await http.get(SESSIONS, headers=lost)) == (401, "not-signed-in")
    http.cookies.clear()
    assert problem(await http.post(f"{SESSIONS}/refresh", headers=cookie)) == (401, "not-signed-in")
    assert problem(await http.delete(f"{SESSIONS}/{session}", headers=mine)) == (404, "not-found")


async def test_all_others_end_and_this_one_stays(http: httpx.AsyncClient, owner: Person) -> None:
    mine, *rest = [await signed_in(http, agent) for agent in ("mine", "a", "b")]
    assert (await http.post(f"{SESSIONS}/end-others", headers=mine)).status_code == 204
    assert len((await http.get(SESSIONS, headers=mine)).json()["sessions"]) == 1
    for other in rest:
        assert problem(await http.get(SESSIONS, headers=other)) == (401, "not-signed-in")


async def test_others_sessions_are_not_there(http: httpx.AsyncClient, owner: Person, stranger: Person) -> None:
    mine, theirs = await signed_in(http, "mine"), await signed_in(http, "theirs", "bob@example.test")
    [session] = [one["session_id"] for one in (await http.get(SESSIONS, headers=theirs)).json()["sessions"]]
    assert problem(await http.delete(f"{SESSIONS}/{session}", headers=mine)) == (404, "not-found")
    assert (await http.post(f"{SESSIONS}/end-others", headers=mine)).status_code == 204
    assert (await http.get(SESSIONS, headers=theirs)).status_code == 200


async def ended(stores: Stores) -> list[set[str]]:
    """The sessions that each change of a workspace told to be ended, in order."""
    unsent = await stores.workspaces.outbox.unsent()
    told = [event.access for one in unsent for event in one.events if isinstance(event, AccessV1)]
    members = [member for access in told if isinstance(access, WorkspaceAccess) for member in access.members]
    return [set(map(str, member.ended_sessions)) for member in members if member.ended_sessions]


def session_of(bearer: dict[str, str]) -> str:
    token = bearer["Authorization"].removeprefix("Bearer ")
    return str(jwt.decode(token, options={"verify_signature": False})["sid"])


async def test_an_ended_session_is_told_to_those_who_know_only_its_tokens(
    http: httpx.AsyncClient, owner: Person, stores: Stores
) -> None:
    mine, lost, first, second = [await signed_in(http, agent) for agent in ("mine", "lost", "a", "b")]
    assert await ended(stores) == []
    await http.delete(f"{SESSIONS}/{session_of(lost)}", headers=mine)
    assert await ended(stores) == [{session_of(lost)}]
    await http.post(f"{SESSIONS}/end-others", headers=mine)
    assert (await ended(stores))[-1] == {session_of(one) for one in (lost, first, second)}


async def test_signing_out_is_told(http: httpx.AsyncClient, owner: Person, stores: Stores) -> None:
    mine = await signed_in(http, "mine")
    await http.delete(SESSIONS)
    assert await ended(stores) == [{session_of(mine)}]


async def test_the_sessions_that_a_new_password_ends_are_told(
    http: httpx.AsyncClient, owner: Person, stores: Stores
) -> None:
    other, mine = await signed_in(http, "other"), await signed_in(http, "mine")
    wish = {"current": GOOD["password"], "password": "another good long password"}
    answer = await http.post("/auth/v1/password", json=wish, headers=mine)
    assert answer.status_code == 204, answer.text
    assert await ended(stores) == [{session_of(other)}]


async def test_it_is_told_in_every_workspace_of_the_person(
    http: httpx.AsyncClient, owner: Person, stores: Stores
) -> None:
    """The session was in the other one a moment ago, and has a token of it."""
    mine = await signed_in(http, "mine")
    made = await http.post("/auth/v1/workspaces", json={"name": "Second"}, headers=mine)
    await http.post(f"{SESSIONS}/workspace", json={"workspace_id": made.json()["workspace_id"]}, headers=mine)
    await http.delete(SESSIONS)
    assert await ended(stores) == [{session_of(mine)}] * 2


async def test_what_no_token_needs_is_forgotten(
    http: httpx.AsyncClient, owner: Person, stores: Stores, wall_file: Path
) -> None:
    lost = await signed_in(http, "lost")
    await http.delete(SESSIONS)
    jump_clock(wall_file, TOKENS_OUTLIVE)
    mine = await signed_in(http, "mine")
    await http.delete(SESSIONS)
    assert (await ended(stores))[-1] == {session_of(mine)} != {session_of(lost)}


async def test_an_operator_is_no_role_of_a_workspace(http: httpx.AsyncClient, owner: Person) -> None:
    bearer = await signed_in(http, "mine")
    claims = jwt.decode(bearer["Authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["operator"], claims["role"]) == (False, "owner")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("python-httpx/0.28", "python-httpx"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_a_name_that_people_know(agent: str, name: str) -> None:
    assert device_named(agent) == name
