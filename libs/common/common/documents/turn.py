"""Whose turn it is to do what one replica does at a time: two that relay the same account would overtake each other."""

from datetime import datetime
from uuid import uuid4

from common.documents.store import Database, Taken


class MongoTurn:
    """A lease in one document; whoever lets it end loses it to the first who asks. `work` names what it is for."""

    def __init__(self, database: Database, work: str) -> None:
        self._leases = database.collection(f"{work}_turns")
        self._id = work
        self._me = uuid4().hex

    async def take(self, *, at: datetime, until: datetime) -> bool:
        mine = {"holder": self._me, "until": until}
        free = {"_id": self._id, "$or": [{"holder": self._me}, {"until": {"$lte": at}}]}
        if await self._leases.update(free, {"$set": mine}):
            return True
        try:
            await self._leases.insert({"_id": self._id, **mine})
        except Taken:
            return False
        return True

    async def give(self, at: datetime) -> None:
        await self._leases.update({"_id": self._id, "holder": self._me}, {"$set": {"until": at}})
