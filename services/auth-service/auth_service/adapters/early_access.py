"""Requests for early access in MongoDB."""

from collections.abc import Sequence

from auth_service.adapters.audit import MongoAuditBox, waiting
from auth_service.adapters.cursors import read_cursor, read_moment, written_cursor
from auth_service.adapters.documents import document, fields, record
from auth_service.domain.audit import AuditEntry
from auth_service.domain.early_access import EarlyAccess, RequestStatus
from auth_service.ports_sign_in import RequestPage
from common.documents.store import Database, Document, Taken


class MongoEarlyAccess:
    def __init__(self, database: Database) -> None:
        self._requests = database.collection("early_access")
        self.audit = MongoAuditBox(self._requests)

    async def get(self, request_id: str) -> EarlyAccess | None:
        return record(EarlyAccess, await self._requests.find_one({"_id": request_id}), "request_id")

    async def add(self, request: EarlyAccess) -> bool:
        try:
            await self._requests.insert(document(request, "request_id"))
        except Taken:
            return False
        return True

    async def replace(self, request: EarlyAccess, *, audit: Sequence[AuditEntry] = ()) -> bool:
        query = {"_id": request.request_id, "revision": request.revision - 1}
        told = {"audit": {"$each": waiting(audit)}}
        return await self._requests.update(query, {"$set": fields(request, "request_id"), "$push": told})

    async def page(self, status: RequestStatus | None, *, limit: int, cursor: str | None) -> RequestPage:
        conditions: list[Document] = [{"status": status.value}] if status else []
        conditions += [_after(cursor)] if cursor else []
        query: Document = {"$and": conditions} if conditions else {}
        found = await self._requests.find(query, sort=(("requested_at", 1), ("_id", 1)), limit=limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        return RequestPage(
            requests=_records(found[:limit]),
            next_cursor=written_cursor((last["requested_at"], last["_id"])) if last else None,
        )

    async def approved_for(self, *, open_id: str, handle: str | None) -> Sequence[EarlyAccess]:
        named: list[Document] = [{"open_id": open_id}, *([{"handle": handle}] if handle else [])]
        return _records(await self._requests.find({"status": RequestStatus.APPROVED.value, "$or": named}))


def _records(found: Sequence[Document]) -> list[EarlyAccess]:
    return [request for one in found if (request := record(EarlyAccess, one, "request_id"))]


def _after(cursor: str) -> Document:
    requested, request_id = read_cursor(cursor, 2)
    at = read_moment(requested)
    return {"$or": [{"requested_at": {"$gt": at}}, {"requested_at": at, "_id": {"$gt": str(request_id)}}]}
