"""Leases in MongoDB: of several replicas one does a thing, and another takes over when it dies."""

from datetime import datetime

from common.documents.store import Database, Taken


class MongoLeases:
    def __init__(self, database: Database) -> None:
        self._leases = database.collection("leases")

    async def take(self, name: str, *, holder: str, at: datetime, until: datetime) -> bool:
        free = {"_id": name, "$or": [{"holder": holder}, {"until": {"$lte": at}}]}
        if await self._leases.update(free, {"$set": {"holder": holder, "until": until}}):
            return True
        try:
            await self._leases.insert({"_id": name, "holder": holder, "until": until})
        except Taken:
            return False
        return True

    async def remove_expired(self, at: datetime) -> None:
        await self._leases.remove({"until": {"$lte": at}})
