"""Signing in, keeping the session by its cookie, signing out, and the public keys of access tokens."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, Field, SecretStr

from auth_service.domain.session import ACCESS_LIFE, REFRESH_LIFE
from auth_service.entrypoints.client import address_of, device_of
from auth_service.entrypoints.problems import documented
from auth_service.ports import AccessTokens
from auth_service.use_cases.signing_in import SignedIn, SigningIn

COOKIE = "toa_refresh"
PATH = "/auth/v1/sessions"

RefreshCookie = Annotated[str | None, Cookie(alias=COOKIE)]


class Credentials(BaseModel):
    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=1024)
    code: SecretStr | None = Field(
        default=None, max_length=64, description="Of the second factor, or a recovery code; after second-factor-needed."
    )


class SessionAnswer(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme's name, no secret
    expires_in: int = Field(description="Seconds.")
    workspace_id: UUID


def sessions_router(signing_in: SigningIn, *, secure_cookies: bool) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["sessions"])

    @router.post("", summary="Sign in", operation_id="signIn", responses=documented(401, 422, 429, 503))
    async def sign_in(credentials: Credentials, request: Request, response: Response) -> SessionAnswer:
        signed = await signing_in.sign_in(
            credentials.email,
            credentials.password,
            code=credentials.code.get_secret_value() if credentials.code else None,
            address=address_of(request),
            device=device_of(request),
        )
        return answered(signed, response, secure=secure_cookies)

    @router.post(
        "/refresh", summary="Renew by the cookie", operation_id="refreshSession", responses=documented(401, 503)
    )
    async def refresh(response: Response, toa_refresh: RefreshCookie = None) -> SessionAnswer:
        return answered(await signing_in.refresh(toa_refresh), response, secure=secure_cookies)

    @router.delete("", summary="Sign out", operation_id="signOut", status_code=204, responses=documented(503))
    async def sign_out(response: Response, toa_refresh: RefreshCookie = None) -> None:
        await signing_in.sign_out(toa_refresh)
        response.delete_cookie(COOKIE, path=PATH)

    return router


def answered(signed: SignedIn, response: Response, *, secure: bool) -> SessionAnswer:
    set_cookie(response, signed, secure=secure)
    response.headers["Cache-Control"] = "no-store"
    return SessionAnswer(
        access_token=signed.access_token,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        workspace_id=signed.person.workspace_id,
    )


def key_set_router(tokens: AccessTokens) -> APIRouter:
    router = APIRouter(tags=["keys"])

    # Any: FastAPI builds the answer's schema from this, and a JWK set is free-form JSON.
    @router.get("/auth/v1/jwks.json", summary="Public keys of access tokens", operation_id="keySet")
    async def key_set(response: Response) -> dict[str, Any]:
        response.headers["Cache-Control"] = "public, max-age=300"
        return dict(tokens.key_set())

    return router


def set_cookie(response: Response, signed: SignedIn, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        signed.refresh.get_secret_value(),
        max_age=int(REFRESH_LIFE.total_seconds()),
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
