"""Whose turn it is to relay: one replica's at a time, because two that send the same account overtake each other."""

from datetime import datetime
from uuid import uuid4

from common.documents.store import Database, Taken

_ID = "relay"


class MongoRelayTurn:
    """A lease in one document; whoever lets it end loses it to the first who asks."""

    def __init__(self, database: Database) -> None:
        self._leases = database.collection("relay_turns")
        self._me = uuid4().hex

    async def take(self, *, at: datetime, until: datetime) -> bool:
        mine = {"holder": self._me, "until": until}
        free = {"_id": _ID, "$or": [{"holder": self._me}, {"until": {"$lte": at}}]}
        if await self._leases.update(free, {"$set": mine}):
            return True
        try:
            await self._leases.insert({"_id": _ID, **mine})
        except Taken:
            return False
        return True

    async def give(self, at: datetime) -> None:
        await self._leases.update({"_id": _ID, "holder": self._me}, {"$set": {"until": at}})
