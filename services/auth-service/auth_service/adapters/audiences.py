"""Who of a workspace is told what happens to its accounts."""

from typing import cast
from uuid import UUID

from auth_service.adapters.documents import record
from auth_service.domain.identity import User
from auth_service.ports_tokens import Audience
from common.documents.store import Database, Document
from common.events import Role

_TOLD = (Role.OWNER, Role.ADMIN)


class MongoAudiences:
    def __init__(self, database: Database) -> None:
        self._workspaces = database.collection("workspaces")
        self._users = database.collection("users")

    async def of(self, workspace_id: UUID) -> Audience:
        workspace = await self._workspaces.find_one({"_id": str(workspace_id)})
        if workspace is None:
            return Audience(workspace="", users=())
        told = [one["user_id"] for one in cast("list[Document]", workspace["members"]) if one["role"] in _TOLD]
        found = await self._users.find({"_id": {"$in": told}}, sort=[("_id", 1)])
        users = [user for one in found if (user := record(User, one, "user_id"))]
        return Audience(workspace=str(workspace["name"]), users=users)
