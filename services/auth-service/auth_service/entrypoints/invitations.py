"""Invitations over HTTP: made and revoked by admins, looked at and accepted by whoever got the mail."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from auth_service.domain.identity import Person
from auth_service.domain.invitation import Invitation
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.members import Accounts
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.inviting import Inviting
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role


class NewInvitation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)
    role: Role
    accounts: Accounts = None


class InvitationAnswer(BaseModel):
    """Without its link, which is in the mail only."""

    invitation_id: UUID
    email: str
    role: Role
    accounts: Accounts
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


class InvitationList(BaseModel):
    invitations: list[InvitationAnswer]


class HeldInvitation(BaseModel):
    """In the body, so that no log of addresses holds it."""

    model_config = ConfigDict(extra="forbid")

    secret: SecretStr = Field(max_length=200, description="What stands behind the # of the link.")


class Acceptance(HeldInvitation):
    password: SecretStr | None = Field(default=None, max_length=1024, description="For a new address only.")


class SeenInvitation(BaseModel):
    workspace_name: str
    email: str
    role: Role
    expires_at: datetime
    known: bool = Field(description="Whether the address can sign in already; if not, accepting takes a password.")


class Joined(BaseModel):
    """Signing in comes next: accepting opens no session."""

    workspace_id: UUID
    workspace_name: str


def invitations_router(inviting: Inviting, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/invitations", tags=["members"], responses=documented(401, 403, 503))
    allowed = Depends(Permitted(signing_in, Action.MANAGE_MEMBERS))

    @router.get("", summary="Invitations that wait", operation_id="listInvitations")
    async def listed(person: Annotated[Person, allowed]) -> InvitationList:
        return InvitationList(invitations=[_answer(one) for one in await inviting.list(person)])

    @router.post(
        "",
        summary="Invite somebody by mail",
        operation_id="createInvitation",
        status_code=201,
        responses=documented(409, 422),
    )
    async def invite(person: Annotated[Person, allowed], wanted: NewInvitation) -> InvitationAnswer:
        return _answer(await inviting.invite(person, email=wanted.email, role=wanted.role, accounts=wanted.accounts))

    @router.delete(
        "/{invitation_id}",
        summary="Revoke an invitation",
        operation_id="revokeInvitation",
        status_code=204,
        responses=documented(404, 422),
    )
    async def revoke(person: Annotated[Person, allowed], invitation_id: UUID) -> None:
        await inviting.revoke(person, invitation_id)

    return router


def held_invitations_router(inviting: Inviting) -> APIRouter:
    """For the holder of an invitation, who may have no session yet: its secret is the permission."""
    router = APIRouter(prefix="/auth/v1/invitations", tags=["members"], responses=documented(404, 422, 503))

    @router.post("/look", summary="What an invitation is for", operation_id="lookAtInvitation")
    async def look(held: HeldInvitation) -> SeenInvitation:
        seen = await inviting.look(held.secret)
        return SeenInvitation(
            workspace_name=seen.workspace.name,
            email=seen.invitation.email,
            role=seen.invitation.role,
            expires_at=seen.invitation.expires_at,
            known=seen.known,
        )

    @router.post("/accept", summary="Join", operation_id="acceptInvitation", responses=documented(409))
    async def accept(held: Acceptance) -> Joined:
        workspace = await inviting.accept(held.secret, held.password)
        return Joined(workspace_id=workspace.workspace_id, workspace_name=workspace.name)

    return router


def _answer(invitation: Invitation) -> InvitationAnswer:
    return InvitationAnswer.model_validate(invitation.model_dump(exclude={"secret_sha256"}))
