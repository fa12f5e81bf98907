"""Notices in MongoDB. One that waits for its mail is its own outbox; its link is sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from pydantic import SecretStr

from auth_service.adapters.cursors import read_cursor, read_moment, written_cursor
from auth_service.adapters.documents import document, record
from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.notice import KEPT, Notice, NoticeKind
from auth_service.ports_sign_in import NoticePage
from common.documents.store import Database, Document, Taken

# Unread first, then the newest, then any order that stays.
_ORDER = (("is_read", 1), ("created_at", -1), ("_id", 1))
_NEVER: Mapping[str, object] = {"next_try_at": None, "link": None}


class Seals(Protocol):
    def seal(self, secret: SecretStr, *, binding: str) -> str: ...

    def open(self, sealed: str, *, binding: str) -> SecretStr: ...


class MongoNotices:
    """`is_read` in the document is for its order only."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._notices = database.collection("notices")
        self._seals = seals

    async def add(self, notice: Notice) -> bool:
        sealed = self._seals.seal(SecretStr(notice.link), binding=_binding(notice.notice_id)) if notice.link else None
        try:
            await self._notices.insert({**document(notice, "notice_id"), "link": sealed, "is_read": False})
        except Taken:
            return False
        return True

    async def page(self, *, user_id: UUID, workspace_id: UUID, limit: int, cursor: str | None) -> NoticePage:
        theirs = _theirs(user_id, workspace_id)
        query = {"$and": [theirs, _after(cursor)]} if cursor else theirs
        found = await self._notices.find(query, sort=_ORDER, limit=limit + 1)
        return NoticePage(
            notices=[_without_link(one) for one in found[:limit]],
            next_cursor=_cursor(found[limit - 1]) if len(found) > limit else None,
            unread=await self._notices.count({**theirs, "is_read": False}),
        )

    async def read(self, notice_id: str, *, user_id: UUID, workspace_id: UUID, at: datetime) -> bool:
        theirs = {"_id": notice_id, **_theirs(user_id, workspace_id)}
        unread = {**theirs, "is_read": False}
        if await self._notices.update(unread, {"$set": {"read_at": at, "is_read": True}}):
            return True
        return await self._notices.find_one(theirs) is not None

    async def read_all(self, *, user_id: UUID, workspace_id: UUID, at: datetime) -> None:
        unread = {**_theirs(user_id, workspace_id), "is_read": False}
        await self._notices.update_all(unread, {"$set": {"read_at": at, "is_read": True}})

    async def take_due(self, *, at: datetime, until: datetime) -> Notice | None:
        change = {"$set": {"next_try_at": until}, "$inc": {"tries": 1}}
        found = await self._notices.find_and_update({"next_try_at": {"$lte": at}}, change)
        return self._opened(found) if found else None

    async def mailed(self, notice: Notice, at: datetime) -> None:
        await self._notices.update({"_id": notice.notice_id}, {"$set": {**_NEVER, "mailed_at": at}})

    async def try_again(self, notice: Notice, at: datetime) -> None:
        held = {"_id": notice.notice_id, "next_try_at": notice.next_try_at}
        await self._notices.update(held, {"$set": {"next_try_at": at}})

    async def give_up(self, notice: Notice, reason: str) -> None:
        held = {"_id": notice.notice_id, "mailed_at": None}
        await self._notices.update(held, {"$set": {**_NEVER, "unmailable": reason}})

    async def remove_expired(self, at: datetime) -> None:
        """Those that were told long ago; one that still waits for its mail stays."""
        await self._notices.remove({"created_at": {"$lt": at - KEPT}, "next_try_at": None})

    def _opened(self, found: Document) -> Notice:
        sealed = found.get("link")
        notice = _without_link(found)
        if sealed is None:
            return notice
        try:
            link = self._seals.open(str(sealed), binding=_binding(notice.notice_id))
        except SecretUnreadable:
            return notice.model_copy(update={"unmailable": "The key that sealed its link is not on the ring."})
        return notice.model_copy(update={"link": link.get_secret_value()})


def _without_link(found: Document) -> Notice:
    return cast("Notice", record(Notice, {**found, "link": None}, "notice_id"))


def _theirs(user_id: UUID, workspace_id: UUID) -> dict[str, object]:
    # An invitation is to another workspace, and told in this one.
    here = {"workspace_id": {"$in": [None, str(workspace_id)]}}
    return {"user_id": str(user_id), "$or": [here, {"kind": NoticeKind.INVITATION.value}]}


def _binding(notice_id: str) -> str:
    return f"notice/{notice_id}/link/1"


def _cursor(last: Document) -> str:
    return written_cursor((last["is_read"], last["created_at"], last["_id"]))


def _after(cursor: str) -> Document:
    is_read, created, notice_id = read_cursor(cursor, 3)
    same = {"is_read": bool(is_read), "created_at": read_moment(created)}
    later: list[Document] = [
        {"is_read": bool(is_read), "created_at": {"$lt": read_moment(created)}},
        {**same, "_id": {"$gt": str(notice_id)}},
    ]
    return {"$or": later if is_read else [*later, {"is_read": True}]}
