"""The HTTP face: sessions and their cookie, problems for every error, roles and tenants, the documents."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from auth_service.adapters import mongo
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_key
from auth_service.adapters.service_callers import SignedCallers
from auth_service.bootstrap import Stores
from auth_service.domain.identity import Person
from auth_service.entrypoints.apps import internal_app, public_app
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.internal import tokens_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.signing_in import SigningIn
from common.catalog import SCOPES
from common.runtime.clock import jump_clock

PUBLIC_URL = "http://127.0.0.1:8080"
GOOD = {"email": "ada@example.test", "password": "correct horse battery"}
Script = dict[str, list[httpx.Response | Exception]]


@pytest.fixture
def app(connecting: Connecting, signing_in: SigningIn, session_key_file: Path) -> FastAPI:
    tokens = JwtAccessTokens(read_session_key(session_key_file), PUBLIC_URL)
    routers = (
        sessions_router(signing_in, secure_cookies=False),
        key_set_router(tokens),
        connections_router(connecting, signing_in),
        callback_router(connecting, PUBLIC_URL),
    )
    return public_app(routers)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def internal(lending: LendingTokens, service_public_key: str) -> AsyncIterator[httpx.AsyncClient]:
    app = internal_app((tokens_router(lending, SignedCallers({"ingestor": service_public_key})),))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth.test") as client:
        yield client


@pytest.fixture
async def bearer(http: httpx.AsyncClient, owner: Person) -> dict[str, str]:
    return await sign_in(http, GOOD["email"])


@pytest.fixture
async def others(http: httpx.AsyncClient, stranger: Person) -> dict[str, str]:
    """Signed in to another workspace."""
    return await sign_in(http, "bob@example.test")


async def sign_in(http: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await http.post("/auth/v1/sessions", json={**GOOD, "email": email})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Its status and type; it is a whole problem that agrees with the answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return body["status"], body["type"]


async def pend(http: httpx.AsyncClient, bearer: dict[str, str]) -> str:
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    answer = await http.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state, "scopes": "a,b"})
    assert answer.status_code == 303
    return httpx.URL(answer.headers["location"]).params["pending"]


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
    assert (await http.get("/auth/v1/connections", headers=renewed)).json() == {"connections": []}


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


@pytest.mark.parametrize("cookie", ["", "toa_refresh=", "toa_refresh=x.y", f"toa_refresh={uuid4()}.secret"])
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
    http: httpx.AsyncClient, bearer: dict[str, str], database: mongo.Database
) -> None:
    kept = [str(await database.collection(name).find_one({})) for name in ("sessions", "users")]
    assert http.cookies["toa_refresh"].split(".")[1] not in "".join(kept)
    assert GOOD["password"] not in "".join(kept)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{", "body"),
        (json.dumps({"password": "hunter2"}), "email"),
        (json.dumps({"email": ["hunter2"], "password": "hunter2"}), "email"),
        (json.dumps({"email": "a@b.test", "password": {"hunter2": 1}}), "password"),
        (json.dumps({"email": "a@b.test", "password": "hunter2" * 200}), "password"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem_that_quotes_nothing(
    http: httpx.AsyncClient, body: str, place: str
) -> None:
    answer = await http.post("/auth/v1/sessions", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid-input")
    assert place in answer.json()["detail"]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/auth/v1/nothing", 404), ("PUT", "/auth/v1/sessions", 405), ("GET", "/", 404)],
)
async def test_an_unknown_route_is_a_problem(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert problem(await http.request(method, path)) == (status, "about:blank")


ROUTES = [
    ("GET", "/auth/v1/connections"),
    ("POST", "/auth/v1/connections"),
    ("GET", f"/auth/v1/connections/pending/{uuid4()}"),
    ("POST", f"/auth/v1/connections/pending/{uuid4()}/confirm"),
    ("POST", f"/auth/v1/connections/pending/{uuid4()}/decline"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", [None, "Bearer nonsense", "Basic YTpi", "Bearer "])
async def test_every_route_of_connections_needs_a_session(
    http: httpx.AsyncClient, method: str, path: str, token: str | None
) -> None:
    headers = {"Authorization": token} if token else {}
    answer = await http.request(method, path, headers=headers, json={"channel": "tiktok"})
    assert problem(answer) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_viewer_lists_but_does_not_connect(
    http: httpx.AsyncClient, bearer: dict[str, str], database: mongo.Database, owner: Person
) -> None:
    pending = await pend(http, bearer)
    workspaces = database.collection("workspaces")
    assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": {"members.0.role": "viewer"}})
    assert (await http.get("/auth/v1/connections", headers=bearer)).status_code == 200
    path = f"/auth/v1/connections/pending/{pending}"
    for method, address in (("POST", "/auth/v1/connections"), ("GET", path), ("POST", f"{path}/confirm")):
        answer = await http.request(method, address, headers=bearer, json={"channel": "tiktok"})
        assert problem(answer) == (403, "not-allowed")


async def test_a_removed_member_is_out_although_the_token_lives(
    http: httpx.AsyncClient, bearer: dict[str, str], database: mongo.Database, owner: Person
) -> None:
    workspaces = database.collection("workspaces")
    assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": {"members": []}})
    assert problem(await http.get("/auth/v1/connections", headers=bearer)) == (401, "not-signed-in")
    assert problem(await http.post("/auth/v1/sessions/refresh")) == (401, "not-signed-in")


async def test_another_workspace_learns_nothing(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str]
) -> None:
    pending = await pend(http, bearer)
    for suffix, method in (("", "GET"), ("/confirm", "POST"), ("/decline", "POST")):
        foreign = await http.request(method, f"/auth/v1/connections/pending/{pending}{suffix}", headers=others)
        unknown = await http.request(method, f"/auth/v1/connections/pending/{uuid4()}{suffix}", headers=others)
        assert problem(foreign) == (404, "not-found")
        assert foreign.json() == unknown.json()
    await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    assert (await http.get("/auth/v1/connections", headers=others)).json() == {"connections": []}


async def test_a_connection_is_shown_whole(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    pending = await pend(http, bearer)
    shown = (await http.get(f"/auth/v1/connections/pending/{pending}", headers=bearer)).json()
    profile = {
        "username": "northlight",
        "display_name": "Northlight",
        "avatar_url": "https://pictures.test/1.jpg",
        "is_business_account": True,
    }
    assert shown == {"pending_id": pending, **profile, "missing_scopes": [], "already_connected": False}
    confirmed = await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    assert confirmed.status_code == 201
    [listed] = (await http.get("/auth/v1/connections", headers=bearer)).json()["connections"]
    assert listed == confirmed.json()
    assert datetime.fromisoformat(listed.pop("connected_at")).tzinfo is not None
    account_id = listed.pop("account_id")
    assert listed == {
        "channel": "tiktok",
        **profile,
        "status": "connected",
        "scopes": list(SCOPES),
        "missing_scopes": [],
    }
    assert account_id


async def test_declining_answers_204(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    pending = await pend(http, bearer)
    answer = await http.post(f"/auth/v1/connections/pending/{pending}/decline", headers=bearer)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("answers", "query", "reason"),
    [
        ({}, {"code": "code-1", "state": "guessed"}, "state"),
        ({}, {}, "state"),
        ({}, {"error": "access_denied", "state": "GIVEN"}, "denied"),
        ({}, {"error": "server_error", "state": "GIVEN"}, "exchange"),
        ({}, {"state": "GIVEN"}, "exchange"),
        ({"tt_user/oauth2/token/": [httpx.Response(500)]}, {"code": "c", "state": "GIVEN"}, "exchange"),
        ({"tt_user/oauth2/token/": [httpx.ReadTimeout("slow")]}, {"code": "c", "state": "GIVEN"}, "exchange"),
        (
            {"tt_user/oauth2/token/": [httpx.Response(200, json={"code": 40110})]},
            {"code": "c", "state": "GIVEN"},
            "exchange",
        ),
        ({"business/get/": [httpx.Response(200, json={"code": 40001})]}, {"code": "c", "state": "GIVEN"}, "exchange"),
    ],
)
async def test_a_failed_callback_leads_to_a_page_with_the_reason(
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    script: Script,
    answers: Script,
    query: dict[str, str],
    reason: str,
) -> None:
    script.update({path: list(planned) for path, planned in answers.items()})
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    given = {name: value.replace("GIVEN", state) for name, value in query.items()}
    answer = await http.get("/oauth/tiktok/callback/", params=given)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason={reason}"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_late_callback_is_told_expired(
    http: httpx.AsyncClient, bearer: dict[str, str], wall_file: Path
) -> None:
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    jump_clock(wall_file, timedelta(minutes=10))
    answer = await http.get("/oauth/tiktok/callback/", params={"auth_code": "c", "state": state})
    assert answer.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason=expired"


async def test_an_unknown_channel_is_refused(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await http.post("/auth/v1/connections", json={"channel": "myspace"}, headers=bearer)
    assert problem(answer) == (422, "invalid-input")


async def test_the_key_set_checks_the_tokens(http: httpx.AsyncClient, bearer: dict[str, str], owner: Person) -> None:
    [key] = jwt.PyJWKSet.from_dict((await http.get("/auth/v1/jwks.json")).json()).keys
    token = bearer["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, key.key, algorithms=["ES256"], audience="toa", issuer=PUBLIC_URL)
    assert (claims["sub"], claims["wid"]) == (str(owner.user_id), str(owner.workspace_id))
    assert (claims["role"], claims["accounts"], claims["rev"]) == ("owner", "*", 1)


async def test_a_fault_of_ours_shows_nothing_of_it(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(stores.connections, "of_workspace", broken)
    answer = await http.get("/auth/v1/connections", headers=bearer)
    assert problem(answer) == (500, "unexpected")
    assert "hunter2" not in answer.text


async def test_every_operation_is_documented_with_its_problems(app: FastAPI) -> None:
    described = app.openapi()
    tags = {tag["name"] for tag in described["tags"]}
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == 10
    assert len({operation["operationId"] for operation in operations}) == 10
    assert all(set(operation["tags"]) <= tags and operation["summary"] for operation in operations)
    text = json.dumps(described)
    assert "HTTPValidationError" not in text
    assert set(described["components"]["schemas"]["Problem"]["properties"]) == {"type", "title", "status", "detail"}


def service_token(key: Ed25519PrivateKey) -> dict[str, str]:
    now = datetime.now(UTC)
    claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + timedelta(seconds=60)}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, algorithm='EdDSA')}"}


async def test_the_ingestor_gets_a_token(
    http: httpx.AsyncClient, internal: httpx.AsyncClient, bearer: dict[str, str], service_key: Ed25519PrivateKey
) -> None:
    confirmed = await http.post(f"/auth/v1/connections/pending/{await pend(http, bearer)}/confirm", headers=bearer)
    body = {"account_id": confirmed.json()["account_id"]}
    answer = await internal.post("/tokens", json=body, headers=service_token(service_key))
    assert answer.status_code == 200
    lent = answer.json()
    assert lent.pop("access_token").startswith("act.")
    assert (lent.pop("token_version"), lent.pop("open_id"), lent.pop("scopes")) == (1, "open-1", list(SCOPES))
    assert list(lent) == ["expires_at"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_token_is_lent_to_nobody_else(
    internal: httpx.AsyncClient, bearer: dict[str, str], service_key: Ed25519PrivateKey
) -> None:
    body = {"account_id": str(uuid4())}
    for headers in ({}, bearer, service_token(Ed25519PrivateKey.generate())):
        assert problem(await internal.post("/tokens", json=body, headers=headers)) == (401, "caller-refused")
    answer = await internal.post("/tokens", json=body, headers=service_token(service_key))
    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, json={"code": 40107}), (409, "authorization-lost")),
        (httpx.Response(502), (503, "tiktok-unavailable")),
        (httpx.Response(200, json={"code": 40101}), (503, "tiktok-refused")),
    ],
)
async def test_a_failed_refresh_says_whether_to_ask_again(
    http: httpx.AsyncClient,
    internal: httpx.AsyncClient,
    bearer: dict[str, str],
    service_key: Ed25519PrivateKey,
    script: Script,
    answer: httpx.Response,
    expected: tuple[int, str],
) -> None:
    confirmed = await http.post(f"/auth/v1/connections/pending/{await pend(http, bearer)}/confirm", headers=bearer)
    script["tt_user/oauth2/refresh_token/"] = [answer]
    body = {"account_id": confirmed.json()["account_id"], "refused_version": 1}
    assert problem(await internal.post("/tokens", json=body, headers=service_token(service_key))) == expected
