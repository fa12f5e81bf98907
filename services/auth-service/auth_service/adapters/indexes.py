"""Every index of the database in one table; making them again changes nothing."""

from dataclasses import dataclass

from auth_service.adapters.mongo import Database


@dataclass(frozen=True, slots=True)
class Index:
    collection: str
    fields: tuple[str, ...]
    unique: bool = False


# Grants, states and pendings are found by their `_id`.
INDEXES = (
    Index("users", ("email",), unique=True),
    Index("workspaces", ("members.user_id",)),
    Index("workspaces", ("outbox.revision",)),
    Index("api_keys", ("workspace_id",)),
    Index("api_keys", ("outbox.revision",)),
    Index("sessions", ("expires_at",)),
    Index("sessions", ("user_id",)),
    Index("tries", ("expires_at",)),
    Index("password_resets", ("expires_at",)),
    Index("provider_attempts", ("expires_at",)),
    Index("connect_states", ("expires_at",)),
    Index("pendings", ("expires_at",)),
    Index("pendings", ("app_id", "open_id")),
    Index("connections", ("workspace_id", "channel", "open_id"), unique=True),
    Index("connections", ("app_id", "open_id")),
    Index("connections", ("outbox.revision",)),
    Index("early_access", ("status", "requested_at")),
    Index("early_access", ("handle",)),
    Index("early_access", ("open_id",)),
    Index("notices", ("next_try_at",)),
    Index("notices", ("user_id", "is_read", "created_at")),
)


async def make_indexes(database: Database) -> None:
    for index in INDEXES:
        await database.collection(index.collection).index(*index.fields, unique=index.unique)
