"""The topics: name, key, partitions, how long records stay, and what for. A key's partition is for ever."""

from dataclasses import dataclass
from enum import StrEnum

_DAY_MS = 24 * 60 * 60 * 1000
_MANY, _SOME = 48, 12


PARTNERS = "partners"
_AUTH, _INGESTOR, _AGGREGATOR, _QUERY = "auth-service", "ingestor", "metrics-aggregator", "query-api"

_BY_KEY = "Records of a key lie in one partition, in the order they were written; over keys there is no order."
_HIGHEST = f"{_BY_KEY} Keep the highest `revision`: an older one may be told again after it."
_OBSERVED = f"{_BY_KEY} A replay or a repeat may bring older ones after newer ones, so order by `observed_at`."
_AT_LEAST_ONCE = "At least once: a repeat has the same `ce_id`. Nothing is lost while Kafka keeps its records."
_COMPACTED = f"{_AT_LEAST_ONCE} The last record of each key stays for ever; read from the beginning to know all."
_COMPACTED_ERASED = f"{_COMPACTED} An erased account's posts end with a record without a value, a tombstone."
_TOLD = f"{_BY_KEY} A higher `version` was computed later; of the same rollup and days the highest counts."
_WAKES = f"{_AT_LEAST_ONCE} It says that something changed and not what: ask query-api, or the snapshots, for numbers."


class Cleanup(StrEnum):
    COMPACT = "compact"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A card: what the topic carries, who writes and reads it, and how Kafka keeps it. `retention_ms` -1 is for ever.

    `consumers` names our services, and `PARTNERS` where others may read; without that the topic is internal.
    """

    name: str
    key: str
    purpose: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    ordering: str = _BY_KEY
    delivery: str = _AT_LEAST_ONCE
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
            producers=(_AGGREGATOR,),
            consumers=(_AGGREGATOR,),
            partitions=1,
        )

    @property
    def is_internal(self) -> bool:
        return PARTNERS not in self.consumers


ACCOUNTS = Topic(
    name="tiktok.accounts.v1",
    key="account_id",
    purpose="Full state of a connected account at each change; never a token",
    producers=(_AUTH, _QUERY),
    consumers=(_INGESTOR, _AGGREGATOR, _QUERY, PARTNERS),
    ordering=_HIGHEST,
    delivery=_COMPACTED,
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
POST_SNAPSHOTS = Topic(
    name="tiktok.post-snapshots.v1",
    key="account_id",
    purpose="One post as TikTok returned it, or an imported file has it, at one moment: lifetime counters",
    producers=(_INGESTOR, _QUERY),
    consumers=(_AGGREGATOR, PARTNERS),
    ordering=_OBSERVED,
    partitions=_MANY,
)
PROFILE_SNAPSHOTS = Topic(
    name="tiktok.profile-snapshots.v1",
    key="account_id",
    purpose="The profile at one moment and the daily series TikTok returned with it; or the days of an imported file",
    producers=(_INGESTOR, _QUERY),
    consumers=(_AGGREGATOR, PARTNERS),
    ordering=_OBSERVED,
    partitions=_MANY,
)
POST_LIFECYCLE = Topic(
    name="tiktok.post-lifecycle.v1",
    key="account_id",
    purpose="A post first seen, gone or back, and why when known",
    producers=(_INGESTOR, _QUERY),
    consumers=(_AGGREGATOR, PARTNERS),
    ordering=_OBSERVED,
    partitions=_MANY,
)
POST_LABELS = Topic(
    name="tiktok.post-labels.v1",
    key="account_id:post_id",
    purpose="All label and plan ids of a post",
    producers=(_QUERY,),
    consumers=(_AGGREGATOR, PARTNERS),
    ordering=_HIGHEST,
    delivery=_COMPACTED_ERASED,
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
LABELS = Topic(
    name="tiktok.labels.v1",
    key="label_id",
    purpose="Names of labels and plans",
    producers=(_QUERY,),
    consumers=(PARTNERS,),
    ordering=_HIGHEST,
    delivery=_COMPACTED,
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
COLLECTION_STATUS = Topic(
    name="tiktok.collection-status.v1",
    key="account_id",
    purpose="How the collection of an account stands and when it is next due",
    producers=(_INGESTOR,),
    consumers=(_AUTH, _AGGREGATOR, _QUERY, PARTNERS),
    ordering=_HIGHEST,
    delivery=_COMPACTED,
    partitions=_SOME,
    cleanup=Cleanup.COMPACT,
    retention_ms=-1,
)
ROLLUPS_UPDATED = Topic(
    name="tiktok.rollups-updated.v1",
    key="account_id",
    purpose="Which rollups and days of an account changed: wakes dashboards, caches and partners",
    producers=(_AGGREGATOR,),
    consumers=(_QUERY, PARTNERS),
    ordering=_TOLD,
    delivery=_WAKES,
    partitions=_MANY,
    retention_ms=_DAY_MS,
)
COMMANDS = Topic(
    name="toa.commands.v1",
    key="account_id",
    purpose="Refresh, backfill, pause and resume",
    producers=(_AUTH,),
    consumers=(_INGESTOR,),
    partitions=_SOME,
)
ERASURES = Topic(
    name="toa.erasures.v1",
    key="account_id:store",
    purpose="A request to erase an account, then one completion per store",
    producers=(_AUTH, _INGESTOR, _AGGREGATOR, _QUERY),
    consumers=(_AUTH, _INGESTOR, _AGGREGATOR, _QUERY, PARTNERS),
    partitions=_SOME,
    retention_ms=-1,
)
ACCESS = Topic(
    name="toa.access.v1",
    key="workspace:<id>, key:<id> or heartbeat",
    purpose="Who may read what: workspaces, members' access and hashes of API keys; internal only",
    producers=(_AUTH,),
    consumers=(_QUERY,),
    ordering=_HIGHEST,
    delivery=_COMPACTED,
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
