"""Connect states and pending consents in MongoDB. The tokens of a pending one are sealed by its workspace's key."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from auth_service.adapters.documents import document, record
from auth_service.adapters.paging import pages
from auth_service.adapters.token_cipher import Sealer, TokenCipher, opened_tokens, sealed_tokens
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.domain.connect_state import REMEMBERED, Asker, ConnectState
from auth_service.domain.connection import Profile
from auth_service.domain.errors import SecretUnreadable
from auth_service.domain.grant import Tokens
from auth_service.domain.pending import Answerer, AskingMember, LinkedOwner, Pending
from auth_service.ports_tokens import Rewrapped
from common.documents.store import Database, Document


class MongoConnectStates:
    def __init__(self, database: Database) -> None:
        self._states = database.collection("connect_states")

    async def add(self, state: ConnectState) -> None:
        await self._states.insert({**document(state, "state_sha256"), **_found_by(state.asker)})

    async def take(self, state_sha256: str) -> ConnectState | None:
        return record(ConnectState, await self._states.take({"_id": state_sha256}), "state_sha256")

    async def remove_expired(self, at: datetime) -> None:
        await self._states.remove({"expires_at": {"$lte": at - REMEMBERED}})


class MongoPendings:
    """`form` 2: sealed by the workspace's key; a document without it is of before, sealed by the ring itself."""

    def __init__(self, database: Database, workspaces: MongoWorkspaceKeys, cipher: TokenCipher) -> None:
        self._pendings = database.collection("pendings")
        self._workspaces = workspaces
        self._cipher = cipher

    async def add(self, pending: Pending) -> None:
        await self._pendings.insert(
            {**document(pending, "pending_id"), **_found_by(pending.asker), **await self._sealed(pending)}
        )

    async def get(self, pending_id: UUID) -> Pending | None:
        return await self._opened(await self._pendings.find_one({"_id": str(pending_id)}))

    async def show(self, pending_id: UUID, profile: Profile) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"profile": profile.model_dump()}})

    async def hold(self, pending_id: UUID, answerer: Answerer, *, at: datetime, until: datetime) -> Pending | None:
        live = {"expires_at": {"$gt": at}, "held_until": {"$lte": at}, "profile": {"$ne": None}}
        query = {"_id": str(pending_id), **live, **_waits_for(answerer)}
        return await self._opened(await self._pendings.find_and_update(query, {"$set": {"held_until": until}}))

    async def let_go(self, pending_id: UUID, at: datetime) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"held_until": at}})

    async def end(self, pending_id: UUID, at: datetime) -> None:
        await self._pendings.update({"_id": str(pending_id)}, {"$set": {"expires_at": at}})

    async def hold_expired(self, *, at: datetime, until: datetime) -> Pending | None:
        query = {"expires_at": {"$lte": at}, "held_until": {"$lte": at}}
        return await self._opened(await self._pendings.find_and_update(query, {"$set": {"held_until": until}}))

    async def others_of(self, pending: Pending) -> bool:
        same = {"app_id": pending.app_id, "open_id": pending.open_id, "_id": {"$ne": str(pending.pending_id)}}
        return await self._pendings.find_one(same) is not None

    async def waiting(self, app_id: str, open_id: str) -> frozenset[UUID]:
        found = await self._pendings.find({"app_id": app_id, "open_id": open_id})
        return frozenset(UUID(_whose_workspace(one)) for one in found)

    async def remove(self, pending_id: UUID) -> None:
        await self._pendings.remove({"_id": str(pending_id)})

    async def rewrap(self) -> list[Rewrapped]:
        """Bring those of before into the form of now."""
        renewed = unreadable = 0
        older: Document = {"form": {"$exists": False}}
        async for found in pages(self._pendings, older):
            try:
                pending = await self._opened(found)
            except SecretUnreadable:
                unreadable += 1
                continue
            if pending:
                renewed += await self._pendings.update(
                    {"_id": found["_id"], **older}, {"$set": await self._sealed(pending)}
                )
        return [Rewrapped(kind="pending consents", renewed=renewed, unreadable=unreadable)]

    async def _sealed(self, pending: Pending) -> Document:
        key = await self._workspaces.of(pending.workspace_id)
        return {
            "tokens": sealed_tokens(
                key,
                pending.tokens,
                binding=_binding(pending.model_dump(), str(pending.pending_id)),
            ),
            "form": 2,
        }

    async def _opened(self, found: Document | None) -> Pending | None:
        return None if found is None else record(Pending, {**found, "tokens": await self._tokens(found)}, "pending_id")

    async def _tokens(self, found: Document) -> Tokens:
        sealed = cast("Mapping[str, object]", found["tokens"])
        if "form" not in found:
            return opened_tokens(self._cipher, sealed, binding=f"pending/{found['_id']}/1")
        key: Sealer = await self._workspaces.of(UUID(_whose_workspace(found)))
        return opened_tokens(key, sealed, binding=_binding(found, str(found["_id"])))


def _whose_workspace(pending: Document) -> str:
    return str(cast("Document", pending["asker"])["workspace_id"])


def _waits_for(answerer: Answerer) -> Document:
    asked: Mapping[str, object]
    match answerer:
        case AskingMember():
            asked = {"user_id": str(answerer.user_id), "workspace_id": str(answerer.workspace_id)}
        case LinkedOwner():
            asked = {"link_id": {"$ne": None}, "browser_sha256": answerer.browser_sha256}
    return {f"asker.{name}": value for name, value in asked.items()}


def _found_by(asker: Asker) -> Document:
    """An erasure looks for what is of the workspace."""
    return {"workspace_id": str(asker.workspace_id)}


def _binding(pending: Document, pending_id: str) -> str:
    workspace_id = _whose_workspace(pending)
    return f"workspace/{workspace_id}/pending/{pending['app_id']}/{pending['open_id']}/{pending_id}/1"
