"""A key for each workspace, wrapped by the ring. Shredding it makes all it sealed unreadable, wherever a copy lies."""

from datetime import datetime
from typing import cast
from uuid import UUID

from auth_service.adapters.paging import pages
from auth_service.adapters.token_cipher import DataKey, TokenCipher
from auth_service.domain.errors import SecretUnreadable
from auth_service.ports_tokens import Rewrapped
from common.documents.store import Database, Document, Taken

# Bound to each wrapped key, so that a later form can tell itself from this one.
_FORM = 1


class MongoWorkspaceKeys:
    """`wrapped` is missing once it was shredded; the document stays, so that none is made again."""

    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._keys = database.collection("workspace_keys")
        self._cipher = cipher

    async def of(self, workspace_id: UUID) -> DataKey:
        """The workspace's key, made at the first use; raises `SecretUnreadable` when it was shredded."""
        while (found := await self._keys.find_one({"_id": str(workspace_id)})) is None:
            await self._make(workspace_id)
        if "wrapped" not in found:
            raise SecretUnreadable(f"The key of workspace {workspace_id} was destroyed by its erasure.")
        return self._opened(found)

    async def find(self, workspace_id: str) -> DataKey | None:
        """The workspace's key, if there is one."""
        found = await self._keys.find_one({"_id": workspace_id, "wrapped": {"$exists": True}})
        return self._opened(found) if found else None

    async def shred(self, workspace_id: UUID, at: datetime) -> None:
        shredded = {"$unset": {"wrapped": "", "kid": ""}, "$set": {"shredded_at": at}}
        # Made first: one that never had a key must not get its first after this.
        if not await self._keys.update({"_id": str(workspace_id)}, shredded):
            await self._make(workspace_id)
            await self._keys.update({"_id": str(workspace_id)}, shredded)

    async def rewrap(self) -> list[Rewrapped]:
        renewed = unreadable = 0
        older = {"wrapped": {"$exists": True}, "kid": {"$ne": self._cipher.active}}
        async for found in pages(self._keys, older):
            try:
                renewed += await self._rewrapped(found)
            except SecretUnreadable:
                unreadable += 1
        return [Rewrapped(kind="workspace keys", renewed=renewed, unreadable=unreadable)]

    async def _make(self, workspace_id: UUID) -> None:
        try:
            await self._keys.insert({"_id": str(workspace_id), **self._wrapped(str(workspace_id), DataKey.new())})
        except Taken:
            return

    async def _rewrapped(self, found: Document) -> bool:
        # Not of one that was shredded meanwhile.
        same = {"_id": found["_id"], "wrapped": found["wrapped"]}
        return await self._keys.update(same, {"$set": self._wrapped(str(found["_id"]), self._opened(found))})

    def _wrapped(self, workspace_id: str, key: DataKey) -> Document:
        return {"kid": self._cipher.active, "wrapped": self._cipher.wrap(key, binding=_binding(workspace_id))}

    def _opened(self, found: Document) -> DataKey:
        return self._cipher.unwrap(cast("str", found["wrapped"]), binding=_binding(str(found["_id"])))


def _binding(workspace_id: str) -> str:
    return f"workspace/{workspace_id}/key/{_FORM}"
