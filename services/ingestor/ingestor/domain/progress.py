"""How far the collection of one account is: kept in Mongo, changed only by `advance`, never beyond what Kafka has."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import CollectionState, CollectionStatusV1, Timestamp
from ingestor.domain.posts import KnownPosts, Marks, PostChanges


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
    listed: Marks = 0
    readable: bool = True
    """Every item had an id. Otherwise nothing can be said of the posts that it did not name."""


class IncidentKind(StrEnum):
    EMPTY_LISTING = "empty_listing"
    """No posts, though the profile counts some."""
    MASS_DISAPPEARANCE = "mass_disappearance"
    """More posts missing at once than people take away in a day."""


class Incident(_Frozen):
    """Listings that succeeded and cannot be believed: so many in a row, the first at `since`."""

    kind: IncidentKind
    reason: str
    since: Timestamp
    listings: int
    absent: Marks = 0
    """Posts that all of these listings lacked."""


class Loss(_Frozen):
    """Access was refused while the account stood at `revision`; a later account event ends it."""

    revision: int
    reason: str


class Days(_Frozen):
    """UTC days, both included, whose daily series was asked for by a command and is still to be read."""

    from_day: date
    to_day: date


class Obeyed(_Frozen):
    """The last command that was obeyed, by its place in its partition and the moment Kafka wrote it there."""

    offset: int
    written_at: Timestamp


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
    revision: int = 0
    """Of the account event it was last taken over with."""
    posts: KnownPosts = KnownPosts()
    incident: Incident | None = None
    demographics_at: Timestamp | None = None
    """When the profile was last read with its demographics."""
    has_days: bool | None = None
    """Whether TikTok has ever given a day of the daily series; None until it was asked."""
    paused: bool = False
    refreshed_at: Timestamp | None = None
    """The last refresh by a command."""
    full_again_at: Timestamp | None = None
    """A full listing is wanted that begins then or later."""
    backfill: Days | None = None
    obeyed: Obeyed | None = None
    changes: tuple[PostChanges, ...] = ()
    """The outbox of post lifecycles: saved with the change, published afterwards, empty once that was done."""
    status: CollectionStatusV1 | None = None
    """The outbox: saved with the change, published afterwards."""
    told: int = 0
    """The last revision of `status` that Kafka acknowledged."""
