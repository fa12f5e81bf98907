"""A key for each workspace, wrapped by the ring. Shredding it makes all it sealed unreadable, wherever a copy lies."""

import time
from collections.abc import Callable
from dataclasses import dataclass
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
# How long a key that was read is used again: a person's way through a consent. One that was shredded elsewhere is
# forgotten sooner, when the erasure is heard of.
LIFE_SECONDS = 60.0
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Held:
    key: DataKey
    until: float


class MongoWorkspaceKeys:
    """`wrapped` is missing once it was shredded; the document stays, so that none is made again.

    A workspace has one key for ever, so what was read is held for a while: `monotonic` counts its seconds."""

    def __init__(
        self, database: Database, cipher: TokenCipher, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = database.collection("workspace_keys")
        self._cipher = cipher
        self._monotonic = monotonic
        self._held: dict[str, _Held] = {}

    async def of(self, workspace_id: UUID) -> DataKey:
        """The workspace's key, made at the first use; raises `SecretUnreadable` when it was shredded."""
        if held := self._present(str(workspace_id)):
            return held
        while (found := await self._keys.find_one({"_id": str(workspace_id)})) is None:
            await self._make(workspace_id)
        if "wrapped" not in found:
            raise SecretUnreadable(f"The key of workspace {workspace_id} was destroyed by its erasure.")
        return self._read(found)

    async def find(self, workspace_id: str) -> DataKey | None:
        """The workspace's key, if there is one."""
        if held := self._present(workspace_id):
            return held
        found = await self._keys.find_one({"_id": workspace_id, "wrapped": {"$exists": True}})
        return self._read(found) if found else None

    def forget(self, workspace_id: UUID) -> None:
        """Read it again: it may have been shredded."""
        self._held.pop(str(workspace_id), None)

    async def shred(self, workspace_id: UUID, at: datetime) -> None:
        shredded = {"$unset": {"wrapped": "", "kid": ""}, "$set": {"shredded_at": at}}
        # Made first: one that never had a key must not get its first after this.
        if not await self._keys.update({"_id": str(workspace_id)}, shredded):
            await self._make(workspace_id)
            await self._keys.update({"_id": str(workspace_id)}, shredded)
        self.forget(workspace_id)

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

    def _present(self, workspace_id: str) -> DataKey | None:
        held = self._held.get(workspace_id)
        return held.key if held and self._monotonic() < held.until else None

    def _read(self, found: Document) -> DataKey:
        """The key of a document that was just read, held from now on."""
        workspace_id, key = str(found["_id"]), self._opened(found)
        self._held.pop(workspace_id, None)
        self._held[workspace_id] = _Held(key, self._monotonic() + LIFE_SECONDS)
        if len(self._held) > _MOST:
            del self._held[next(iter(self._held))]
        return key

    def _opened(self, found: Document) -> DataKey:
        return self._cipher.unwrap(cast("str", found["wrapped"]), binding=_binding(str(found["_id"])))


def _binding(workspace_id: str) -> str:
    return f"workspace/{workspace_id}/key/{_FORM}"
