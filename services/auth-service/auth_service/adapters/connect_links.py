"""Connect links in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from auth_service.adapters.documents import document, record
from auth_service.domain.connect_link import REMEMBERED, ConnectLink
from common.documents.store import Database, Document


class MongoConnectLinks:
    def __init__(self, database: Database) -> None:
        self._links = database.collection("connect_links")

    async def add(self, link: ConnectLink) -> None:
        await self._links.insert(document(link, "link_id"))

    async def get(self, link_id: UUID) -> ConnectLink | None:
        return _link(await self._links.find_one({"_id": str(link_id)}))

    async def by_token(self, token_sha256: str) -> ConnectLink | None:
        return _link(await self._links.find_one({"token_sha256": token_sha256}))

    async def of_workspace(self, workspace_id: UUID) -> Sequence[ConnectLink]:
        found = await self._links.find({"workspace_id": str(workspace_id)}, sort=[("_id", -1)])
        return [link for one in found if (link := _link(one))]

    async def revoke(self, link_id: UUID, at: datetime) -> bool:
        still = {"_id": str(link_id), "used_by": None, "revoked_at": None}
        return await self._links.update(still, {"$set": {"revoked_at": at}})

    async def use(self, link_id: UUID, pending_id: UUID, at: datetime) -> bool:
        used_by = {"used_by": {"$in": [None, str(pending_id)]}}
        still = {"_id": str(link_id), "revoked_at": None, "expires_at": {"$gt": at}, **used_by}
        return await self._links.update(still, {"$set": {"used_by": str(pending_id), "used_at": at}})

    async def connected(self, link_id: UUID, account_id: UUID) -> None:
        await self._links.update({"_id": str(link_id)}, {"$set": {"account_id": str(account_id)}})

    async def remove_expired(self, at: datetime) -> None:
        await self._links.remove({"expires_at": {"$lte": at - REMEMBERED}})


def _link(found: Document | None) -> ConnectLink | None:
    return record(ConnectLink, found, "link_id")
