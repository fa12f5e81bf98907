"""Share links in MongoDB, read whenever one is used: what was taken back opens nothing on any replica."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.documents.store import Database, Document
from query_api.domain.share import Share


class MongoShares:
    """Moments are kept as the database's own, which a sweep compares."""

    def __init__(self, database: Database) -> None:
        self._shares = database.collection("shares")

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self._shares.index("workspace_id", "dashboard_id")
        await self._shares.index("expires_at")

    async def add(self, share: Share) -> None:
        await self._shares.insert(
            {
                "_id": str(share.share_id),
                **share.model_dump(mode="json"),
                "created_at": share.created_at,
                "expires_at": share.expires_at,
            }
        )

    async def get(self, share_id: UUID) -> Share | None:
        found = await self._shares.find_one({"_id": str(share_id)})
        return None if found is None else _share(found)

    async def of_dashboard(self, workspace_id: UUID, dashboard_id: UUID) -> Sequence[Share]:
        query = {"workspace_id": str(workspace_id), "dashboard_id": str(dashboard_id)}
        return [_share(document) for document in await self._shares.find(query, sort=[("_id", 1)])]

    async def revoke(self, share: Share, *, by: str, at: datetime) -> None:
        open_one = {**_key(share), "revoked_at": None}
        await self._shares.update(open_one, {"$set": {"revoked_at": at, "revoked_by": by}})

    async def used(self, share: Share, at: datetime) -> None:
        await self._shares.update(_key(share), {"$set": {"last_used_at": at}})

    async def remove_ended(self, before: datetime) -> None:
        await self._shares.remove({"$or": [{"expires_at": {"$lt": before}}, {"revoked_at": {"$lt": before}}]})

    async def forget_account(self, workspace_id: UUID, account_id: UUID) -> None:
        query = {"workspace_id": str(workspace_id), "accounts": str(account_id)}
        await self._shares.update_all(query, {"$pull": {"accounts": str(account_id)}})

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        await self._shares.remove({"workspace_id": str(workspace_id)})
        return True


def _key(share: Share) -> Document:
    return {"_id": str(share.share_id), "workspace_id": str(share.workspace_id)}


def _share(document: Document) -> Share:
    return Share.model_validate(document, extra="ignore")
