"""Where a person is signed in: see it, end one, end all others."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.errors import NotFound
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.domain.session import Session
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.entrypoints.sessions import PATH
from auth_service.ports_sign_in import SessionBook
from auth_service.use_cases.signing_in import SigningIn
from common.runtime.clock import Clock


class OneSession(BaseModel):
    session_id: UUID
    device: str = Field(description="As its browser calls itself; it may lie.")
    started_at: datetime | None
    last_used_at: datetime = Field(description="When its token was last renewed.")
    current: bool = Field(description="Whether it is the one that asks.")


class SessionList(BaseModel):
    sessions: list[OneSession]


def session_list_router(book: SessionBook, signing_in: SigningIn, wall: Clock) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["sessions"], responses=documented(401, 503))
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.get("", summary="Where you are signed in", operation_id="listSessions")
    async def listed(person: Annotated[Person, asking]) -> SessionList:
        live = [one for one in await book.of_user(person.user_id) if wall.now() < one.expires_at]
        return SessionList(sessions=[_one(session, person) for session in live])

    @router.post("/end-others", summary="End all others", operation_id="endOtherSessions", status_code=204)
    async def end_others(person: Annotated[Person, asking]) -> None:
        await signing_in.ending.end_others(person.user_id, but=person.session_id)
        await signing_in.witness.saw(AuditAction.SESSION_ENDED, person, subject="others")

    @router.delete(
        "/{session_id}",
        summary="End one",
        operation_id="endSession",
        status_code=204,
        responses=documented(404, 422),
    )
    async def end(person: Annotated[Person, asking], session_id: UUID) -> None:
        if not await signing_in.ending.end(person.user_id, session_id):
            raise NotFound("There is no such session of yours.")
        await signing_in.witness.saw(AuditAction.SESSION_ENDED, person, subject=named("session", session_id))

    return router


def _one(session: Session, person: Person) -> OneSession:
    return OneSession(
        session_id=session.session_id,
        device=session.device or "Unknown device",
        started_at=session.started_at,
        last_used_at=session.rotated_at,
        current=session.session_id == person.session_id,
    )
