"""The audit log in MongoDB, and the entries that wait inside the documents whose change they tell."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from auth_service.domain.audit import AuditEntry, Chained, chained
from auth_service.ports import AuditSearch
from common.documents.store import Collection, Database, Document, Taken
from common.runtime.logs import logger

_DOCUMENTS_A_SWEEP = 200

_log = logger(__name__)


class MongoAuditLog:
    """An entry's `_id` is its workspace and number, so that a chain never forks."""

    def __init__(self, database: Database) -> None:
        self._entries = database.collection("audit")

    async def append(self, entry: AuditEntry) -> None:
        while await self._entries.find_one({"entry.entry_id": str(entry.entry_id)}) is None:
            one = chained(entry, await self._last(entry.workspace_id))
            try:
                await self._entries.insert(_document(one))
            except Taken:
                # Another process appended first, perhaps this very entry.
                continue
            # Outside the database, so that a chain that was made anew can be told from the one that was.
            _log.info("audit", workspace_id=str(entry.workspace_id), number=one.number, digest=one.digest)

    async def page(self, search: AuditSearch) -> Sequence[Chained]:
        found = await self._entries.find(_query(search), sort=[("number", -1)], limit=search.limit)
        return [_chained(one) for one in found]

    async def after(self, workspace_id: UUID, number: int, *, limit: int) -> Sequence[Chained]:
        query = {"workspace_id": str(workspace_id), "number": {"$gt": number}}
        return [_chained(one) for one in await self._entries.find(query, sort=[("number", 1)], limit=limit)]

    async def _last(self, workspace_id: UUID) -> Chained | None:
        found = await self._entries.find({"workspace_id": str(workspace_id)}, sort=[("number", -1)], limit=1)
        return _chained(found[0]) if found else None


class MongoAuditBox:
    """The waiting entries of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def waiting(self) -> Sequence[AuditEntry]:
        found = await self._collection.find({"audit.entry_id": {"$gt": ""}}, limit=_DOCUMENTS_A_SWEEP)
        return [
            AuditEntry.model_validate(one) for document in found for one in cast("list[Document]", document["audit"])
        ]

    async def carried(self, entry: AuditEntry) -> None:
        told = {"entry_id": str(entry.entry_id)}
        await self._collection.update({"audit.entry_id": told["entry_id"]}, {"$pull": {"audit": told}})


def waiting(entries: Sequence[AuditEntry]) -> list[Mapping[str, object]]:
    """Entries as they wait in a document."""
    return [entry.model_dump() for entry in entries]


def _document(one: Chained) -> Document:
    workspace_id = str(one.entry.workspace_id)
    return {"_id": f"{workspace_id}:{one.number:012}", "workspace_id": workspace_id, **one.model_dump()}


def _chained(found: Document) -> Chained:
    return Chained.model_validate(found)


def _query(search: AuditSearch) -> Document:
    """Of the conditions those that were asked for."""
    period = {"$gte": search.since, "$lt": search.until}
    wanted: Mapping[str, object] = {
        "number": None if search.before is None else {"$lt": search.before},
        "entry.action": search.action,
        "entry.actor": search.actor,
        "entry.subject": search.subject,
        "entry.at": {sign: moment for sign, moment in period.items() if moment} or None,
    }
    asked = {name: value for name, value in wanted.items() if value is not None}
    return {"workspace_id": str(search.workspace_id), **asked}
