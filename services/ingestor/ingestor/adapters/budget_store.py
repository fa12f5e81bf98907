"""The bucket of each TikTok app in Mongo, one document each, replaced by compare-and-set on its version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ingestor.adapters.progress_store import Document, translated
from ingestor.domain.budget import Bucket
from ingestor.ports import ProgressConflict

_COLLECTION = "budget"


class MongoBudget:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._documents = database[_COLLECTION]

    async def load(self, app: str) -> Bucket:
        with translated(f"reading the budget of app {app}"):
            document = await self._documents.find_one({"_id": app})
        return _from_document(document) if document else Bucket(app=app)

    async def save(self, bucket: Bucket) -> None:
        with translated(f"saving the budget of app {bucket.app}"):
            replaced = await self._replace(bucket, _to_document(bucket))
        if not replaced:
            raise ProgressConflict(f"the budget of app {bucket.app} is not at {bucket.version} any more")

    async def _replace(self, bucket: Bucket, document: Mapping[str, object]) -> bool:
        if bucket.version == 0:
            return await self._insert(document)
        result = await self._documents.replace_one({"_id": bucket.app, "version": bucket.version}, document)
        return bool(result.matched_count)

    async def _insert(self, document: Mapping[str, object]) -> bool:
        try:
            await self._documents.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _to_document(bucket: Bucket) -> dict[str, object]:
    # Moments as text: Mongo's own would lose the microseconds, and with them the space between two moments.
    return {
        "_id": bucket.app,
        "version": bucket.version + 1,
        "next_at": bucket.next_at.isoformat(),
        "closed_until": bucket.closed_until.isoformat(),
    }


def _from_document(document: Mapping[str, Any]) -> Bucket:
    return Bucket(
        app=document["_id"],
        version=document["version"],
        next_at=datetime.fromisoformat(document["next_at"]),
        closed_until=datetime.fromisoformat(document["closed_until"]),
    )
