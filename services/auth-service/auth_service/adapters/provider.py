"""Any OpenID Connect provider, by its discovery document: authorization code with PKCE, ID token checked by Authlib."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from auth_service.domain.errors import ProviderRefused, ProviderUnavailable
from auth_service.domain.provider import Provided
from common.runtime.clock import Clock

SECONDS_TO_ANSWER = 8.0
LARGEST_ANSWER_BYTES = 500_000
SCOPE = "openid email"
# Public keys only: a token signed with a secret that we share could be made by whoever reads our settings.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY_SECONDS = 60
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What we are at the provider."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    redirect_uri: str


class _Discovery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id_token: SecretStr
    access_token: SecretStr | None = None


class OpenIdProvider:
    """It is asked anew at each sign-in, which is rare: its keys and endpoints may change at any time."""

    def __init__(self, http: httpx.AsyncClient, registration: Registration, wall: Clock) -> None:
        self._http = http
        self._registration = registration
        self._wall = wall

    async def authorize_url(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        discovered = await self._discovered()
        asking = {"prompt": "login", "max_age": "0"} if fresh else {}
        return str(
            prepare_grant_uri(
                discovered.authorization_endpoint,
                client_id=self._registration.client_id,
                response_type="code",
                redirect_uri=self._registration.redirect_uri,
                scope=SCOPE,
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **asking,
            )
        )

    async def provided(self, *, code: str, nonce: str, verifier: str) -> Provided:
        discovered = await self._discovered()
        tokens = await self._exchanged(discovered.token_endpoint, code, verifier)
        claims = self._checked(tokens, await self._keys(discovered.jwks_uri), nonce)
        return Provided(
            issuer=discovered.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email") or ""),
            email_verified=claims.get("email_verified") is True,
            authenticated_at=_moment(claims.get("auth_time")),
            methods=_methods(claims.get("amr")),
        )

    async def _discovered(self) -> _Discovery:
        issuer = self._registration.issuer
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found = _Discovery.model_validate(await self._json(self._http.build_request("GET", url)))
        except ValidationError:
            raise ProviderUnavailable("The provider's discovery document lacks an endpoint.") from None
        if found.issuer != issuer:
            raise ProviderRefused("The provider's discovery document is of another issuer.")
        for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            _require_safe(endpoint, issuer)
        return found

    async def _exchanged(self, endpoint: str, code: str, verifier: str) -> _Tokens:
        ours = self._registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.redirect_uri,
            "client_id": ours.client_id,
            "client_secret": ours.client_secret.get_secret_value(),
            "code_verifier": verifier,
        }
        try:
            return _Tokens.model_validate(await self._json(self._http.build_request("POST", endpoint, data=form)))
        except ValidationError:
            raise ProviderRefused("The provider gave no ID token.") from None

    async def _keys(self, uri: str) -> KeySet:
        try:
            found = await self._json(self._http.build_request("GET", uri))
            # The library checks what is in it.
            return KeySet.import_key_set(cast("KeySetSerialization", found))
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderUnavailable("The provider's keys cannot be read.") from None

    def _checked(self, tokens: _Tokens, keys: KeySet, nonce: str) -> Mapping[str, object]:
        try:
            token = jwt.decode(tokens.id_token.get_secret_value(), keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, self._options(), self._parameters(tokens, nonce))
            claims.validate(now=int(self._wall.now().timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            # The name only: a text could quote the token.
            raise ProviderRefused(f"The ID token is not good ({type(error).__name__}).") from None
        return dict(claims)

    def _options(self) -> Mapping[str, object]:
        ours = self._registration
        return {
            "iss": {"essential": True, "value": ours.issuer},
            "aud": {"essential": True, "value": ours.client_id},
            "nonce": {"essential": True},
        }

    def _parameters(self, tokens: _Tokens, nonce: str) -> Mapping[str, object]:
        access = tokens.access_token.get_secret_value() if tokens.access_token else None
        return {"nonce": nonce, "client_id": self._registration.client_id, "access_token": access}

    async def _json(self, request: httpx.Request) -> Mapping[str, object]:
        """Of a good answer: redirects are not followed, and no error quotes what was sent or came."""
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                response = await self._http.send(request, stream=True, follow_redirects=False)
                content = await _bounded(response)
        except (httpx.HTTPError, TimeoutError) as error:
            raise ProviderUnavailable(f"The provider did not answer ({type(error).__name__}).") from None
        if response.status_code >= 500 or response.is_redirect:
            raise ProviderUnavailable(f"The provider answered with HTTP {response.status_code}.")
        if not response.is_success:
            raise ProviderRefused(f"The provider answered with HTTP {response.status_code}.")
        return _object(content)


def _moment(seconds: object) -> datetime | None:
    """None where it is none: a provider may say anything."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _methods(claim: object) -> frozenset[str]:
    return frozenset(one for one in claim if isinstance(one, str)) if isinstance(claim, list) else frozenset()


async def _bounded(response: httpx.Response) -> bytes:
    content = b""
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER_BYTES:
                raise ProviderUnavailable("The provider's answer is too large.")
    finally:
        await response.aclose()
    return content


class _Object(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


def _object(content: bytes) -> Mapping[str, object]:
    try:
        return _Object.model_validate_json(content).model_dump()
    except ValidationError:
        raise ProviderUnavailable("The provider's answer is not a JSON object.") from None


def _require_safe(endpoint: str, issuer: str) -> None:
    """Over TLS; without it only where the issuer itself, which the settings name, is on this machine."""
    parts, home = urlsplit(endpoint), urlsplit(issuer)
    local = home.hostname in _LOOPBACK and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ProviderRefused("The provider's discovery document names an endpoint without TLS.")
