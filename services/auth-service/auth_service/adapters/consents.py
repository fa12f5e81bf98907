"""Connect states and pending consents in MongoDB. The tokens of a pending one are sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from auth_service.adapters.documents import document, record
from auth_service.adapters.mongo import Database, Document
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.domain.connect_state import REMEMBERED, Asker, ConnectState
from auth_service.domain.connection import Profile
from auth_service.domain.pending import Pending


class MongoConnectStates:
    def __init__(self, database: Database) -> None:
        self._states = database.collection("connect_states")

    async def add(self, state: ConnectState) -> None:
        await self._states.insert({**document(state, "state_sha256"), **_whose(state.asker)})

    async def take(self, state_sha256: str) -> ConnectState | None:
        return record(ConnectState, await self._states.take({"_id": state_sha256}), "state_sha256")

    async def remove_expired(self, at: datetime) -> None:
        await self._states.remove({"expires_at": {"$lte": at - REMEMBERED}})


class MongoPendings:
    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._pendings = database.collection("pendings")
        self._cipher = cipher

    async def add(self, pending: Pending) -> None:
        sealed = self._cipher.sealed_tokens(pending.tokens, binding=_binding(pending.pending_id))
        await self._pendings.insert({**document(pending, "pending_id"), **_whose(pending.asker), "tokens": sealed})

    async def get(self, pending_id: UUID) -> Pending | None:
        return self._opened(await self._pendings.find_one({"_id": str(pending_id)}))

    async def show(self, pending_id: UUID, profile: Profile) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"profile": profile.model_dump()}})

    async def hold(self, pending_id: UUID, *, at: datetime, until: datetime) -> bool:
        query = {"_id": str(pending_id), "expires_at": {"$gt": at}, "held_until": {"$lte": at}}
        return await self._pendings.update(query, {"$set": {"held_until": until}})

    async def let_go(self, pending_id: UUID, at: datetime) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"held_until": at}})

    async def end(self, pending_id: UUID, at: datetime) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"expires_at": at}})

    async def hold_expired(self, *, at: datetime, until: datetime) -> Pending | None:
        query = {"expires_at": {"$lte": at}, "held_until": {"$lte": at}}
        return self._opened(await self._pendings.find_and_update(query, {"$set": {"held_until": until}}))

    async def others_of(self, pending: Pending) -> bool:
        same = {"app_id": pending.app_id, "open_id": pending.open_id, "_id": {"$ne": str(pending.pending_id)}}
        return await self._pendings.find_one(same) is not None

    async def remove(self, pending_id: UUID) -> None:
        await self._pendings.remove({"_id": str(pending_id)})

    def _opened(self, found: Document | None) -> Pending | None:
        if found is None:
            return None
        sealed = cast("Mapping[str, object]", found["tokens"])
        tokens = self._cipher.opened_tokens(sealed, binding=_binding(str(found["_id"])))
        return record(Pending, {**found, "tokens": tokens}, "pending_id")


def _whose(asker: Asker) -> Document:
    """By what all of a workspace is found."""
    return {"workspace_id": str(asker.workspace_id)}


def _binding(pending_id: UUID | str) -> str:
    return f"pending/{pending_id}/1"
