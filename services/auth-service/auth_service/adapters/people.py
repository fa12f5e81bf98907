"""Users, workspaces, API keys and sessions in MongoDB."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from auth_service.adapters.documents import document, fields, record
from auth_service.adapters.outbox import MongoOutbox
from auth_service.domain.api_key import ApiKey
from auth_service.domain.audit import AuditEntry
from auth_service.domain.identity import User, Workspace
from auth_service.domain.session import Session
from common.documents.store import Database, Document, Taken
from common.events import AccessV1


class MongoUsers:
    def __init__(self, database: Database) -> None:
        self._users = database.collection("users")

    async def by_email(self, email: str) -> User | None:
        return record(User, await self._users.find_one({"email": email}), "user_id")

    async def get(self, user_id: UUID) -> User | None:
        return record(User, await self._users.find_one({"_id": str(user_id)}), "user_id")

    async def by_ids(self, user_ids: Sequence[UUID]) -> Sequence[User]:
        found = await self._users.find({"_id": {"$in": [str(one) for one in user_ids]}}, sort=[("_id", 1)])
        return [user for one in found if (user := record(User, one, "user_id"))]

    async def remove(self, user_id: UUID) -> None:
        await self._users.remove({"_id": str(user_id)})

    async def set_password(self, user_id: UUID, password_hash: str, *, was: str | None = None) -> bool:
        query = {"_id": str(user_id), **({} if was is None else {"password_hash": was})}
        return await self._users.update(query, {"$set": {"password_hash": password_hash}})

    async def add(self, user: User) -> bool:
        try:
            await self._users.insert(document(user, "user_id"))
        except Taken:
            return False
        return True


class MongoWorkspaces:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._workspaces = database.collection("workspaces")
        self.outbox = MongoOutbox(self._workspaces, AccessV1, written)

    async def get(self, workspace_id: UUID) -> Workspace | None:
        return _workspace(await self._workspaces.find_one({"_id": str(workspace_id)}))

    async def of_member(self, user_id: UUID) -> Workspace | None:
        found = await self._workspaces.find({"members.user_id": str(user_id)}, sort=[("_id", 1)], limit=1)
        return _workspace(found[0] if found else None)

    async def all_of_member(self, user_id: UUID) -> Sequence[Workspace]:
        found = await self._workspaces.find({"members.user_id": str(user_id)}, sort=[("_id", 1)])
        return [workspace for one in found if (workspace := _workspace(one))]

    async def by_invitation(self, secret_sha256: str) -> Workspace | None:
        return _workspace(await self._workspaces.find_one({"invitations.secret_sha256": secret_sha256}))

    async def add(self, workspace: Workspace, event: AccessV1, *, audit: Sequence[AuditEntry] = ()) -> None:
        await self.outbox.insert(document(workspace, "workspace_id"), event, workspace.revision, audit=audit)

    async def replace(self, workspace: Workspace, event: AccessV1, *, audit: Sequence[AuditEntry]) -> bool:
        key, changed = str(workspace.workspace_id), fields(workspace, "workspace_id")
        return await self.outbox.replace(key, changed, event=event, revision=workspace.revision, audit=audit)


class MongoApiKeys:
    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._keys = database.collection("api_keys")
        self.outbox = MongoOutbox(self._keys, AccessV1, written)

    async def any_of(self, workspace_id: UUID) -> ApiKey | None:
        return record(ApiKey, await self._keys.find_one({"workspace_id": str(workspace_id)}), "key_id")

    async def get(self, key_id: str) -> ApiKey | None:
        return record(ApiKey, await self._keys.find_one({"_id": key_id}), "key_id")

    async def of_workspace(self, workspace_id: UUID) -> Sequence[ApiKey]:
        query = {"workspace_id": str(workspace_id)}
        found = await self._keys.find(query, sort=[("created_at", -1), ("_id", 1)])
        return [key for one in found if (key := record(ApiKey, one, "key_id"))]

    async def add(self, key: ApiKey, event: AccessV1, *, audit: Sequence[AuditEntry] = ()) -> None:
        await self.outbox.insert(document(key, "key_id"), event, key.revision, audit=audit)

    async def replace(self, key: ApiKey, event: AccessV1, *, audit: Sequence[AuditEntry]) -> bool:
        # Its last use is written beside the revisions, and may be newer than what was read.
        changed = {name: value for name, value in fields(key, "key_id").items() if name != "last_used_at"}
        return await self.outbox.replace(key.key_id, changed, event=event, revision=key.revision, audit=audit)

    async def used(self, key_id: str, at: datetime) -> None:
        earlier = [{"last_used_at": None}, {"last_used_at": {"$lt": at}}]
        await self._keys.update({"_id": key_id, "$or": earlier}, {"$set": {"last_used_at": at}})


class MongoSessions:
    def __init__(self, database: Database) -> None:
        self._sessions = database.collection("sessions")

    async def get(self, session_id: UUID) -> Session | None:
        return record(Session, await self._sessions.find_one({"_id": str(session_id)}), "session_id")

    async def add(self, session: Session) -> None:
        await self._sessions.insert(document(session, "session_id"))

    async def rotate(self, session: Session, *, from_sha256: str) -> bool:
        query = {"_id": str(session.session_id), "secret_sha256": from_sha256}
        return await self._sessions.update(query, {"$set": fields(session, "session_id")})

    async def of_user(self, user_id: UUID) -> Sequence[Session]:
        found = await self._sessions.find({"user_id": str(user_id)}, sort=[("rotated_at", -1)])
        return [session for one in found if (session := record(Session, one, "session_id"))]

    async def end(self, session_id: UUID, user_id: UUID) -> bool:
        return await self._sessions.take({"_id": str(session_id), "user_id": str(user_id)}) is not None

    async def end_of(self, user_id: UUID, workspace_id: UUID | None = None) -> None:
        where = {} if workspace_id is None else {"workspace_id": str(workspace_id)}
        await self._sessions.remove({"user_id": str(user_id), **where})

    async def remove_expired(self, at: datetime) -> None:
        await self._sessions.remove({"expires_at": {"$lte": at}})


def _workspace(found: Document | None) -> Workspace | None:
    return record(Workspace, found, "workspace_id")
