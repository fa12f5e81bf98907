"""Annotations in MongoDB. Days are texts, which compare as the days do."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from common.documents.store import Database, Document
from query_api.domain.annotation import Annotation


class MongoAnnotations:
    def __init__(self, database: Database) -> None:
        self._annotations = database.collection("annotations")

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._annotations.index("workspace_id", "from")

    async def add(self, annotation: Annotation) -> None:
        await self._annotations.insert({"_id": str(annotation.annotation_id), **_document(annotation)})

    async def get(self, workspace_id: UUID, annotation_id: UUID) -> Annotation | None:
        found = await self._annotations.find_one(_key(workspace_id, annotation_id))
        return None if found is None else _annotation(found)

    async def between(self, workspace_id: UUID, start: date, end: date) -> Sequence[Annotation]:
        query = {"workspace_id": str(workspace_id), "from": {"$lt": str(end)}, "ends": {"$gt": str(start)}}
        found = await self._annotations.find(query, sort=[("from", 1), ("_id", 1)])
        return [_annotation(document) for document in found]

    async def count(self, workspace_id: UUID) -> int:
        return await self._annotations.count({"workspace_id": str(workspace_id)})

    async def replace(self, annotation: Annotation) -> bool:
        before = {
            **_key(annotation.workspace_id, annotation.annotation_id),
            "version": annotation.version - 1,
        }
        return await self._annotations.update(before, {"$set": _document(annotation)})

    async def remove(self, workspace_id: UUID, annotation_id: UUID, *, version: int) -> bool:
        key = {**_key(workspace_id, annotation_id), "version": version}
        return await self._annotations.take(key) is not None

    async def remove_of_dashboard(self, workspace_id: UUID, dashboard_id: UUID) -> None:
        await self._annotations.remove({"workspace_id": str(workspace_id), "dashboard_id": str(dashboard_id)})

    async def remove_of_account(self, workspace_id: UUID, account_id: UUID) -> None:
        await self._annotations.remove({"workspace_id": str(workspace_id), "account_id": str(account_id)})

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._annotations.remove({"workspace_id": str(workspace_id)})
        return True


def _key(workspace_id: UUID, annotation_id: UUID) -> Document:
    return {"_id": str(annotation_id), "workspace_id": str(workspace_id)}


def _document(annotation: Annotation) -> Document:
    return {**annotation.model_dump(mode="json", by_alias=True), "ends": str(annotation.ends)}


def _annotation(document: Document) -> Annotation:
    return Annotation.model_validate(document, extra="ignore")
