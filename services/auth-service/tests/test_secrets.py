"""Keys and tokens: sealed tokens, access tokens, service tokens, passwords."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.service_callers import SignedCallers
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.domain.errors import CallerRefused, NotSignedIn, SecretUnreadable
from auth_service.domain.identity import Person
from auth_service.domain.key_ring import KeyRing
from auth_service.domain.session import ACCESS_LIFE
from common.events import Role
from common.runtime.clock import FileClock, WallClock, jump_clock

ISSUER = "http://127.0.0.1:8080"
ID = UUID("01900000-0000-7000-8000-000000000001")
SOMEONE = Person(user_id=ID, workspace_id=ID, role=Role.ANALYST, accounts=(ID,), revision=7, session_id=ID)

SignedClaims = Callable[[dict[str, object]], str]


@pytest.fixture
def cipher(key_ring_file: Path) -> TokenCipher:
    return TokenCipher(read_key_ring(key_ring_file))


def test_a_sealed_token_opens_only_where_it_belongs(cipher: TokenCipher) -> None:
    sealed = cipher.seal(SecretStr("act.1"), binding="grant/7123/open-1/1/access_token")
    assert "act.1" not in sealed
    assert cipher.open(sealed, binding="grant/7123/open-1/1/access_token").get_secret_value() == "act.1"
    for elsewhere in ("grant/7123/open-2/1/access_token", "grant/7123/open-1/2/access_token"):
        with pytest.raises(SecretUnreadable):
            cipher.open(sealed, binding=elsewhere)


def test_the_same_token_is_never_sealed_the_same_way(cipher: TokenCipher) -> None:
    assert cipher.seal(SecretStr("act.1"), binding="b") != cipher.seal(SecretStr("act.1"), binding="b")


def test_an_older_key_of_the_ring_still_opens() -> None:
    keys = {"old": bytes(32), "new": bytes(range(32))}
    sealed = TokenCipher(KeyRing(active="old", keys=keys)).seal(SecretStr("act.1"), binding="b")
    assert TokenCipher(KeyRing(active="new", keys=keys)).open(sealed, binding="b").get_secret_value() == "act.1"
    with pytest.raises(SecretUnreadable, match="old"):
        TokenCipher(KeyRing(active="new", keys={"new": keys["new"]})).open(sealed, binding="b")


@pytest.mark.parametrize(
    "content",
    [
        "no json, hunter2",
        '{"active": "k1"}',
        '{"active": "k2", "keys": {"k1": "aHVudGVyMg=="}}',
        '{"active": "k1", "keys": {"k1": "aHVudGVyMg=="}}',
        '{"active": "k1", "keys": {"k1": "hunter2!"}}',
    ],
)
def test_a_bad_key_ring_is_refused_without_being_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ring.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"ring\.json") as caught:
        read_key_ring(path)
    assert "hunter2" not in str(caught.value)
    assert "aHVudGVyMg" not in str(caught.value)


def test_an_access_token_is_checked_with_the_published_key(session_key_file: Path) -> None:
    tokens = JwtAccessTokens(read_session_keys(session_key_file), ISSUER)
    now = datetime.now(UTC)
    token = tokens.issue(SOMEONE, now)
    [key] = jwt.PyJWKSet.from_dict(dict(tokens.key_set())).keys
    assert jwt.get_unverified_header(token)["kid"] == key.key_id
    claims = jwt.decode(token, key.key, algorithms=["ES256"], audience="toa", issuer=ISSUER)
    assert claims.pop("exp") - claims.pop("iat") == 300
    expected = {"sub": str(ID), "wid": str(ID), "role": "analyst", "accounts": [str(ID)], "rev": 7}
    assert claims == {**expected, "sid": str(ID), "operator": False, "aud": "toa", "iss": ISSUER}


def test_the_published_key_holds_nothing_private(session_key_file: Path) -> None:
    tokens = JwtAccessTokens(read_session_keys(session_key_file), ISSUER)
    [key] = json.loads(json.dumps(tokens.key_set()))["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_token_that_is_old_or_of_another_issuer_or_unsigned_is_refused(session_key_file: Path) -> None:
    key = read_session_keys(session_key_file)
    tokens, now = JwtAccessTokens(key, ISSUER), datetime.now(UTC)
    unsigned = jwt.encode({"sub": str(ID), "aud": "toa", "iss": ISSUER}, "", algorithm="none")
    refused = (
        tokens.issue(SOMEONE, now - timedelta(minutes=5, seconds=1)),
        JwtAccessTokens(key, "https://elsewhere.test").issue(SOMEONE, now),
        unsigned,
        "not.a.token",
    )
    for token in refused:
        with pytest.raises(NotSignedIn):
            tokens.read(token)
    assert tokens.read(tokens.issue(SOMEONE, now)).user_id == ID


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"aud": "query-api"}, False),
        ({"iss": "metrics-aggregator"}, False),
        ({"exp": 61}, False),
        ({"exp": -6}, False),
        ({"exp": None}, False),
        ({"iat": None}, False),
        ({"iat": 30, "exp": 60}, False),
        # Clocks that differ by up to five seconds, either way.
        ({"iat": 4, "exp": 64}, True),
        ({"iat": 9, "exp": 69}, False),
        ({"iat": -62, "exp": -2}, True),
        ({"iat": -66, "exp": -6}, False),
    ],
)
def test_a_service_token_is_short_for_us_and_of_a_known_service(
    service_key: Ed25519PrivateKey, service_public_key: str, change: dict[str, object], good: bool
) -> None:
    now = int(time.time())
    moments = {"iat": 0, "exp": 60, **{name: value for name, value in change.items() if name in ("iat", "exp")}}
    claims = {"iss": "ingestor", "aud": "auth-service", **change}
    claims |= {name: now + value if isinstance(value, int) else None for name, value in moments.items()}
    token = jwt.encode({name: value for name, value in claims.items() if value is not None}, service_key, "EdDSA")
    callers = SignedCallers({"ingestor": service_public_key}, WallClock())
    if good:
        assert callers.caller(token) == "ingestor"
    else:
        with pytest.raises(CallerRefused):
            callers.caller(token)


def test_a_good_service_token_is_checked_once_until_it_ends(
    service_key: Ed25519PrivateKey, service_public_key: str, wall: FileClock, wall_file: Path
) -> None:
    now, keys = int(time.time()), {"ingestor": service_public_key}
    claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + 60}
    token, callers = jwt.encode(claims, service_key, "EdDSA"), SignedCallers(keys, wall)
    callers.caller(token)
    # Whoever checks it again finds no key.
    keys.clear()
    assert callers.caller(token) == "ingestor"
    with pytest.raises(CallerRefused):
        callers.caller(jwt.encode({**claims, "jti": "another"}, service_key, "EdDSA"))
    jump_clock(wall_file, timedelta(seconds=60))
    assert callers.caller(token) == "ingestor", "it may be late by as much as clocks differ"
    jump_clock(wall_file, timedelta(seconds=6))
    with pytest.raises(CallerRefused):
        callers.caller(token)


def test_a_good_access_token_is_checked_once_until_it_ends(
    session_key_file: Path, wall: FileClock, wall_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = JwtAccessTokens(read_session_keys(session_key_file), ISSUER, wall)
    token = tokens.issue(SOMEONE, datetime.now(UTC))
    claims = tokens.read(token)
    # Whoever checks it again finds no key.
    monkeypatch.setattr(tokens, "_checking", {})
    assert tokens.read(token) == claims
    with pytest.raises(NotSignedIn):
        tokens.read(f"{token[:-4]}AAAA")
    jump_clock(wall_file, ACCESS_LIFE)
    with pytest.raises(NotSignedIn):
        tokens.read(token)


def test_a_service_token_of_another_key_or_algorithm_is_refused(service_public_key: str) -> None:
    now = int(time.time())
    claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + 60}
    callers = SignedCallers({"ingestor": service_public_key}, WallClock())
    forged = (
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(claims, "a secret of thirty-two bytes or more", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        "",
    )
    for token in forged:
        with pytest.raises(CallerRefused):
            callers.caller(token)


async def test_passwords_are_argon2id_and_no_hash_is_never_right(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash(SecretStr("correct horse"))
    assert kept.startswith("$argon2id$")
    assert await passwords.matches(SecretStr("correct horse"), kept)
    assert not await passwords.matches(SecretStr("wrong horse"), kept)
    assert not await passwords.matches(SecretStr("nobody's password"), None)


async def test_an_unknown_address_costs_as_much_as_a_known_one() -> None:
    passwords = Argon2Passwords(PasswordHasher())
    kept = await passwords.hash(SecretStr("correct horse"))

    async def cost(password_hash: str | None) -> float:
        started = time.process_time()
        await passwords.matches(SecretStr("wrong horse"), password_hash)
        return time.process_time() - started

    known, unknown = [min([await cost(kind) for _ in range(3)]) for kind in (kept, None)]
    assert 0.5 < unknown / known < 2
