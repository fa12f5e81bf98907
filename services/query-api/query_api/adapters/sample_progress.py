"""How far the sample was told, and whose turn it is, in one document."""

from datetime import date, datetime

from common.documents.store import Database, Taken
from query_api.ports.sample import Told

_ONE = {"_id": "sample"}


class MongoSampleProgress:
    def __init__(self, database: Database) -> None:
        self._progress = database.collection("sample")

    async def told(self) -> Told | None:
        found = await self._progress.find_one({**_ONE, "version": {"$exists": True}})
        if found is None:
            return None
        return Told(
            version=int(str(found["version"])),
            first=date.fromisoformat(str(found["first"])),
            through=date.fromisoformat(str(found["through"])),
        )

    async def take_turn(self, holder: str, *, at: datetime, until: datetime) -> bool:
        turn = {"holder": holder, "until": until}
        if await self._progress.update({**_ONE, "$or": [{"holder": holder}, {"until": {"$lte": at}}]}, {"$set": turn}):
            return True
        try:
            await self._progress.insert({**_ONE, **turn})
        except Taken:
            return False
        return True

    async def keep(self, holder: str, told: Told) -> bool:
        state = {"version": told.version, "first": str(told.first), "through": str(told.through)}
        return await self._progress.update({**_ONE, "holder": holder}, {"$set": state})
