"""Grants and connections in MongoDB. Tokens are sealed for their grant, field and version."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from auth_service.adapters.documents import document, fields, record
from auth_service.adapters.mongo import Database, Document, Taken
from auth_service.adapters.outbox import MongoOutbox
from auth_service.adapters.token_cipher import TokenCipher
from auth_service.domain.audit import AuditEntry
from auth_service.domain.connection import Connection
from auth_service.domain.grant import Grant
from common.events import AccountV1


class MongoGrants:
    """A grant's `_id` is its app and open_id, so that there is never a second one."""

    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._grants = database.collection("grants")
        self._cipher = cipher

    async def get(self, app_id: str, open_id: str) -> Grant | None:
        found = await self._grants.find_one({"_id": _grant_id(app_id, open_id)})
        if found is None:
            return None
        binding = _binding(app_id, open_id, cast("int", found["token_version"]))
        tokens = self._cipher.opened_tokens(cast("Mapping[str, object]", found["tokens"]), binding=binding)
        return Grant.model_validate({**found, "tokens": tokens})

    async def add(self, grant: Grant) -> bool:
        try:
            await self._grants.insert({"_id": _grant_id(grant.app_id, grant.open_id), **self._sealed(grant)})
        except Taken:
            return False
        return True

    async def replace(self, grant: Grant, *, from_version: int) -> bool:
        query = {"_id": _grant_id(grant.app_id, grant.open_id), "token_version": from_version}
        return await self._grants.update(query, {"$set": {**self._sealed(grant), "leased_until": None}})

    async def lease(self, grant: Grant, *, at: datetime, until: datetime) -> bool:
        free = [{"leased_until": None}, {"leased_until": {"$lte": at}}]
        query = {"_id": _grant_id(grant.app_id, grant.open_id), "token_version": grant.token_version, "$or": free}
        return await self._grants.update(query, {"$set": {"leased_until": until}})

    async def end_lease(self, grant: Grant, *, until: datetime) -> None:
        mine = {"_id": _grant_id(grant.app_id, grant.open_id), "leased_until": until}
        await self._grants.update(mine, {"$set": {"leased_until": None}})

    async def remove(self, app_id: str, open_id: str) -> None:
        await self._grants.remove({"_id": _grant_id(app_id, open_id)})

    def _sealed(self, grant: Grant) -> Document:
        binding = _binding(grant.app_id, grant.open_id, grant.token_version)
        return {**grant.model_dump(), "tokens": self._cipher.sealed_tokens(grant.tokens, binding=binding)}


class MongoConnections:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._connections = database.collection("connections")
        self.outbox = MongoOutbox(self._connections, AccountV1, written)

    async def get(self, account_id: UUID) -> Connection | None:
        return _connection(await self._connections.find_one({"_id": str(account_id)}))

    async def find(self, *, workspace_id: UUID, channel: str, open_id: str) -> Connection | None:
        query = {"workspace_id": str(workspace_id), "channel": channel, "open_id": open_id}
        return _connection(await self._connections.find_one(query))

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Connection]:
        found = await self._connections.find({"workspace_id": str(workspace_id)}, sort=[("_id", 1)])
        return [connection for one in found if (connection := _connection(one))]

    async def of_grant(self, app_id: str, open_id: str) -> Sequence[Connection]:
        found = await self._connections.find({"app_id": app_id, "open_id": open_id})
        return [connection for one in found if (connection := _connection(one))]

    async def add(self, connection: Connection, event: AccountV1, *, audit: Sequence[AuditEntry] = ()) -> bool:
        try:
            await self.outbox.insert(document(connection, "account_id"), event, connection.revision, audit=audit)
        except Taken:
            return False
        return True

    async def replace(self, connection: Connection, event: AccountV1, *, audit: Sequence[AuditEntry] = ()) -> bool:
        key, changed = str(connection.account_id), fields(connection, "account_id")
        return await self.outbox.replace(key, changed, event=event, revision=connection.revision, audit=audit)


def _connection(found: Document | None) -> Connection | None:
    return record(Connection, found, "account_id")


def _grant_id(app_id: str, open_id: str) -> str:
    return f"{app_id}/{open_id}"


def _binding(app_id: str, open_id: str, version: int) -> str:
    return f"grant/{app_id}/{open_id}/{version}"
