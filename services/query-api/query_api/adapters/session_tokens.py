"""Session tokens: ES256 JWTs of auth-service, checked with the keys it publishes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx
import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from common.events import Role
from common.runtime.logs import logger
from query_api.domain.access import SessionClaims
from query_api.domain.errors import NotAuthenticated
from query_api.ports import Unavailable

AUDIENCE = "toa"
ALGORITHM = "ES256"
# An unknown key id asks for the key set again, but not more often than this: anybody can send tokens.
_SECONDS_BETWEEN_FETCHES = 2.0
# Two hosts' clocks differ by a little.
_LEEWAY_SECONDS = 5

# Verifying takes as long as the rest of a request; a token is good for five minutes.
_MOST_KEPT = 10_000

_log = logger(__name__)


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: UUID
    wid: UUID
    sid: UUID
    role: Role
    accounts: str | tuple[UUID, ...]
    rev: int


@dataclass(frozen=True, slots=True)
class _Verified:
    """Claims that hold until `ends_at`, in seconds since 1970."""

    claims: SessionClaims
    ends_at: float


class JwtSessions:
    def __init__(self, *, http: httpx.AsyncClient, jwks_url: str, issuer: str) -> None:
        self._http = http
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at = -_SECONDS_BETWEEN_FETCHES
        self._fetching = asyncio.Lock()
        self._kept: OrderedDict[str, _Verified] = OrderedDict()

    async def claims(self, token: str) -> SessionClaims:
        if (kept := self._kept.get(token)) is not None and time.time() < kept.ends_at:
            return kept.claims
        verified = await self._verified(token)
        self._kept[token] = verified
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return verified.claims

    async def _verified(self, token: str) -> "_Verified":
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid")))
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub"]},
            )
            return _Verified(_session(_Claims.model_validate(payload)), payload["exp"] + _LEEWAY_SECONDS)
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("the session token has expired; refresh the session") from None
        except (jwt.PyJWTError, ValidationError):
            raise NotAuthenticated("the session token is not one of ours; sign in again") from None

    async def _key(self, key_id: str) -> jwt.PyJWK:
        if key_id not in self._keys:
            await self._refetch(key_id)
        if key_id not in self._keys:
            raise jwt.InvalidKeyError("unknown key id")
        return self._keys[key_id]

    async def _refetch(self, key_id: str) -> None:
        async with self._fetching:
            stale = time.monotonic() - self._fetched_at >= _SECONDS_BETWEEN_FETCHES
            if stale and key_id not in self._keys:
                self._keys = await self._fetch()
                self._kept.clear()
                self._fetched_at = time.monotonic()

    async def _fetch(self) -> Mapping[str, jwt.PyJWK]:
        try:
            answer = (await self._http.get(self._jwks_url)).raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            _log.warning("key set cannot be fetched", url=self._jwks_url, reason=f"{type(error).__name__}: {error}")
            raise Unavailable("the keys that session tokens are checked with") from error
        return {str(key.key_id): key for key in keys}


def _session(claims: _Claims) -> SessionClaims:
    if isinstance(claims.accounts, str) and claims.accounts != "*":
        raise NotAuthenticated("the session token is not one of ours; sign in again")
    return SessionClaims(
        user_id=claims.sub,
        workspace_id=claims.wid,
        role=claims.role,
        accounts=None if isinstance(claims.accounts, str) else frozenset(claims.accounts),
        revision=claims.rev,
        session_id=claims.sid,
    )
