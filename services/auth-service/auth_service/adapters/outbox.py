"""The outbox inside the changed document, with the entries of the audit log that tell of the same write."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from auth_service.adapters.audit import MongoAuditBox, waiting
from auth_service.domain.audit import AuditEntry
from common.documents import outbox
from common.documents.store import Collection, Document
from common.events import Event

SomeEvent = TypeVar("SomeEvent", bound=Event)


class MongoOutbox(outbox.MongoOutbox[SomeEvent]):
    """The waiting events of one collection, all of one contract, and its waiting audit entries."""

    def __init__(self, collection: Collection, model: type[SomeEvent], written: Callable[[], None]) -> None:
        super().__init__(collection, model, written)
        self.audit = MongoAuditBox(collection)

    async def insert(
        self, document: Document, event: SomeEvent, revision: int, *, audit: Sequence[AuditEntry] = ()
    ) -> None:
        await super().insert({**document, "audit": waiting(audit)}, event, revision)

    async def replace(
        self, key: str, fields: Document, *, event: SomeEvent, revision: int, audit: Sequence[AuditEntry] = ()
    ) -> bool:
        told = {"audit": {"$each": waiting(audit)}}
        return await self.write(key, fields, events=(event,), revision=revision, pushed=told)
