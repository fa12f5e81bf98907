"""The outbox inside the changed document: one atomic write holds the state and the event that tells it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from common.documents.store import Collection, Document, Taken
from common.events import Event, Tombstone

SomeEvent = TypeVar("SomeEvent", bound=Event)

# A sweep takes this many documents; the rest waits for the next, a moment later.
_DOCUMENTS_A_SWEEP = 200
_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """What of one document Kafka has not acknowledged, oldest first. `ends`: it is the last that is told of it."""

    owner: str
    events: Sequence[Event | Tombstone]
    last_revision: int
    ends: bool = False


def entry(event: Event, revision: int) -> Document:
    return {"revision": revision, "event": event.model_dump_json()}


class MongoOutbox(Generic[SomeEvent]):
    """The waiting events of one collection, all of one contract. `written` is called after each write."""

    def __init__(self, collection: Collection, model: type[SomeEvent], written: Callable[[], None]) -> None:
        self._collection = collection
        self._model = model
        self._written = written

    async def prepare(self) -> None:
        """Make the index that is missing."""
        await self._collection.index("outbox.revision")

    async def insert(self, document: Document, event: SomeEvent, revision: int) -> None:
        """Raises `Taken`."""
        await self._collection.insert({**document, "revision": revision, "outbox": [entry(event, revision)]})
        self._written()

    async def replace(self, key: str, fields: Document, *, event: SomeEvent, revision: int) -> bool:
        """Set `fields` if the stored revision is the one before `revision`."""
        return await self.write(key, fields, events=(event,), revision=revision)

    async def write(
        self,
        key: str,
        fields: Document,
        *,
        events: Sequence[SomeEvent],
        revision: int,
        pushed: Mapping[str, object] = _NOTHING,
    ) -> bool:
        """`replace` with any number of events, and what else the same write puts at the end of lists."""
        told = {"outbox": {"$each": [entry(event, revision) for event in events]}}
        change = {"$set": {**fields, "revision": revision}, "$push": {**told, **pushed}}
        changed = await self._collection.update({"_id": key, "revision": revision - 1}, change)
        if changed:
            self._written()
        return changed

    async def end(self, key: str, kept: Document, *, tombstone: str, revision: int) -> bool:
        """Leave nothing in the document but `kept` and a tombstone for the Kafka key `tombstone`, which goes after
        whatever is under way; when Kafka has it, the document goes too. Unless the revision is another by now."""
        told = {"outbox": [{"revision": revision, "tombstone": tombstone}], "revision": revision}
        try:
            await self._collection.put({"_id": key, "revision": revision - 1}, {"_id": key, **kept, **told})
        except Taken:
            return False
        self._written()
        return True

    async def unsent(self) -> Sequence[Unsent]:
        found = await self._collection.find({"outbox.revision": {"$gt": 0}}, limit=_DOCUMENTS_A_SWEEP)
        return [self._unsent(document) for document in found]

    async def acknowledged(self, unsent: Unsent) -> None:
        """Take its events out of the document; ones that came meanwhile stay."""
        if unsent.ends:
            await self._collection.remove({"_id": unsent.owner, "revision": unsent.last_revision})
            return
        sent = {"outbox": {"revision": {"$lte": unsent.last_revision}}}
        await self._collection.update({"_id": unsent.owner}, {"$pull": sent})

    def _unsent(self, document: Document) -> Unsent:
        entries = sorted(cast("list[Document]", document["outbox"]), key=lambda item: cast("int", item["revision"]))
        return Unsent(
            owner=str(document["_id"]),
            events=[self._told(item) for item in entries],
            last_revision=cast("int", entries[-1]["revision"]),
            ends="tombstone" in entries[-1],
        )

    def _told(self, item: Document) -> SomeEvent | Tombstone:
        if "tombstone" in item:
            return Tombstone(topic=self._model.topic, key=str(item["tombstone"]))
        return self._model.model_validate_json(str(item["event"]))
