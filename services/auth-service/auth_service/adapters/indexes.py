"""Every index of the database in one table; making them again changes nothing."""

from dataclasses import dataclass

from common.documents.store import Database


@dataclass(frozen=True, slots=True)
class Index:
    collection: str
    fields: tuple[str, ...]
    unique: bool = False


# What has no row here is found by its `_id`.
INDEXES = (
    Index("users", ("email",), unique=True),
    Index("workspaces", ("members.user_id",)),
    Index("workspaces", ("outbox.revision",)),
    Index("workspaces", ("audit.entry_id",)),
    Index("workspaces", ("invitations.secret_sha256",)),
    Index("api_keys", ("workspace_id",)),
    Index("api_keys", ("outbox.revision",)),
    Index("api_keys", ("audit.entry_id",)),
    Index("early_access", ("audit.entry_id",)),
    Index("audit", ("workspace_id", "number")),
    Index("audit", ("entry.entry_id",), unique=True),
    Index("replays", ("expires_at",)),
    Index("sessions", ("user_id", "workspace_id")),
    Index("sessions", ("expires_at",)),
    Index("sessions", ("user_id",)),
    Index("tries", ("expires_at",)),
    Index("password_resets", ("expires_at",)),
    Index("provider_attempts", ("expires_at",)),
    Index("half_proofs", ("expires_at",)),
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
    Index("connections", ("duties",)),
    Index("erasures", ("target",), unique=True),
    Index("erasures", ("workspace_id",)),
    Index("erasures", ("done_at",)),
    Index("erasures", ("accounts",)),
    Index("erasures", ("outbox.revision",)),
    Index("grants", ("tokens.access_expires_at",)),
    Index("grants", ("tokens.refresh_expires_at",)),
    Index("connections", ("audit.entry_id",)),
    Index("early_access", ("status", "requested_at")),
    Index("early_access", ("handle",)),
    Index("early_access", ("open_id",)),
    Index("notices", ("next_try_at",)),
    Index("notices", ("user_id", "is_read", "created_at")),
    Index("leases", ("until",)),
)


async def make_indexes(database: Database) -> None:
    for index in INDEXES:
        await database.collection(index.collection).index(*index.fields, unique=index.unique)
