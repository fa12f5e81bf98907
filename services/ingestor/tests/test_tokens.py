"""The token client against a real HTTP server with auth-service's internal contract."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.responses import JSONResponse, PlainTextResponse

from common.runtime.clock import WallClock
from ingestor.adapters import tokens
from ingestor.adapters.tokens import AuthServiceTokens
from ingestor.ports import AuthorizationLost, TokenUnavailable

from .fakes import START, ManualClock
from .servers import FakeAuthService, free_port, serving

KEY = Ed25519PrivateKey.generate()
ACCOUNT = uuid4()


@pytest.fixture
def auth() -> FakeAuthService:
    return FakeAuthService(KEY.public_key(), grants={ACCOUNT: ["act.1"]}, expires_at=START + timedelta(days=1))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def wall() -> ManualClock:
    """A little behind, so that what is signed after an advance is not of the future."""
    return ManualClock(datetime.now(UTC) - timedelta(seconds=31))


@pytest.fixture
async def client(auth: FakeAuthService, clock: ManualClock, wall: ManualClock) -> AsyncIterator[AuthServiceTokens]:
    async with serving(auth.app) as url, tokens.client(url) as http:
        yield AuthServiceTokens(http, key=KEY, clock=clock, wall=wall)


async def test_a_token_is_asked_for_with_a_service_jwt_of_a_minute(
    client: AuthServiceTokens, auth: FakeAuthService
) -> None:
    token = await client.token(ACCOUNT)
    assert (token.value, token.version, token.expires_at) == ("act.1", 1, START + timedelta(days=1))
    (claims,) = auth.claims
    assert (claims["iss"], claims["aud"]) == ("ingestor", "auth-service")
    assert int(str(claims["exp"])) - int(str(claims["iat"])) == 60


async def test_a_token_is_kept_until_shortly_before_its_end(
    client: AuthServiceTokens, auth: FakeAuthService, clock: ManualClock
) -> None:
    await client.token(ACCOUNT)
    await client.token(ACCOUNT)
    assert len(auth.calls) == 1
    clock.advance(timedelta(hours=23, minutes=56))
    await client.token(ACCOUNT)
    assert len(auth.calls) == 2


async def test_a_signature_serves_for_half_a_minute(
    client: AuthServiceTokens, auth: FakeAuthService, clock: ManualClock, wall: ManualClock
) -> None:
    for later in (0, 29, 2):
        wall.advance(timedelta(seconds=later))
        clock.advance(timedelta(days=2))
        await client.token(ACCOUNT)
    first, second, third = (str(claims["jti"]) for claims in auth.claims)
    assert first == second != third


async def test_a_refused_token_is_named_by_its_version_and_the_new_one_is_kept(
    client: AuthServiceTokens, auth: FakeAuthService
) -> None:
    first = await client.token(ACCOUNT)
    auth.grants[ACCOUNT].append("act.2")
    second = await client.token(ACCOUNT, refused=first)
    assert second.value == "act.2"
    assert auth.calls[-1] == {"account_id": str(ACCOUNT), "refused_version": 1}
    assert await client.token(ACCOUNT, refused=first) == second
    assert len(auth.calls) == 2


async def test_authorization_lost_is_told_from_everything_else(
    client: AuthServiceTokens, auth: FakeAuthService
) -> None:
    auth.grants[ACCOUNT] = []
    with pytest.raises(AuthorizationLost, match=str(ACCOUNT)):
        await client.token(ACCOUNT)
    with pytest.raises(TokenUnavailable, match="404"):
        await client.token(uuid4())
    auth.broken = PlainTextResponse("no", 503)
    with pytest.raises(TokenUnavailable, match="503"):
        await client.token(ACCOUNT)


async def test_an_unreadable_answer_is_refused_without_quoting_the_token(
    client: AuthServiceTokens, auth: FakeAuthService
) -> None:
    auth.broken = JSONResponse({"access_token": "act.secret", "token_version": "many"})
    with pytest.raises(TokenUnavailable) as caught:
        await client.token(ACCOUNT)
    assert "act.secret" not in repr(caught.value)
    assert caught.value.__cause__ is None


async def test_auth_service_away_is_no_loss_of_access() -> None:
    async with tokens.client(f"http://127.0.0.1:{free_port()}") as http:
        with pytest.raises(TokenUnavailable, match="ConnectError"):
            await AuthServiceTokens(http, key=KEY, clock=ManualClock(), wall=WallClock()).token(ACCOUNT)


async def test_a_token_does_not_show_in_its_repr(client: AuthServiceTokens) -> None:
    assert "act.1" not in repr(await client.token(ACCOUNT))


def test_another_kind_of_key_is_refused_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    wrong = generate_private_key(SECP256R1())
    path.write_bytes(wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match=r"key\.pem is not an Ed25519"):
        tokens.read_key(path)
