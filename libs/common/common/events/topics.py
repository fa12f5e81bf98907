"""The topics: name, key, partitions, how long records stay, and what for. A key's partition is for ever."""

from dataclasses import dataclass
from enum import StrEnum

_DAY_MS = 24 * 60 * 60 * 1000
_MANY, _SOME = 48, 12


class Cleanup(StrEnum):
    COMPACT = "compact"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A card: what the topic carries and how Kafka keeps it. `retention_ms` -1 is for ever."""

    name: str
    key: str
    purpose: str
    partitions: int
    cleanup: Cleanup = Cleanup.DELETE
    retention_ms: int = 30 * _DAY_MS

    @property
    def dead_letters(self) -> "Topic":
        """Where records of this topic go that nobody can read."""
        return Topic(
            name=f"{self.name}.dlq",
            key=self.key,
            purpose=f"Undecodable or refused records of {self.name}: original bytes and error headers",
            partitions=1,
        )


ACCOUNTS = Topic(
    name="tiktok.accounts.v1",
    key="account_id",
    purpose="Full state of a connected account at each change; never a token",
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
POST_SNAPSHOTS = Topic(
    name="tiktok.post-snapshots.v1",
    key="account_id",
    purpose="One post as TikTok returned it, or an imported file has it, at one moment: lifetime counters",
    partitions=_MANY,
)
PROFILE_SNAPSHOTS = Topic(
    name="tiktok.profile-snapshots.v1",
    key="account_id",
    purpose="The profile at one moment and the daily series TikTok returned with it; or the days of an imported file",
    partitions=_MANY,
)
POST_LIFECYCLE = Topic(
    name="tiktok.post-lifecycle.v1",
    key="account_id",
    purpose="A post first seen, gone or back, and why when known",
    partitions=_MANY,
)
POST_LABELS = Topic(
    name="tiktok.post-labels.v1",
    key="account_id:post_id",
    purpose="All label and plan ids of a post",
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
LABELS = Topic(
    name="tiktok.labels.v1",
    key="label_id",
    purpose="Names of labels and plans",
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
COLLECTION_STATUS = Topic(
    name="tiktok.collection-status.v1",
    key="account_id",
    purpose="How the collection of an account stands and when it is next due",
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
ROLLUPS_UPDATED = Topic(
    name="tiktok.rollups-updated.v1",
    key="account_id",
    purpose="Which rollups and days of an account changed: wakes dashboards, caches and partners",
    partitions=_MANY,
    retention_ms=_DAY_MS,
)
COMMANDS = Topic(
    name="toa.commands.v1", key="account_id", purpose="Refresh, backfill, pause and resume", partitions=_SOME
)
ERASURES = Topic(
    name="toa.erasures.v1",
    key="account_id:store",
    purpose="A request to erase an account, then one completion per store",
    partitions=_SOME,
    retention_ms=-1,
)
ACCESS = Topic(
    name="toa.access.v1",
    key="workspace:<id>, key:<id> or heartbeat",
    purpose="Who may read what: workspaces, members' access and hashes of API keys; internal only",
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)

TOPICS = (
    ACCOUNTS,
    POST_SNAPSHOTS,
    PROFILE_SNAPSHOTS,
    POST_LIFECYCLE,
    POST_LABELS,
    LABELS,
    COLLECTION_STATUS,
    ROLLUPS_UPDATED,
    COMMANDS,
    ERASURES,
    ACCESS,
)
