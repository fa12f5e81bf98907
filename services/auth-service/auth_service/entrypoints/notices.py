"""A person's notices: the unread first, and marking them read."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from auth_service.domain.errors import NotFound
from auth_service.domain.identity import Person
from auth_service.domain.notice import Notice, NoticeKind
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.pages import Cursor, Limit
from auth_service.entrypoints.problems import documented
from auth_service.ports_sign_in import NoticeBox, Words
from auth_service.use_cases.signing_in import SigningIn
from common.runtime.clock import Clock


class NoticeAnswer(BaseModel):
    notice_id: str
    kind: NoticeKind
    title: str
    paragraphs: tuple[str, ...]
    place: str | None = Field(description="The path of the page where one can do something about it.")
    action: str = Field(description="What one can do there.")
    created_at: datetime
    read_at: datetime | None


class NoticeList(BaseModel):
    notices: list[NoticeAnswer]
    unread: int = Field(description="Of all notices, not only these.")
    next_cursor: str | None


def notices_router(box: NoticeBox, words: Words, signing_in: SigningIn, wall: Clock) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/notices", tags=["notices"], responses=documented(401, 422, 503))
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.get("", summary="Your notices, unread first", operation_id="listNotices")
    async def listed(person: Annotated[Person, asking], limit: Limit = 20, cursor: Cursor = None) -> NoticeList:
        page = await box.page(user_id=person.user_id, workspace_id=person.workspace_id, limit=limit, cursor=cursor)
        shown = [_answer(words, notice) for notice in page.notices]
        return NoticeList(notices=shown, unread=page.unread, next_cursor=page.next_cursor)

    @router.post("/read", summary="Mark all read", operation_id="readAllNotices", status_code=204)
    async def read_all(person: Annotated[Person, asking]) -> None:
        await box.read_all(user_id=person.user_id, workspace_id=person.workspace_id, at=wall.now())

    @router.post(
        "/{notice_id}/read",
        summary="Mark one read",
        operation_id="readNotice",
        status_code=204,
        responses=documented(404),
    )
    async def read(person: Annotated[Person, asking], notice_id: str) -> None:
        theirs = {"user_id": person.user_id, "workspace_id": person.workspace_id}
        if not await box.read(notice_id, **theirs, at=wall.now()):
            raise NotFound("There is no such notice of yours.")

    return router


def _answer(words: Words, notice: Notice) -> NoticeAnswer:
    said = words.said(notice)
    return NoticeAnswer(
        notice_id=notice.notice_id,
        kind=notice.kind,
        title=said.subject,
        paragraphs=tuple(said.paragraphs),
        place=said.place,
        action=said.action,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
