"""The outbox inside the changed document: one atomic write holds the state and the event that tells it."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from auth_service.adapters.audit import MongoAuditBox, waiting
from auth_service.domain.audit import AuditEntry
from auth_service.ports import Unsent
from common.documents.store import Collection, Document
from common.events import Event

SomeEvent = TypeVar("SomeEvent", bound=Event)

# A sweep takes this many documents; the rest waits for the next, a moment later.
_DOCUMENTS_A_SWEEP = 200


def entry(event: Event, revision: int) -> Document:
    return {"revision": revision, "event": event.model_dump_json()}


class MongoOutbox(Generic[SomeEvent]):
    """The waiting events of one collection, all of one contract."""

    def __init__(self, collection: Collection, model: type[SomeEvent], written: Callable[[], None]) -> None:
        self._collection = collection
        self._model = model
        self._written = written
        self.audit = MongoAuditBox(collection)

    async def insert(
        self, document: Document, event: SomeEvent, revision: int, *, audit: Sequence[AuditEntry] = ()
    ) -> None:
        """Raises `Taken`."""
        told = {"outbox": [entry(event, revision)], "audit": waiting(audit)}
        await self._collection.insert({**document, "revision": revision, **told})
        self._written()

    async def replace(
        self, key: str, fields: Document, *, event: SomeEvent, revision: int, audit: Sequence[AuditEntry] = ()
    ) -> bool:
        """Set `fields` if the stored revision is the one before `revision`."""
        told = {"outbox": entry(event, revision), "audit": {"$each": waiting(audit)}}
        change = {"$set": {**fields, "revision": revision}, "$push": told}
        changed = await self._collection.update({"_id": key, "revision": revision - 1}, change)
        if changed:
            self._written()
        return changed

    async def unsent(self) -> Sequence[Unsent]:
        found = await self._collection.find({"outbox.revision": {"$gt": 0}}, limit=_DOCUMENTS_A_SWEEP)
        return [self._unsent(document) for document in found]

    async def acknowledged(self, unsent: Unsent) -> None:
        sent = {"outbox": {"revision": {"$lte": unsent.last_revision}}}
        await self._collection.update({"_id": unsent.owner}, {"$pull": sent})

    def _unsent(self, document: Document) -> Unsent:
        entries = sorted(cast("list[Document]", document["outbox"]), key=lambda item: cast("int", item["revision"]))
        return Unsent(
            owner=str(document["_id"]),
            events=[self._model.model_validate_json(str(item["event"])) for item in entries],
            last_revision=cast("int", entries[-1]["revision"]),
        )
