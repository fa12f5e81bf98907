"""Labels and plans in MongoDB, their events in the same document. No two of a kind have the same name."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from common.documents.outbox import MongoOutbox
from common.documents.store import Database, Document, Taken
from common.events import LabelV1
from query_api.domain.labels import Label
from query_api.ports.labels import NameTaken

_AT_A_LOOK = 100
# One of an erased workspace waits for its tombstone to be told.
_STANDING: Document = {"gone": {"$ne": True}}


class MongoLabels:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._labels = database.collection("labels")
        self.outbox = MongoOutbox(self._labels, LabelV1, written)

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self._labels.index("workspace_id", "kind", "name_key", unique=True)
        await self._labels.index("unfinished")
        await self.outbox.prepare()

    async def add(self, label: Label) -> None:
        with _named():
            await self.outbox.insert({"_id": str(label.label_id), **_fields(label)}, label.event, label.revision)

    async def replace(self, label: Label) -> bool:
        with _named():
            key, revision = str(label.label_id), label.revision
            return await self.outbox.replace(key, _fields(label), event=label.event, revision=revision)

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Label]:
        theirs = {"workspace_id": str(workspace_id), **_STANDING}
        return _labels(await self._labels.find(theirs, sort=[("name_key", 1)]))

    async def unfinished(self) -> Sequence[Label]:
        return _labels(await self._labels.find({"unfinished": True, **_STANDING}, limit=_AT_A_LOOK))

    async def finished(self, label: Label) -> None:
        await self._labels.update({"_id": str(label.label_id)}, {"$set": {"unfinished": False}})

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        """Each one's tombstone goes first: its name stands on its topic."""
        for label in await self.of_workspace(workspace_id):
            key = str(label.label_id)
            # What no two may share is still kept apart.
            kept = {"workspace_id": str(workspace_id), "name_key": f"gone/{key}", "gone": True}
            await self.outbox.end(key, kept, tombstone=label.event.key, revision=label.revision + 1)
        return await self._labels.find_one({"workspace_id": str(workspace_id)}) is None


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except Taken:
        raise NameTaken from None


def _fields(label: Label) -> Document:
    fields = label.model_dump(mode="json", exclude={"label_id"})
    return {**fields, "name_key": label.name_key, "unfinished": label.ended_at is not None}


def _labels(found: Sequence[Document]) -> Sequence[Label]:
    return [Label.model_validate({**one, "label_id": one["_id"]}) for one in found]
