"""The last collection status of each account in MongoDB; the highest revision wins, whatever the order."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from common.documents.store import Database, Document, Taken
from common.events import CollectionStatusV1


class MongoCollectionStatuses:
    def __init__(self, database: Database) -> None:
        self._statuses = database.collection("collection_statuses")

    async def keep(self, status: CollectionStatusV1) -> bool:
        key = str(status.account_id)
        present = await self._statuses.find_one({"_id": key})
        # Most of what is read again at a start: one look, no write.
        if present is not None and cast("int", present["revision"]) >= status.revision:
            return False
        kept = {"revision": status.revision, "status": status.model_dump_json()}
        if present is None and await self._first(key, kept):
            return True
        return await self._statuses.update({"_id": key, "revision": {"$lt": status.revision}}, {"$set": kept})

    async def _first(self, key: str, kept: Document) -> bool:
        """False when another replica was first."""
        try:
            await self._statuses.insert({"_id": key, **kept})
        except Taken:
            return False
        return True

    async def of_accounts(self, account_ids: Sequence[UUID]) -> Mapping[UUID, CollectionStatusV1]:
        found = await self._statuses.find({"_id": {"$in": [str(account_id) for account_id in account_ids]}})
        return {UUID(str(one["_id"])): _status(one) for one in found}

    async def forget(self, account_id: UUID) -> None:
        await self._statuses.remove({"_id": str(account_id)})


def _status(found: Document) -> CollectionStatusV1:
    return CollectionStatusV1.model_validate_json(cast("str", found["status"]))
