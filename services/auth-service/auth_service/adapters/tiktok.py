"""TikTok API for Business v1.3: the consent address, the token endpoints and the profile, over HTTP."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from auth_service.domain.connection import Profile
from auth_service.domain.errors import TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import Issued
from auth_service.domain.probe import Probe
from auth_service.domain.scopes import shown_fields
from common.catalog import SCOPES

# Shorter than the 10 seconds that callers of ours wait, so that they get an answer.
SECONDS_TO_ANSWER = 8.0
_THROTTLES = frozenset({40016, 40100, 40132, 40133, 61000})
_SERVER_FAULTS = range(50000, 61000)

_SomeData = TypeVar("_SomeData", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class TikTokApp:
    """Our registration at TikTok; `redirect_uri` is the registered one."""

    app_id: str
    client_key: str
    secret: SecretStr
    authorize_url: str
    redirect_uri: str


class _Answer(BaseModel):
    """TikTok's envelope: errors ride on HTTP 200 with a code."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    code: int
    data: dict[str, object] = Field(default_factory=dict)


class _TokenData(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    open_id: str | None = None
    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None
    scope: str | None = None

    def issued(self) -> Issued:
        return Issued(
            open_id=self.open_id or "",
            access_token=self.access_token or SecretStr(""),
            refresh_token=self.refresh_token or SecretStr(""),
            expires_in=self.expires_in,
            refresh_token_expires_in=self.refresh_token_expires_in,
            scopes=tuple(sorted(filter(None, (self.scope or "").split(",")))),
        )


class _ProfileData(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    username: str | None = None
    display_name: str | None = None
    profile_image: str | None = None
    is_business_account: bool | None = None


class TikTokClient:
    """`http` has the base address `…/open_api/v1.3/`."""

    def __init__(self, http: httpx.AsyncClient, app: TikTokApp) -> None:
        self._http = http
        self._app = app

    @property
    def app_id(self) -> str:
        return self._app.app_id

    def authorize_url(self, state: str) -> str:
        query = {
            "client_key": self._app.client_key,
            "scope": ",".join(SCOPES),
            "response_type": "code",
            "redirect_uri": self._app.redirect_uri,
            "state": state,
            # Without it TikTok skips the page for whoever consented before, and the wrong account slips through.
            "disable_auto_auth": "1",
        }
        return f"{self._app.authorize_url}?{urlencode(query)}"

    async def exchange(self, code: str) -> Issued:
        body = {"grant_type": "authorization_code", "auth_code": code, "redirect_uri": self._app.redirect_uri}
        return await self._tokens("the code", "tt_user/oauth2/token/", body)

    async def refresh(self, refresh_token: SecretStr) -> Issued:
        body = {"grant_type": "refresh_token", "refresh_token": refresh_token.get_secret_value()}
        return await self._tokens("the refresh", "tt_user/oauth2/refresh_token/", body)

    async def revoke(self, access_token: SecretStr) -> None:
        body = {"access_token": access_token.get_secret_value()}
        await self._post("the revocation", "tt_user/oauth2/revoke/", body)

    async def profile(self, access_token: SecretStr, *, open_id: str, scopes: Sequence[str]) -> Profile:
        fields = shown_fields(scopes)
        if not fields:
            return Profile()
        request = self._http.build_request(
            "GET",
            "business/get/",
            params={"business_id": open_id, "fields": json.dumps(fields)},
            headers={"Access-Token": access_token.get_secret_value()},
        )
        read = _read(_ProfileData, await self._data("the profile", request))
        return Profile(
            username=read.username,
            display_name=read.display_name,
            avatar_url=read.profile_image,
            is_business_account=read.is_business_account,
        )

    async def probe(self, access_token: SecretStr, *, open_id: str, probe: Probe) -> None:
        request = self._http.build_request(
            "GET",
            probe.path,
            params={"business_id": open_id, "fields": json.dumps(probe.fields), **probe.parameters},
            headers={"Access-Token": access_token.get_secret_value()},
        )
        await self._data(probe.what, request)

    async def hear_at(self, address: str) -> None:
        """Have the app's events sent to `address`."""
        app = {"app_id": self._app.app_id, "secret": self._app.secret.get_secret_value()}
        body = {**app, "event_type": "DEFAULT", "callback_url": address}
        await self._data("the webhook", self._http.build_request("POST", "business/webhook/update/", json=body))

    async def _tokens(self, what: str, path: str, body: dict[str, str]) -> Issued:
        return _read(_TokenData, await self._post(what, path, body)).issued()

    async def _post(self, what: str, path: str, body: dict[str, str]) -> dict[str, object]:
        app = {"client_id": self._app.app_id, "client_secret": self._app.secret.get_secret_value()}
        return await self._data(what, self._http.build_request("POST", path, json={**app, **body}))

    async def _data(self, what: str, request: httpx.Request) -> dict[str, object]:
        """The `data` of a good answer. No error quotes a request or an answer: both may hold tokens."""
        try:
            # httpx counts its time-outs per step; the whole must end before a lease does.
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                response = await self._http.send(request)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TikTokUnavailable(f"TikTok did not answer {what} ({type(error).__name__}).") from None
        if response.status_code >= 500:
            raise TikTokUnavailable(f"TikTok answered {what} with HTTP {response.status_code}.")
        answer = _envelope(what, response)
        if answer.code in _THROTTLES or answer.code in _SERVER_FAULTS:
            raise TikTokUnavailable(f"TikTok cannot answer {what} now (code {answer.code}).")
        if answer.code != 0:
            raise TikTokRefused(what, answer.code)
        return answer.data


def _envelope(what: str, response: httpx.Response) -> _Answer:
    try:
        return _Answer.model_validate_json(response.content)
    except ValidationError:
        reason = f"with HTTP {response.status_code} and not in its own form"
        raise TikTokUnavailable(f"TikTok answered {what} {reason}.") from None


def _read(model: type[_SomeData], data: dict[str, object]) -> _SomeData:
    try:
        return model.model_validate(data)
    except ValidationError:
        raise TikTokUnavailable("TikTok's answer has a value of another kind than it documents.") from None
