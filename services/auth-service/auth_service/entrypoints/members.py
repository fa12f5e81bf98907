"""Members over HTTP: who is in the session's workspace, with which role and accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.managing_members import Listed, ManagingMembers
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role

MOST_ACCOUNTS = 1000
Accounts = Annotated[
    tuple[UUID, ...] | None,
    Field(max_length=MOST_ACCOUNTS, description="The accounts that may be seen; null is all, now and later."),
]


class MemberAnswer(BaseModel):
    user_id: UUID
    email: str | None
    role: Role
    accounts: Accounts
    joined_at: datetime | None


class MemberList(BaseModel):
    members: list[MemberAnswer]


class MemberChange(BaseModel):
    """The whole of what a member may do, in the place of what it was."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    accounts: Accounts = None


def members_router(managing: ManagingMembers, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/members", tags=["members"], responses=documented(401, 403, 503))
    seeing = Depends(Permitted(signing_in, Action.SEE_MEMBERS))
    allowed = Depends(Permitted(signing_in, Action.MANAGE_MEMBERS))
    refused = documented(404, 409, 422)

    @router.get("", summary="Members of the workspace", operation_id="listMembers")
    async def listed(person: Annotated[Person, seeing]) -> MemberList:
        return MemberList(members=[_answer(one) for one in await managing.list(person)])

    @router.put("/{user_id}", summary="Set a member's role and accounts", operation_id="setMember", responses=refused)
    async def change(person: Annotated[Person, allowed], user_id: UUID, wanted: MemberChange) -> MemberAnswer:
        return _answer(await managing.change(person, user_id, role=wanted.role, accounts=wanted.accounts))

    @router.delete(
        "/{user_id}", summary="Remove a member", operation_id="removeMember", status_code=204, responses=refused
    )
    async def remove(person: Annotated[Person, allowed], user_id: UUID) -> None:
        await managing.remove(person, user_id)

    return router


def _answer(listed: Listed) -> MemberAnswer:
    member = listed.member
    return MemberAnswer(
        user_id=member.user_id,
        email=listed.email,
        role=member.role,
        accounts=member.accounts,
        joined_at=member.joined_at,
    )
