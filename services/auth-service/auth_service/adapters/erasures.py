"""Erasures in MongoDB, their events in the same document, and what else this service holds of an account."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from auth_service.adapters.documents import document, record
from auth_service.adapters.outbox import MongoOutbox
from auth_service.domain.erasure import Erasure
from auth_service.domain.notice import NoticeKind
from common.documents.store import Database, Document, Taken
from common.events import ErasureCompletion, ErasureV1

# What speaks of an account by its id, besides its connection: by collection and field.
TRACES = (("notices", "values.account_id"), ("collection_statuses", "_id"), ("commands", "_id"))


class MongoErasures:
    """`target` is unique: asking twice is one erasure."""

    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._erasures = database.collection("erasures")
        self.outbox = MongoOutbox(self._erasures, ErasureV1, written)

    async def add(self, erasure: Erasure) -> bool:
        try:
            await self._erasures.insert({**document(erasure, "erasure_id"), "target": erasure.target, "outbox": []})
        except Taken:
            return False
        return True

    async def get(self, erasure_id: UUID) -> Erasure | None:
        return _erasure(await self._erasures.find_one({"_id": str(erasure_id)}))

    async def of_target(self, target: str) -> Erasure | None:
        return _erasure(await self._erasures.find_one({"target": target}))

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Erasure]:
        return _erasures(await self._erasures.find({"workspace_id": str(workspace_id)}, sort=[("_id", -1)]))

    async def open(self) -> Sequence[Erasure]:
        return _erasures(await self._erasures.find({"done_at": None}, sort=[("_id", 1)]))

    async def of_workspaces(self, *, since: datetime) -> Sequence[Erasure]:
        lately = {"$or": [{"done_at": None}, {"done_at": {"$gte": since}}]}
        return _erasures(await self._erasures.find({"whole_workspace": True, "parted_at": {"$ne": None}, **lately}))

    async def replace(self, erasure: Erasure, events: Sequence[ErasureV1]) -> bool:
        # Completions come in beside the revisions.
        changed = {
            name: value for name, value in erasure.model_dump().items() if name not in ("erasure_id", "completed")
        }
        key, revision = str(erasure.erasure_id), erasure.revision
        return await self.outbox.write(key, changed, events=events, revision=revision)

    async def complete(self, event: ErasureV1) -> None:
        if not isinstance(event.step, ErasureCompletion):
            return
        told = f"completed.{event.step.store}.{event.account_id}"
        # Asked for twice, an account is told to be gone for the later time only.
        account = {"accounts": str(event.account_id), "erased_at": {"$lte": event.erased_at}}
        while await self._erasures.update(
            {**account, told: {"$exists": False}}, {"$set": {told: event.step.completed_at}}
        ):
            continue


class MongoTraces:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def end_consents(self, workspace_id: UUID, open_ids: Sequence[str] | None, at: datetime) -> None:
        pendings = self._database.collection("pendings")
        while await pendings.update({**_theirs(workspace_id, open_ids), "expires_at": {"$gt": at}}, _ended(at)):
            continue

    async def consents(self, workspace_id: UUID, open_ids: Sequence[str] | None) -> bool:
        return await self._database.collection("pendings").find_one(_theirs(workspace_id, open_ids)) is not None

    async def remove(self, workspace_id: UUID, account_id: UUID, open_id: str) -> None:
        await self._database.collection("pendings").remove(_theirs(workspace_id, [open_id]))
        for collection, field in TRACES:
            await self._database.collection(collection).remove({field: str(account_id)})

    async def remove_all(self, workspace_id: UUID) -> None:
        for collection in ("pendings", "connect_states", "connect_links", "notices", "audit"):
            # What tells of the erasure itself may have been written before a crash, and its mail may still wait.
            past = {"workspace_id": str(workspace_id), "kind": {"$ne": NoticeKind.ERASURE_DONE.value}}
            await self._database.collection(collection).remove(past)


def _theirs(workspace_id: UUID, open_ids: Sequence[str] | None) -> dict[str, object]:
    some = {} if open_ids is None else {"open_id": {"$in": list(open_ids)}}
    return {"workspace_id": str(workspace_id), **some}


def _ended(at: datetime) -> Document:
    return {"$set": {"expires_at": at}}


def _erasure(found: Document | None) -> Erasure | None:
    return record(Erasure, found, "erasure_id")


def _erasures(found: Sequence[Document]) -> Sequence[Erasure]:
    return [erasure for one in found if (erasure := _erasure(one))]
