"""Reading connections of all workspaces, for what runs in the background."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from auth_service.adapters.documents import record
from auth_service.domain.connection import Connection
from common.documents.store import Database
from common.events import AccountStatus


class MongoConnectionScans:
    def __init__(self, database: Database) -> None:
        self._connections = database.collection("connections")

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Connection]:
        query = {"_id": {"$gt": str(after)}} if after else {}
        found = await self._connections.find(query, sort=[("_id", 1)], limit=limit)
        return [connection for one in found if (connection := record(Connection, one, "account_id"))]

    async def claim(self, *, at: datetime, until: datetime, first_after: timedelta) -> Connection | None:
        """A connected account that is due for a look, until `until` nobody else's."""
        due = [
            {"business_check_at": {"$lte": at}},
            {"business_check_at": None, "changed_at": {"$lte": at - first_after}},
        ]
        # Of one without an answer the consent does not cover the question.
        known = {"status": AccountStatus.CONNECTED, "profile.is_business_account": {"$in": [True, False]}, "$or": due}
        found = await self._connections.find_and_update(known, {"$set": {"business_check_at": until}})
        return record(Connection, found, "account_id")

    async def next(self, account_id: UUID, *, at: datetime) -> None:
        await self._connections.update({"_id": str(account_id)}, {"$set": {"business_check_at": at}})
