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
    Index("connect_states", ("expires_at",)),
    Index("pendings", ("expires_at",)),
    Index("pendings", ("app_id", "open_id")),
    Index("connect_links", ("token_sha256",), unique=True),
    Index("connect_links", ("workspace_id",)),
    Index("connect_links", ("expires_at",)),
    Index("connections", ("workspace_id", "channel", "open_id"), unique=True),
    Index("connections", ("app_id", "open_id")),
    Index("connections", ("outbox.revision",)),
    Index("connections", ("profile.is_business_account", "business_check_at")),
    Index("commands", ("outbox.revision",)),
    Index("heard_webhooks", ("heard_at",)),
    Index("leases", ("until",)),
)


async def make_indexes(database: Database) -> None:
    for index in INDEXES:
        await database.collection(index.collection).index(*index.fields, unique=index.unique)
