"""Notices in MongoDB. One that waits for its mail is its own outbox."""

from auth_service.adapters.documents import document
from auth_service.adapters.mongo import Database, Taken
from auth_service.domain.notice import Notice


class MongoNotices:
    def __init__(self, database: Database) -> None:
        self._notices = database.collection("notices")

    async def add(self, notice: Notice) -> bool:
        try:
            await self._notices.insert(document(notice, "notice_id"))
        except Taken:
            return False
        return True
