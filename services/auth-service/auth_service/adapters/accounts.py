"""Connections in MongoDB."""

from collections.abc import Callable, Sequence
from uuid import UUID

from auth_service.adapters.documents import document, fields, record
from auth_service.adapters.outbox import MongoOutbox
from auth_service.domain.audit import AuditEntry
from auth_service.domain.connection import Connection, Duty
from common.documents.store import Database, Document, Taken
from common.events import AccountV1

# Of one look; what is left over is the next one's.
_AT_A_LOOK = 500


class MongoConnections:
    """`changed` is told of each account whose connection was written anew here."""

    def __init__(
        self, database: Database, written: Callable[[], None], changed: Callable[[UUID], None] = lambda _: None
    ) -> None:
        self._changed = changed
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
        replaced = await self.outbox.replace(key, changed, event=event, revision=connection.revision, audit=audit)
        self._changed(connection.account_id)
        return replaced

    async def with_duty(self, duty: Duty) -> Sequence[Connection]:
        found = await self._connections.find({"duties": duty}, sort=[("_id", 1)], limit=_AT_A_LOOK)
        return [connection for one in found if (connection := _connection(one))]

    async def done(self, connection: Connection, duty: Duty) -> None:
        same = {"_id": str(connection.account_id), "revision": connection.revision}
        await self._connections.update(same, {"$pull": {"duties": duty}})


def _connection(found: Document | None) -> Connection | None:
    return record(Connection, found, "account_id")
