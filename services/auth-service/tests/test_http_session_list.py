"""Where a person is signed in: seen, ended one by one or all at once; an ended one's token ends with it."""

import httpx
import jwt
import pytest

from auth_service.domain.device import device_named
from auth_service.domain.identity import Person

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
