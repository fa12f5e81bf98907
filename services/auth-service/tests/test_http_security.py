"""What holds for the whole public face: headers, bodies, addresses, and how secrets are compared and made."""

import ast
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import auth_service
from auth_service.adapters.randomness import SystemSecrets
from auth_service.domain.identity import Person
from auth_service.entrypoints.body_limit import MOST_BODY_BYTES

from .http_face import GOOD, pend, problem

SESSIONS = "/auth/v1/sessions"


@pytest.mark.parametrize(
    "path", [SESSIONS, "/auth/v1/jwks.json", "/nothing", "/oauth/tiktok/callback/", "/auth/v1/docs"]
)
async def test_every_answer_has_the_guarding_headers(http: httpx.AsyncClient, path: str) -> None:
    headers = (await http.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=15552000")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == ("public, max-age=300" if path.endswith("jwks.json") else "no-store")


async def test_no_other_site_may_read_an_answer(http: httpx.AsyncClient) -> None:
    asking = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "GET", "POST"):
        answer = await http.request(method, SESSIONS, headers=asking)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_form_of_another_site_cannot_sign_in(http: httpx.AsyncClient, owner: Person, kind: str) -> None:
    body = f'{{"email": "{GOOD["email"]}", "password": "{GOOD["password"]}"}}'
    answer = await http.post(SESSIONS, content=body, headers={"Content-Type": kind})
    assert problem(answer) == (422, "invalid-input")
    assert "set-cookie" not in answer.headers


async def test_a_body_that_is_too_large_is_not_read(http: httpx.AsyncClient, owner: Person) -> None:
    large = b'{"email": "' + b"x" * MOST_BODY_BYTES + b'"}'
    told = await http.post(SESSIONS, content=large, headers={"Content-Type": "application/json"})
    assert problem(told) == (413, "too-large")

    async def untold() -> AsyncIterator[bytes]:
        for at in range(0, len(large), 8192):
            yield large[at : at + 8192]

    cut = await http.post(SESSIONS, content=untold(), headers={"Content-Type": "application/json"})
    assert cut.status_code >= 400


def parameters(app: FastAPI) -> Iterator[tuple[str, str, str, str]]:
    """Method, operation, place and name of every parameter."""
    for path in app.openapi()["paths"].values():
        for method, operation in path.items():
            for one in operation.get("parameters", ()):
                yield method, operation["operationId"], one["in"], one["name"]


def test_no_secret_travels_in_an_address(app: FastAPI) -> None:
    """But those that other sites send: an authorization code and its state. A key's id is no secret."""
    words = ("token", "secret", "password", "code", "key")
    found = {
        operation
        for _, operation, place, name in parameters(app)
        if place in ("query", "path") and name != "key_id" and any(word in name for word in words)
    }
    assert found == {"tiktokCallback", "providerCallback"}


def test_the_cookie_is_read_only_where_no_link_leads(app: FastAPI) -> None:
    """SameSite=Lax sends it with links of other sites, and those are GET."""
    reading = {method for method, _, place, name in parameters(app) if (place, name) == ("cookie", "toa_refresh")}
    assert reading == {"post", "delete"}


async def test_a_picture_is_fetched_by_browsers_and_never_by_us(
    http: httpx.AsyncClient, bearer: dict[str, str], asked: list[httpx.Request]
) -> None:
    pending = await pend(http, bearer)
    shown = await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    assert shown.json()["avatar_url"] == "https://pictures.test/1.jpg"
    assert {request.url.host for request in asked} == {"tiktok.test"}


def test_secrets_are_long_and_never_the_same() -> None:
    made = {SystemSecrets().new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(secret) for secret in made} == {43}, "256 bits"


def _compared() -> Iterator[tuple[str, str]]:
    """Every name that is compared with == or !=, with where."""
    for path in Path(next(iter(auth_service.__path__))).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                for side in (node.left, *node.comparators):
                    name = side.attr if isinstance(side, ast.Attribute) else getattr(side, "id", "")
                    yield name, f"{path.name}:{node.lineno}"


def test_secrets_are_compared_in_constant_time() -> None:
    compared = list(_compared())
    assert len(compared) > 20
    secret = ("sha256", "secret", "password", "password_hash", "signature", "browser", "verifier", "nonce", "recovery")
    assert [(name, place) for name, place in compared if name.endswith(secret)] == []
