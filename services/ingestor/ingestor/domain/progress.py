"""How far the collection of one account is: kept in Mongo, changed only by `advance`, never beyond what Kafka has."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import CollectionState, CollectionStatusV1, Timestamp


class Task(StrEnum):
    """What is done for an account, in this order."""

    PROFILE = "profile"
    LISTING = "listing"


class ListingKind(StrEnum):
    HEAD = "head"
    """The newest pages, whose figures still move."""
    FULL = "full"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Trouble(_Frozen):
    """Why a task's last request brought nothing, how often in a row, and when it is tried again (domain clock)."""

    state: CollectionState
    reason: str
    failures: int
    retry_at: Timestamp


class TaskProgress(_Frozen):
    """`done_at`: the last success. A listing counts from the moment it began: its first posts are as old as that."""

    done_at: Timestamp | None = None
    again_at: Timestamp | None = None
    """Wanted earlier than its rhythm says."""
    trouble: Trouble | None = None


class OpenListing(_Frozen):
    """A listing under way: the next page starts at `cursor`."""

    kind: ListingKind
    started_at: Timestamp
    cursor: int | None = None
    seen: int = 0


class Loss(_Frozen):
    """Access was refused while the account stood at `revision`; a later account event ends it."""

    revision: int
    reason: str


class Progress(_Frozen):
    """The whole record of one account. `version` guards against two replicas writing over each other."""

    account_id: UUID
    version: int = 0
    profile: TaskProgress = TaskProgress()
    listing: TaskProgress = TaskProgress()
    full_at: Timestamp | None = None
    open_listing: OpenListing | None = None
    posts_expected: int | None = None
    """Public posts by the last profile; None when TikTok did not say."""
    loss: Loss | None = None
    status: CollectionStatusV1 | None = None
    """The outbox: saved with the change, published afterwards."""
    told: int = 0
    """The last revision of `status` that Kafka acknowledged."""
