"""Connections of a workspace: list, start, look at a pending consent, keep it or give it back."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from auth_service.domain.arrival import ADVICE, Arrival
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.domain.scopes import missing_scopes
from auth_service.domain.state import ConnectionState
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.shown import ConnectionAnswer, LostAnswer, connection_answer, lost_answer
from auth_service.use_cases.connecting import Connecting, Shown
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.viewing import Viewing


class ConnectionList(BaseModel):
    connections: list[ConnectionAnswer]
    counts: dict[ConnectionState, int] = Field(description="How many of them stand how; states of none are left out.")


class StartRequest(BaseModel):
    channel: str = Field(default="tiktok", max_length=40)
    account_id: UUID | None = Field(default=None, description="An account to be connected anew.")


class Started(BaseModel):
    authorize_url: str = Field(description="Open it in this browser; good for ten minutes and one use.")


class PendingAnswer(BaseModel):
    """What came from TikTok, to be looked at before it is kept."""

    pending_id: UUID
    username: str | None
    display_name: str | None
    avatar_url: str | None
    is_business_account: bool | None
    missing_scopes: tuple[str, ...]
    lost: LostAnswer
    arrival: Arrival = Field(description="How the account compares with those of the workspace.")
    advice: str | None = Field(description="What to do if it is not the account that was meant.")
    refusal: str | None = Field(description="Why it cannot be kept here.")
    already_connected: bool


def connections_router(
    connecting: Connecting, viewing: Viewing, signing_in: SigningIn, browsers: Browsers
) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/connections", tags=["connections"])
    router.include_router(_pending_router(connecting, viewing, signing_in))
    # Types, made for these routes.
    seeing = Depends(Permitted(signing_in, Action.SEE_CONNECTIONS))
    asking = Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))

    @router.get("", summary="Connected accounts", operation_id="listConnections", responses=documented(401, 503))
    async def listed(person: Annotated[Person, seeing]) -> ConnectionList:
        viewed = await viewing.all(await connecting.list(person))
        counts = Counter(one.standing.state for one in viewed)
        return ConnectionList(connections=[connection_answer(one) for one in viewed], counts=dict(counts))

    @router.post(
        "",
        summary="Start connecting an account",
        operation_id="startConnection",
        status_code=201,
        responses=documented(401, 403, 404, 409, 422, 503),
    )
    async def start(
        person: Annotated[Person, asking], wanted: StartRequest, request: Request, response: Response
    ) -> Started:
        browser = browsers.bound(request, response)
        address = await connecting.start(person, wanted.channel, browser=browser, wanted=wanted.account_id)
        return Started(authorize_url=address)

    return router


def _pending_router(connecting: Connecting, viewing: Viewing, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/pending", responses=documented(401, 403, 404, 422, 503))
    asking = Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))
    busy = documented(409)

    @router.get("/{pending_id}", summary="What waits for an answer", operation_id="pendingConnection")
    async def pending(person: Annotated[Person, asking], pending_id: UUID) -> PendingAnswer:
        return pending_answer(await connecting.pending(person, pending_id))

    @router.post(
        "/{pending_id}/confirm", summary="Keep it", operation_id="confirmConnection", status_code=201, responses=busy
    )
    async def confirm(person: Annotated[Person, asking], pending_id: UUID) -> ConnectionAnswer:
        return connection_answer(await viewing.kept(await connecting.confirm(person, pending_id)))

    @router.post(
        "/{pending_id}/decline",
        summary="Give it back",
        operation_id="declineConnection",
        status_code=204,
        responses=busy,
    )
    async def decline(person: Annotated[Person, asking], pending_id: UUID) -> None:
        await connecting.decline(person, pending_id)

    return router


def pending_answer(shown: Shown) -> PendingAnswer:
    return PendingAnswer(
        pending_id=shown.pending.pending_id,
        username=shown.profile.username,
        display_name=shown.profile.display_name,
        avatar_url=shown.profile.avatar_url,
        is_business_account=shown.profile.is_business_account,
        missing_scopes=missing_scopes(shown.pending.tokens.scopes),
        lost=lost_answer(shown.pending.tokens.scopes),
        arrival=shown.arrival,
        advice=ADVICE.get(shown.arrival),
        refusal=shown.refusal,
        already_connected=shown.already_connected,
    )
