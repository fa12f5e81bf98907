"""Access tokens from auth-service's internal port; each call carries a young service JWT signed with Ed25519."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AwareDatetime, BaseModel, ValidationError

from common.runtime.clock import Clock
from ingestor.ports import AuthorizationLost, Token, TokenUnavailable

_PATH = "/internal/v1/tokens"
_JWT_LIFE = timedelta(seconds=60)
# Used again for so long: signing and checking one costs more than the answer, and each is good for its life anyway.
_JWT_USE = timedelta(seconds=30)
# A token this close to its end could die on the way (domain clock).
_SPARE = timedelta(minutes=5)
_SECONDS = 10.0


class _TokenAnswer(BaseModel):
    access_token: str
    token_version: int
    expires_at: AwareDatetime


def client(base_url: str) -> httpx.AsyncClient:
    """The client of this adapter; close it with `async with`."""
    return httpx.AsyncClient(base_url=base_url, timeout=_SECONDS)


def read_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"the service key in {path} is not an Ed25519 private key (PEM)")
    return key


class AuthServiceTokens:
    """Tokens by account, kept in memory until shortly before they expire."""

    def __init__(self, http: httpx.AsyncClient, *, key: Ed25519PrivateKey, clock: Clock, wall: Clock) -> None:
        self._http = http
        self._key = key
        self._clock = clock
        self._wall = wall
        self._kept: dict[UUID, Token] = {}
        self._signed = "", datetime.min.replace(tzinfo=UTC)

    async def token(self, account_id: UUID, *, refused: Token | None = None) -> Token:
        kept = self._kept.pop(account_id, None)
        if not (kept and _usable(kept, refused) and kept.expires_at - _SPARE > self._clock.now()):
            kept = await self._fetch(account_id, refused)
        self._kept[account_id] = kept
        return kept

    async def _fetch(self, account_id: UUID, refused: Token | None) -> Token:
        body: dict[str, str | int] = {"account_id": str(account_id)}
        if refused:
            body["refused_version"] = refused.version
        try:
            response = await self._http.post(_PATH, json=body, headers={"Authorization": f"Bearer {self._jwt()}"})
        except httpx.HTTPError as error:
            what = f"auth-service gave no token for account {account_id}: {type(error).__name__}"
            raise TokenUnavailable(what) from error
        return _read(response, account_id)

    def _jwt(self) -> str:
        now = self._wall.now()
        signed, at = self._signed
        if at <= now < at + _JWT_USE:
            return signed
        claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + _JWT_LIFE, "jti": uuid4().hex}
        signed = jwt.encode(claims, self._key, algorithm="EdDSA")
        self._signed = signed, now
        return signed


def _usable(kept: Token, refused: Token | None) -> bool:
    return refused is None or kept.version > refused.version


def _read(response: httpx.Response, account_id: UUID) -> Token:
    if response.status_code == HTTPStatus.CONFLICT:
        raise AuthorizationLost(f"TikTok no longer lets account {account_id} be read; connect it again")
    if response.status_code != HTTPStatus.OK:
        raise TokenUnavailable(f"auth-service gave no token for account {account_id}: HTTP {response.status_code}")
    try:
        answer = _TokenAnswer.model_validate_json(response.content)
    except ValidationError:
        # Not chained: the validation error quotes what it read, and that is a token.
        raise TokenUnavailable(f"auth-service's token answer for account {account_id} is not readable") from None
    return Token(value=answer.access_token, version=answer.token_version, expires_at=answer.expires_at)
