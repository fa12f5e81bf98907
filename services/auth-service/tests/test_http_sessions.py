"""Sessions over HTTP: the token, its guarded cookie, and the keys that check it."""

from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest

from auth_service.domain.identity import Person
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.sessions import sessions_router
from auth_service.use_cases.signing_in import SigningIn
from common.documents import store
from common.runtime.clock import jump_clock

from .http_face import GOOD, PUBLIC_URL, problem


async def test_signing_in_gives_a_token_and_a_guarded_cookie(http: httpx.AsyncClient, owner: Person) -> None:
    answer = await http.post("/auth/v1/sessions", json={**GOOD, "email": "ADA@example.test"})
    body = answer.json()
    assert (body.pop("token_type"), body.pop("expires_in")) == ("Bearer", 300)
    assert body.pop("workspace_id") == str(owner.workspace_id)
    assert list(body) == ["access_token"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("toa_refresh=")
    for attribute in ("HttpOnly", "SameSite=lax", "Path=/auth/v1/sessions", "Max-Age=1209600"):
        assert attribute in cookie
    assert "Secure" not in cookie, "loopback has no TLS"
    assert answer.headers["cache-control"] == "no-store"


async def test_behind_https_the_cookie_is_secure(signing_in: SigningIn, owner: Person) -> None:
    app = public_app((sessions_router(signing_in, secure_cookies=True),))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://toa.test") as client:
        answer = await client.post("/auth/v1/sessions", json=GOOD)
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"email": "nobody@example.test"}, {"email": "no address"}])
async def test_a_wrong_password_and_an_unknown_address_look_the_same(
    http: httpx.AsyncClient, owner: Person, change: dict[str, str]
) -> None:
    answer = await http.post("/auth/v1/sessions", json={**GOOD, **change})
    assert problem(answer) == (401, "sign-in-refused")
    assert answer.json()["detail"] == "The e-mail address or the password is wrong."
    assert "set-cookie" not in answer.headers


async def test_the_cookie_rotates_and_the_access_token_works(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    before = http.cookies["toa_refresh"]
    answer = await http.post("/auth/v1/sessions/refresh")
    assert answer.status_code == 200
    assert http.cookies["toa_refresh"] != before
    renewed = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await http.get("/auth/v1/connections", headers=renewed)).json()["connections"] == []


async def test_a_stolen_cookie_used_late_ends_the_session(
    http: httpx.AsyncClient, bearer: dict[str, str], wall_file: Path
) -> None:
    stolen = http.cookies["toa_refresh"]
    await http.post("/auth/v1/sessions/refresh")
    fresh = http.cookies["toa_refresh"]
    jump_clock(wall_file, timedelta(seconds=31))
    for cookie in (stolen, fresh):
        http.cookies.clear()
        answer = await http.post("/auth/v1/sessions/refresh", headers={"Cookie": f"toa_refresh={cookie}"})
        assert problem(answer) == (401, "not-signed-in")


@pytest.mark.parametrize(
    "cookie", ["", "toa_refresh=", "toa_refresh=x.y", "toa_refresh=0190a3c8-0000-7000-8000-00000000abcd.secret"]
)
async def test_without_a_good_cookie_there_is_no_session(http: httpx.AsyncClient, cookie: str) -> None:
    answer = await http.post("/auth/v1/sessions/refresh", headers={"Cookie": cookie})
    assert problem(answer) == (401, "not-signed-in")


async def test_signing_out_ends_the_session(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    cookie = http.cookies["toa_refresh"]
    answer = await http.delete("/auth/v1/sessions")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "toa_refresh" not in http.cookies
    refused = await http.post("/auth/v1/sessions/refresh", headers={"Cookie": f"toa_refresh={cookie}"})
    assert problem(refused) == (401, "not-signed-in")
    assert (await http.delete("/auth/v1/sessions")).status_code == 204


async def test_no_secret_of_a_session_is_kept_in_clear(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database
) -> None:
    kept = [str(await database.collection(name).find_one({})) for name in ("sessions", "users")]
    assert http.cookies["toa_refresh"].split(".")[1] not in "".join(kept)
    assert GOOD["password"] not in "".join(kept)


async def test_the_key_set_checks_the_tokens(http: httpx.AsyncClient, bearer: dict[str, str], owner: Person) -> None:
    [key] = jwt.PyJWKSet.from_dict((await http.get("/auth/v1/jwks.json")).json()).keys
    token = bearer["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, key.key, algorithms=["ES256"], audience="toa", issuer=PUBLIC_URL)
    assert (claims["sub"], claims["wid"]) == (str(owner.user_id), str(owner.workspace_id))
    assert (claims["role"], claims["accounts"], claims["rev"]) == ("owner", "*", 1)
