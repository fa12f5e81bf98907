"""Connect links: members make, list and revoke them; an account's owner opens one without signing in."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.connect_link import USUAL_LIFE, ConnectLink, LinkState
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.domain.scopes import MEANINGS
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.connections import PendingAnswer, Started, pending_answer
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.signing_in import SigningIn
from common.catalog import SCOPES
from common.runtime.clock import Clock

PREFIX = "/auth/v1/connect-links"
# The token stands behind the #, which a browser sends to no server and no log.
PAGE = "/connect/link"


class LinkRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channel: str = Field(default="tiktok", max_length=40)
    note: str = Field(default="", max_length=200, description="For whom it is; shown in the list only.")
    expires_in_hours: float = Field(default=USUAL_LIFE / timedelta(hours=1), gt=0, le=24 * 365)


class HeldLink(BaseModel):
    """The token travels in bodies only: addresses stand in logs and histories."""

    token: str = Field(max_length=200)


class LinkAnswer(BaseModel):
    link_id: UUID
    channel: str
    note: str
    state: LinkState
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    account_id: UUID | None = Field(description="The account that was connected through it.")


class MadeAnswer(LinkAnswer):
    url: str = Field(description="To be sent to the account's owner; it is told this once.")


class LinkList(BaseModel):
    connect_links: list[LinkAnswer]


class Asked(BaseModel):
    scope: str
    meaning: str


class OfferAnswer(BaseModel):
    """What a link's owner is asked for, and by whom."""

    workspace_name: str
    channel: str
    asks: list[Asked]
    expires_at: datetime


class OwnersPending(PendingAnswer):
    workspace_name: str


class KeptAnswer(BaseModel):
    """What the owner gave, and to whom."""

    username: str | None
    workspace_name: str


def connect_links_router(linking: Linking, signing_in: SigningIn, browsers: Browsers, *, public_url: str) -> APIRouter:
    router = APIRouter(tags=["connect-links"])
    router.include_router(_owners_pending(linking, browsers))
    router.include_router(_making(linking, signing_in, public_url))
    router.include_router(_keeping(linking, signing_in))
    router.include_router(_owners(linking, browsers))
    return router


def _making(linking: Linking, signing_in: SigningIn, public_url: str) -> APIRouter:
    router = APIRouter(prefix=PREFIX, responses=documented(401, 403, 503))
    asking = Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))

    @router.post(
        "",
        summary="Make a link for an account's owner",
        operation_id="createConnectLink",
        status_code=201,
        responses=documented(422),
    )
    async def create(person: Annotated[Person, asking], request: LinkRequest, response: Response) -> MadeAnswer:
        life = timedelta(hours=request.expires_in_hours)
        made = await linking.create(person, channel=request.channel, note=request.note, life=life)
        subject = named("connect link", made.link.link_id)
        await signing_in.witness.saw(AuditAction.CONNECT_LINK_CREATED, person, subject=subject)
        response.headers["Cache-Control"] = "no-store"
        shown = _link(made.link, linking.wall)
        return MadeAnswer(**shown.model_dump(), url=f"{public_url}{PAGE}#{made.token}")

    return router


def _keeping(linking: Linking, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix=PREFIX, responses=documented(401, 403, 503))
    asking = Depends(Permitted(signing_in, Action.CONNECT_ACCOUNTS))

    @router.get("", summary="Links of the workspace", operation_id="listConnectLinks")
    async def listed(person: Annotated[Person, asking]) -> LinkList:
        return LinkList(connect_links=[_link(link, linking.wall) for link in await linking.list(person)])

    @router.post(
        "/{link_id}/revoke",
        summary="Take a link back",
        operation_id="revokeConnectLink",
        status_code=204,
        responses=documented(404, 422),
    )
    async def revoke(person: Annotated[Person, asking], link_id: UUID) -> None:
        await linking.revoke(person, link_id)
        await signing_in.witness.saw(AuditAction.CONNECT_LINK_REVOKED, person, subject=named("connect link", link_id))

    return router


def _owners(linking: Linking, browsers: Browsers) -> APIRouter:
    router = APIRouter(prefix=PREFIX, responses=documented(404, 410, 422, 503))

    @router.post("/look", summary="What a link asks for", operation_id="offeredConnection")
    async def offered(held: HeldLink, response: Response) -> OfferAnswer:
        response.headers["Cache-Control"] = "no-store"
        offer = await linking.offered(held.token)
        return OfferAnswer(
            workspace_name=offer.workspace_name,
            channel=offer.link.channel,
            asks=[Asked(scope=scope, meaning=MEANINGS[scope]) for scope in SCOPES],
            expires_at=offer.link.expires_at,
        )

    @router.post(
        "/start",
        summary="Go to TikTok by a link",
        operation_id="startByConnectLink",
        status_code=201,
        responses=documented(409),
    )
    async def start(held: HeldLink, request: Request, response: Response) -> Started:
        response.headers["Cache-Control"] = "no-store"
        return Started(authorize_url=await linking.start(held.token, browser=browsers.bound(request, response)))

    return router


def _owners_pending(linking: Linking, browsers: Browsers) -> APIRouter:
    """Answered in the browser that asked, and by nobody else."""
    router = APIRouter(prefix=f"{PREFIX}/pending", responses=documented(404, 422, 503))

    @router.get("/{pending_id}", summary="What came from TikTok by a link", operation_id="pendingByConnectLink")
    async def pending(pending_id: UUID, request: Request) -> OwnersPending:
        shown, workspace_name = await linking.show(pending_id, browser=browsers.of(request))
        return OwnersPending(**pending_answer(shown).model_dump(), workspace_name=workspace_name)

    router.include_router(_owners_answers(linking, browsers))
    return router


def _owners_answers(linking: Linking, browsers: Browsers) -> APIRouter:
    router = APIRouter(responses=documented(409))

    @router.post(
        "/{pending_id}/confirm",
        summary="Keep it, as the account's owner",
        operation_id="confirmByConnectLink",
        status_code=201,
        responses=documented(410),
    )
    async def confirm(pending_id: UUID, request: Request) -> KeptAnswer:
        kept = await linking.keep(pending_id, browser=browsers.of(request))
        return KeptAnswer(username=kept.connection.profile.username, workspace_name=kept.workspace_name)

    @router.post(
        "/{pending_id}/decline",
        summary="Give it back, as the account's owner",
        operation_id="declineByConnectLink",
        status_code=204,
    )
    async def decline(pending_id: UUID, request: Request) -> None:
        await linking.give_back(pending_id, browser=browsers.of(request))

    return router


def _link(link: ConnectLink, wall: Clock) -> LinkAnswer:
    return LinkAnswer(
        link_id=link.link_id,
        channel=link.channel,
        note=link.note,
        state=link.state(wall.now()),
        created_by=link.created_by,
        created_at=link.created_at,
        expires_at=link.expires_at,
        used_at=link.used_at,
        account_id=link.account_id,
    )
