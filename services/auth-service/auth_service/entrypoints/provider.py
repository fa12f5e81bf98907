"""Signing in with an OpenID Connect provider: there by a redirect, back by one, and always on to a page of ours."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, SecretStr

from auth_service.domain import errors
from auth_service.domain.provider import ATTEMPT_LIFE
from auth_service.entrypoints.client import device_of
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.sessions import SessionAnswer, answered, set_cookie
from auth_service.use_cases.signing_in_elsewhere import Begun, SigningInElsewhere
from common.runtime.logs import logger

PATH = "/auth/v1/oidc"
CALLBACK_PATH = f"{PATH}/callback"
COOKIE = "toa_oidc"
# What the sign-in page explains; everything else is "refused".
REASONS = {
    errors.NobodyLinked: "nobody",
    errors.ProviderUnavailable: "unavailable",
    errors.StoreUnavailable: "unavailable",
}

_log = logger(__name__)
Text = Annotated[str, Query(max_length=4000)]
Fresh = Annotated[bool, Query(description="Whether the provider is to ask the person anew.")]
BrowserCookie = Annotated[str, Cookie(alias=COOKIE)]


class Ways(BaseModel):
    """How one may sign in besides by password."""

    provider: str | None = Field(description="What the single sign-on is called; null when there is none.")


class SentCode(BaseModel):
    code: SecretStr = Field(max_length=64, description="Of the second factor, or a recovery code.")


def ways_router(elsewhere: SigningInElsewhere | None) -> APIRouter:
    router = APIRouter(prefix="/auth/v1", tags=["sessions"])

    @router.get("/sign-in-ways", summary="Ways to sign in", operation_id="signInWays")
    async def ways() -> Ways:
        return Ways(provider=elsewhere.name if elsewhere else None)

    return router


def provider_router(elsewhere: SigningInElsewhere, public_url: str) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["sessions"], default_response_class=RedirectResponse)
    router.include_router(_callback_router(elsewhere, public_url))
    router.include_router(_code_router(elsewhere, secure=public_url.startswith("https://")))

    @router.get(
        "/start",
        summary="To the provider",
        operation_id="startProviderSignIn",
        status_code=303,
        responses=documented(429),
    )
    async def start(fresh: Fresh = False) -> RedirectResponse:
        try:
            begun = await elsewhere.begin(fresh=fresh)
        except errors.AuthError as refused:
            return _failed(public_url, refused)
        return _to_provider(begun, secure=public_url.startswith("https://"))

    return router


def _callback_router(elsewhere: SigningInElsewhere, public_url: str) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/callback",
        summary="The provider's answer",
        operation_id="providerCallback",
        status_code=303,
        responses=documented(422, 429),
    )
    async def callback(
        request: Request, code: Text = "", state: Text = "", toa_oidc: BrowserCookie = ""
    ) -> RedirectResponse:
        try:
            signed = await elsewhere.came_back(state=state, code=code, browser=toa_oidc, device=device_of(request))
        except errors.SecondFactorNeeded:
            # In the same browser, whose cookie stays.
            return _to(f"{public_url}/signed-in?code=needed")
        except errors.AuthError as refused:
            return _failed(public_url, refused)
        response = _to(f"{public_url}/signed-in")
        set_cookie(response, signed, secure=public_url.startswith("https://"))
        response.delete_cookie(COOKIE, path=PATH)
        return response

    return router


def _code_router(elsewhere: SigningInElsewhere, *, secure: bool) -> APIRouter:
    router = APIRouter()

    @router.post(
        "/code",
        summary="The code of the second factor",
        description="Where the provider has asked for none, in the browser that came back from it.",
        operation_id="providerCode",
        response_class=JSONResponse,
        responses=documented(401, 422, 429, 503),
    )
    async def code(sent: SentCode, request: Request, response: Response, toa_oidc: BrowserCookie = "") -> SessionAnswer:
        signed = await elsewhere.with_code(sent.code.get_secret_value(), browser=toa_oidc, device=device_of(request))
        response.delete_cookie(COOKIE, path=PATH)
        return answered(signed, response, secure=secure)

    return router


def _to_provider(begun: Begun, *, secure: bool) -> RedirectResponse:
    response = _to(begun.url)
    response.set_cookie(
        COOKIE,
        begun.browser.get_secret_value(),
        max_age=int(ATTEMPT_LIFE.total_seconds()),
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _failed(public_url: str, refused: errors.AuthError) -> RedirectResponse:
    _log.warning("sign-in with the provider failed", reason=f"{type(refused).__name__}: {refused}")
    return _to(f"{public_url}/signed-in?{urlencode({'failed': REASONS.get(type(refused), 'refused')})}")


def _to(url: str) -> RedirectResponse:
    # The address that led here may hold a code; it goes to nobody.
    return RedirectResponse(url, 303, headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
