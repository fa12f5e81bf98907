"""The event contracts: pydantic models, one per topic and version, and the topics that carry them."""

from common.events.access import (
    AccessV1,
    Heartbeat,
    KeyAccess,
    KeyScope,
    MemberAccess,
    Role,
    WeekStart,
    WorkspaceAccess,
)
from common.events.account import AccountChange, AccountStatus, AccountV1
from common.events.collection import CollectionState, CollectionStatusV1, RollupsUpdatedV1
from common.events.command import Action, Backfill, CommandV1, Pause, Refresh, Resume
from common.events.envelope import (
    Event,
    Message,
    Timestamp,
    Tombstone,
    UndecodableEvent,
    decode,
    encode,
    header,
    tombstone,
)
from common.events.erasure import ErasureCompletion, ErasureRequest, ErasureV1, Store
from common.events.labels import LabelKind, LabelV1, PostLabelsV1
from common.events.lifecycle import LifecycleChange, PostLifecycleV1
from common.events.sample import SAMPLE_ACCOUNT_ID, SAMPLE_WORKSPACE_ID
from common.events.snapshot import RETRACTION, PostSnapshotV1, ProfileDay, ProfileSnapshotV1, Source
from common.events.topics import TOPICS, Topic

__all__ = [
    "RETRACTION",
    "SAMPLE_ACCOUNT_ID",
    "SAMPLE_WORKSPACE_ID",
    "TOPICS",
    "AccessV1",
    "AccountChange",
    "AccountStatus",
    "AccountV1",
    "Action",
    "Backfill",
    "CollectionState",
    "CollectionStatusV1",
    "CommandV1",
    "ErasureCompletion",
    "ErasureRequest",
    "ErasureV1",
    "Event",
    "Heartbeat",
    "KeyAccess",
    "KeyScope",
    "LabelKind",
    "LabelV1",
    "LifecycleChange",
    "MemberAccess",
    "Message",
    "Pause",
    "PostLabelsV1",
    "PostLifecycleV1",
    "PostSnapshotV1",
    "ProfileDay",
    "ProfileSnapshotV1",
    "Refresh",
    "Resume",
    "Role",
    "RollupsUpdatedV1",
    "Source",
    "Store",
    "Timestamp",
    "Tombstone",
    "Topic",
    "UndecodableEvent",
    "WeekStart",
    "WorkspaceAccess",
    "decode",
    "encode",
    "header",
    "tombstone",
]
