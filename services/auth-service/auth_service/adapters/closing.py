"""Closing a workspace: its name, people and keys go; who asked for it stays, so that the receipt can be read."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from auth_service.adapters.documents import record
from auth_service.adapters.people import MongoApiKeys, MongoWorkspaces
from auth_service.domain.api_key import ApiKey, key_event
from auth_service.domain.identity import Workspace, workspace_event
from common.documents.store import Database, Document

ERASED_NAME = "Erased workspace"


class MongoClosing:
    def __init__(self, database: Database, workspaces: MongoWorkspaces, keys: MongoApiKeys) -> None:
        self._workspaces = workspaces
        self._keys = keys
        self._key_documents = database.collection("api_keys")
        self._sessions = database.collection("sessions")

    async def close(self, workspace_id: UUID, *, keeper: UUID, at: datetime) -> None:
        while not await self._emptied(workspace_id, keeper, at):
            continue
        for found in await self._key_documents.find({"workspace_id": str(workspace_id), "revoked": False}):
            await self._revoke(found, at)
        await self._sessions.remove({"workspace_id": str(workspace_id), "user_id": {"$ne": str(keeper)}})

    async def _emptied(self, workspace_id: UUID, keeper: UUID, at: datetime) -> bool:
        workspace = await self._workspaces.get(workspace_id)
        if workspace is None or _is_empty(workspace, keeper):
            return True
        members = tuple(member for member in workspace.members if member.user_id == keeper)
        fields: Mapping[str, object] = {
            "name": ERASED_NAME,
            "members": [member.model_dump() for member in members],
            "invitations": [],
        }
        later = Workspace.model_validate({**workspace.model_dump(), **fields, "revision": workspace.revision + 1})
        told = workspace_event(later, at)
        return await self._workspaces.outbox.replace(str(workspace_id), fields, event=told, revision=later.revision)

    async def _revoke(self, found: Document, at: datetime) -> None:
        key: ApiKey | None = record(ApiKey, found, "key_id")
        if key:
            ended = ApiKey.model_validate({**key.model_dump(), "revoked": True, "revision": key.revision + 1})
            told = key_event(ended, at)
            await self._keys.outbox.replace(key.key_id, {"revoked": True}, event=told, revision=ended.revision)


def _is_empty(workspace: Workspace, keeper: UUID) -> bool:
    return workspace.name == ERASED_NAME and all(member.user_id == keeper for member in workspace.members)
