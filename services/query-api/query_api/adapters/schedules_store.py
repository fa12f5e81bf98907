"""Schedules and their deliveries in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from common.documents.store import Database, Document, Taken
from query_api.domain.delivery import ENDED, Delivery
from query_api.domain.schedule import Schedule

_SCHEDULE, _DELIVERY = TypeAdapter(Schedule), TypeAdapter(Delivery)
_SCHEDULE_MOMENTS = ("next_at", "created_at")
_DELIVERY_MOMENTS = ("due_at", "next_try_at", "give_up_at", "lease_until")
_LOOKED_AT = 50
_ENDED = sorted(state.value for state in ENDED)


class MongoSchedules:
    def __init__(self, database: Database) -> None:
        self._schedules = database.collection("schedules")

    async def prepare(self) -> None:
        await self._schedules.index("workspace_id")
        await self._schedules.index("next_at")

    async def add(self, schedule: Schedule) -> None:
        await self._schedules.insert(_written(schedule))

    async def one(self, workspace_id: UUID, schedule_id: UUID) -> Schedule | None:
        found = await self._schedules.find_one(_named(workspace_id, schedule_id))
        return _schedule(found) if found else None

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Schedule]:
        found = await self._schedules.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)])
        return [_schedule(document) for document in found]

    async def replace(self, schedule: Schedule) -> bool:
        named = _named(schedule.workspace_id, schedule.schedule_id)
        return await self._schedules.update(named, {"$set": _written(schedule)})

    async def remove(self, workspace_id: UUID, schedule_id: UUID) -> bool:
        return await self._schedules.take(_named(workspace_id, schedule_id)) is not None

    async def due(self, at: datetime) -> Sequence[Schedule]:
        found = await self._schedules.find({"paused": False, "next_at": {"$lte": at}}, limit=_LOOKED_AT)
        return [_schedule(document) for document in found]

    async def move_on(self, schedule: Schedule, next_at: datetime) -> None:
        seen = {**_named(schedule.workspace_id, schedule.schedule_id), "next_at": schedule.next_at}
        await self._schedules.update(seen, {"$set": {"next_at": next_at}})


class MongoDeliveries:
    """A claim is a turn: who has not the newest turn keeps nothing."""

    def __init__(self, database: Database) -> None:
        self._deliveries = database.collection("deliveries")

    async def prepare(self) -> None:
        await self._deliveries.index("schedule_id")
        await self._deliveries.index("next_try_at")

    async def add(self, delivery: Delivery) -> None:
        try:
            await self._deliveries.insert(_packed(delivery))
        except Taken:
            return

    async def claim(self, *, at: datetime, until: datetime) -> Delivery | None:
        free = {"$or": [{"lease_until": None}, {"lease_until": {"$lte": at}}]}
        waiting = {"state": {"$nin": _ENDED}, "next_try_at": {"$lte": at}, **free}
        for document in await self._deliveries.find(waiting, sort=[("next_try_at", 1)], limit=_LOOKED_AT):
            seen = {"_id": document["_id"], "turn": document["turn"], **waiting}
            change = {"$set": {"lease_until": until}, "$inc": {"turn": 1}}
            if found := await self._deliveries.find_and_update(seen, change):
                return _delivery(found)
        return None

    async def keep(self, delivery: Delivery) -> bool:
        own = {
            "_id": str(delivery.delivery_id),
            "workspace_id": str(delivery.workspace_id),
            "turn": delivery.turn,
        }
        return await self._deliveries.update(own, {"$set": {**_packed(delivery), "lease_until": None}})

    async def of_schedule(self, workspace_id: UUID, schedule_id: UUID, *, limit: int) -> Sequence[Delivery]:
        query = {"workspace_id": str(workspace_id), "schedule_id": str(schedule_id)}
        found = await self._deliveries.find(query, sort=[("due_at", -1)], limit=limit)
        return [_delivery(document) for document in found]

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._deliveries.remove({"workspace_id": str(workspace_id)})
        return True

    async def forget(self, before: datetime) -> None:
        await self._deliveries.remove({"state": {"$in": _ENDED}, "due_at": {"$lt": before}})


def _named(workspace_id: UUID, schedule_id: UUID) -> Document:
    return {"_id": str(schedule_id), "workspace_id": str(workspace_id)}


def _written(schedule: Schedule) -> Document:
    moments = {name: getattr(schedule, name) for name in _SCHEDULE_MOMENTS}
    return {"_id": str(schedule.schedule_id), **_SCHEDULE.dump_python(schedule, mode="json"), **moments}


def _schedule(document: Document) -> Schedule:
    return _SCHEDULE.validate_python({name: value for name, value in document.items() if name != "_id"})


def _packed(delivery: Delivery) -> Document:
    moments = {name: getattr(delivery, name) for name in _DELIVERY_MOMENTS}
    return {"_id": str(delivery.delivery_id), **_DELIVERY.dump_python(delivery, mode="json"), **moments}


def _delivery(document: Document) -> Delivery:
    return _DELIVERY.validate_python({name: value for name, value in document.items() if name != "_id"})
