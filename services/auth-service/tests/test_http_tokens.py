"""Tokens lent to the ingestor on the second port."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.catalog import SCOPES

from .http_face import Script, pend, problem


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
