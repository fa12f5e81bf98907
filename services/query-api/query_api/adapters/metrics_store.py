"""Each workspace's own metrics in MongoDB: one document, so that a change of one is a change of all or of none."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel

from common.catalog import Metric
from common.documents.store import Database, Taken
from query_api.domain.custom_metrics import EMPTY, Book, CustomMetric
from query_api.domain.resolved_metrics import resolved


class _Stored(BaseModel):
    revision: int
    metrics: tuple[CustomMetric, ...]


class MongoMetricBooks:
    def __init__(self, database: Database) -> None:
        self._books = database.collection("metrics")

    async def of_workspace(self, workspace_id: UUID) -> Book:
        document = await self._books.find_one({"_id": str(workspace_id)})
        if document is None:
            return EMPTY
        stored = _Stored.model_validate(document)
        return Book(metrics={one.column: one for one in stored.metrics}, revision=stored.revision)

    async def metrics_of(self, workspace_id: UUID) -> Mapping[str, Metric]:
        return resolved(await self.of_workspace(workspace_id))

    async def replace(self, workspace_id: UUID, book: Book) -> bool:
        stored = _Stored(revision=book.revision + 1, metrics=tuple(book.metrics.values())).model_dump(mode="json")
        if book.revision:
            return await self._books.update({"_id": str(workspace_id), "revision": book.revision}, {"$set": stored})
        try:
            await self._books.insert({"_id": str(workspace_id), **stored})
        except Taken:
            return False
        return True

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._books.remove({"_id": str(workspace_id)})
        return True
