"""Workspaces over HTTP: mine, another one, the session's own, leaving it and handing it over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from auth_service.domain.identity import LONGEST_NAME, Person, Workspace
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.keeping_workspaces import KeepingWorkspaces, WorkspaceWish
from auth_service.use_cases.managing_members import ManagingMembers
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role, WeekStart

Name = Annotated[str, Field(max_length=2 * LONGEST_NAME)]
Timezone = Annotated[str, Field(max_length=64, description="Name of the tz database, such as Europe/Berlin.")]


class WorkspaceAnswer(BaseModel):
    """A workspace as one of its members sees it."""

    workspace_id: UUID
    name: str
    timezone: str
    week_start: WeekStart
    role: Role = Field(description="Of whoever asks.")
    created_at: datetime


class WorkspaceList(BaseModel):
    workspaces: list[WorkspaceAnswer]


class NewWorkspace(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    timezone: Timezone = "UTC"
    week_start: WeekStart = WeekStart.MONDAY


class WorkspaceChange(BaseModel):
    """What is left out or null stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    timezone: Timezone | None = None
    week_start: WeekStart | None = None


class NewOwner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: UUID = Field(description="Another member; they become an owner, whoever asks an admin.")


def workspaces_router(keeping: KeepingWorkspaces, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/workspaces", tags=["workspaces"], responses=documented(401, 403, 422, 503))
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.get("", summary="My workspaces", operation_id="listWorkspaces")
    async def mine(person: Annotated[Person, asking]) -> WorkspaceList:
        return WorkspaceList(workspaces=_answers(person, await keeping.mine(person)))

    @router.post(
        "", summary="Another workspace", operation_id="createWorkspace", status_code=201, responses=documented(409)
    )
    async def create(person: Annotated[Person, asking], wanted: NewWorkspace) -> WorkspaceAnswer:
        made = await keeping.create(person, name=wanted.name, timezone=wanted.timezone, week_start=wanted.week_start)
        [answer] = _answers(person, [made])
        return answer

    return router


def workspace_router(keeping: KeepingWorkspaces, managing: ManagingMembers, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/workspace", tags=["workspaces"], responses=documented(401, 403, 422, 503))
    router.include_router(_belonging_router(managing, signing_in))
    seeing = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))
    changing = Depends(Permitted(signing_in, Action.CHANGE_WORKSPACE))

    @router.get("", summary="The session's workspace", operation_id="currentWorkspace")
    async def current(person: Annotated[Person, seeing]) -> WorkspaceAnswer:
        [answer] = _answers(person, [await keeping.current(person)])
        return answer

    @router.patch("", summary="Change its name, time zone or first weekday", operation_id="changeWorkspace")
    async def change(person: Annotated[Person, changing], wanted: WorkspaceChange) -> WorkspaceAnswer:
        wish = WorkspaceWish(name=wanted.name, timezone=wanted.timezone, week_start=wanted.week_start)
        [answer] = _answers(person, [await keeping.change(person, wish)])
        return answer

    return router


def _belonging_router(managing: ManagingMembers, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(responses=documented(409))
    leaving = Depends(Permitted(signing_in, Action.LEAVE_WORKSPACE))
    owning = Depends(Permitted(signing_in, Action.MANAGE_OWNERS))

    @router.post("/leave", summary="Leave it", operation_id="leaveWorkspace", status_code=204)
    async def leave(person: Annotated[Person, leaving]) -> None:
        await managing.leave(person)

    @router.post(
        "/owner",
        summary="Hand ownership over",
        operation_id="transferOwnership",
        status_code=204,
        responses=documented(404),
    )
    async def hand_over(person: Annotated[Person, owning], wanted: NewOwner) -> None:
        await managing.hand_over(person, wanted.user_id)

    return router


def _answers(person: Person, workspaces: Sequence[Workspace]) -> list[WorkspaceAnswer]:
    return [
        WorkspaceAnswer(
            workspace_id=one.workspace_id,
            name=one.name,
            timezone=one.timezone,
            week_start=one.week_start,
            role=member.role,
            created_at=one.created_at,
        )
        for one in workspaces
        if (member := one.member(person.user_id))
    ]
