"""Which webhooks were heeded, in MongoDB."""

from datetime import datetime

from auth_service.adapters.documents import document
from auth_service.domain.webhook import REMEMBERED, Heard
from common.documents.store import Database, Taken


class MongoHeardWebhooks:
    def __init__(self, database: Database) -> None:
        self._heard = database.collection("heard_webhooks")

    async def knows(self, fingerprint: str) -> bool:
        return await self._heard.find_one({"_id": fingerprint}) is not None

    async def add(self, heard: Heard) -> None:
        try:
            await self._heard.insert(document(heard, "fingerprint"))
        except Taken:
            return

    async def remove_expired(self, at: datetime) -> None:
        await self._heard.remove({"heard_at": {"$lte": at - REMEMBERED}})
