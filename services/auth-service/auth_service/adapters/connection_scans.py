"""Reading connections of all workspaces, for what runs in the background."""

from collections.abc import Sequence
from uuid import UUID

from auth_service.adapters.documents import record
from auth_service.adapters.mongo import Database
from auth_service.domain.connection import Connection


class MongoConnectionScans:
    def __init__(self, database: Database) -> None:
        self._connections = database.collection("connections")

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Connection]:
        query = {"_id": {"$gt": str(after)}} if after else {}
        found = await self._connections.find(query, sort=[("_id", 1)], limit=limit)
        return [connection for one in found if (connection := record(Connection, one, "account_id"))]
