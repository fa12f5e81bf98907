"""The last use of API keys, as auth-service is told of it."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from common.runtime.clock import WallClock
from query_api.adapters.key_uses import KEYS_A_CALL, ToldKeyUses, read_key

NOW = datetime.fromisoformat("2026-03-10T09:30:00+00:00")


class Auth:
    """auth-service's side of the call: what it was told, and how it answers."""

    def __init__(self) -> None:
        self.heard: list[httpx.Request] = []
        self.status = 204

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        return httpx.Response(self.status)

    def told(self) -> dict[str, str]:
        uses = [use for request in self.heard for use in json.loads(request.content)["uses"]]
        return {use["key_id"]: use["used_at"] for use in uses}


@pytest.fixture
def auth() -> Auth:
    return Auth()


@pytest.fixture
def private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
async def uses(auth: Auth, private: Ed25519PrivateKey) -> AsyncIterator[ToldKeyUses]:
    key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    async with httpx.AsyncClient(transport=httpx.MockTransport(auth.answer)) as http:
        yield ToldKeyUses(http, base_url="http://auth.test/", key=key, wall=WallClock())


async def test_the_newest_use_is_told_once_by_a_signed_call(
    uses: ToldKeyUses, auth: Auth, private: Ed25519PrivateKey
) -> None:
    for at in (NOW, NOW + timedelta(seconds=5)):
        uses.used("ab12", at)
    await uses.tell()
    await uses.tell()
    [request] = auth.heard
    assert str(request.url) == "http://auth.test/internal/v1/keys/used"
    assert auth.told() == {"ab12": "2026-03-10T09:30:05+00:00"}
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, private.public_key(), algorithms=["EdDSA"], audience="auth-service")
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("query-api", 60)


async def test_what_could_not_be_told_is_told_later_and_never_over_a_newer_use(uses: ToldKeyUses, auth: Auth) -> None:
    auth.status = 503
    uses.used("ab12", NOW)
    uses.used("cd34", NOW)
    await uses.tell()
    auth.status = 204
    auth.heard.clear()
    uses.used("cd34", NOW + timedelta(seconds=9))
    await uses.tell()
    assert auth.told() == {"ab12": "2026-03-10T09:30:00+00:00", "cd34": "2026-03-10T09:30:09+00:00"}


async def test_many_keys_go_in_calls_that_are_let_in(uses: ToldKeyUses, auth: Auth) -> None:
    for number in range(KEYS_A_CALL + 1):
        uses.used(f"key{number}", NOW)
    await uses.tell()
    assert [len(json.loads(request.content)["uses"]) for request in auth.heard] == [KEYS_A_CALL, 1]


def test_a_key_that_cannot_sign_is_found_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("hunter2")
    with pytest.raises(ValueError, match="not an Ed25519 private key") as caught:
        read_key(path)
    assert "hunter2" not in str(caught.value)
