"""Connections of a workspace: list, start, look at a pending consent, keep it or give it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from auth_service.domain.connection import Connection
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.domain.scopes import missing_scopes
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.connecting import Connecting, Shown
from auth_service.use_cases.signing_in import SigningIn
from common.events import AccountStatus


class ConnectionAnswer(BaseModel):
    """One TikTok account in this workspace; null where its owner's consent does not cover a field."""

    account_id: UUID
    channel: str
    username: str | None
    display_name: str | None
    avatar_url: str | None
    is_business_account: bool | None
    status: AccountStatus
    scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...] = Field(description="Not granted: what they bring cannot be collected.")
    connected_at: datetime


class ConnectionList(BaseModel):
    connections: list[ConnectionAnswer]


class StartRequest(BaseModel):
    channel: str = Field(default="tiktok", max_length=40)


class Started(BaseModel):
    authorize_url: str = Field(description="Open it in the browser; good for ten minutes and one use.")


class PendingAnswer(BaseModel):
    """What came from TikTok, to be looked at before it is kept."""

    pending_id: UUID
    username: str | None
    display_name: str | None
    avatar_url: str | None
    is_business_account: bool | None
    missing_scopes: tuple[str, ...]
    already_connected: bool


def connections_router(connecting: Connecting, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/connections", tags=["connections"])
    router.include_router(_pending_router(connecting, signing_in))
    # Types, made for these routes.
    Seeing = Annotated[Person, Depends(Permitted(signing_in, Action.SEE_CONNECTIONS))]  # noqa: N806
    Asking = Annotated[Person, Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))]  # noqa: N806

    @router.get("", summary="Connected accounts", operation_id="listConnections", responses=documented(401, 503))
    async def listed(person: Seeing) -> ConnectionList:
        return ConnectionList(connections=[_connection(one) for one in await connecting.list(person)])

    @router.post(
        "",
        summary="Start connecting an account",
        operation_id="startConnection",
        status_code=201,
        responses=documented(401, 403, 422, 503),
    )
    async def start(person: Asking, request: StartRequest) -> Started:
        return Started(authorize_url=await connecting.start(person, request.channel))

    return router


def _pending_router(connecting: Connecting, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/pending", responses=documented(401, 403, 404, 422, 503))
    Asking = Annotated[Person, Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))]  # noqa: N806  # a type
    busy = documented(409)

    @router.get("/{pending_id}", summary="What waits for an answer", operation_id="pendingConnection")
    async def pending(person: Asking, pending_id: UUID) -> PendingAnswer:
        return _pending(await connecting.pending(person, pending_id))

    @router.post(
        "/{pending_id}/confirm", summary="Keep it", operation_id="confirmConnection", status_code=201, responses=busy
    )
    async def confirm(person: Asking, pending_id: UUID) -> ConnectionAnswer:
        return _connection(await connecting.confirm(person, pending_id))

    @router.post(
        "/{pending_id}/decline",
        summary="Give it back",
        operation_id="declineConnection",
        status_code=204,
        responses=busy,
    )
    async def decline(person: Asking, pending_id: UUID) -> None:
        await connecting.decline(person, pending_id)

    return router


def _connection(connection: Connection) -> ConnectionAnswer:
    return ConnectionAnswer(
        account_id=connection.account_id,
        channel=connection.channel,
        username=connection.profile.username,
        display_name=connection.profile.display_name,
        avatar_url=connection.profile.avatar_url,
        is_business_account=connection.profile.is_business_account,
        status=connection.status,
        scopes=connection.scopes,
        missing_scopes=missing_scopes(connection.scopes),
        connected_at=connection.connected_at,
    )


def _pending(shown: Shown) -> PendingAnswer:
    return PendingAnswer(
        pending_id=shown.pending.pending_id,
        username=shown.profile.username,
        display_name=shown.profile.display_name,
        avatar_url=shown.profile.avatar_url,
        is_business_account=shown.profile.is_business_account,
        missing_scopes=missing_scopes(shown.pending.tokens.scopes),
        already_connected=shown.already_connected,
    )
