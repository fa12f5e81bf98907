"""How the collection of an account stands, and which rollups changed by it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from common.events.envelope import AccountEvent, Timestamp, epoch_ms
from common.events.topics import COLLECTION_STATUS, ROLLUPS_UPDATED, Topic


class CollectionState(StrEnum):
    BACKFILLING = "backfilling"
    SYNCED = "synced"
    RATE_LIMITED = "rate_limited"
    LOST_ACCESS = "lost_access"
    FAILING = "failing"
    PAUSED = "paused"


class CollectionStatusV1(AccountEvent):
    """The ingestor's view of one account; moments are of the domain clock.

    `has_days`: whether TikTok has ever given a day of the daily series; None where nobody looked.
    """

    topic: ClassVar[Topic] = COLLECTION_STATUS

    state: CollectionState
    reason: str | None = None
    since: Timestamp
    last_profile_at: Timestamp | None = None
    last_listing_at: Timestamp | None = None
    next_due: Timestamp | None = None
    has_days: bool | None = None
    revision: int

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), str(self.revision))

    @property
    def time(self) -> datetime:
        return self.since


class RollupsUpdatedV1(AccountEvent):
    """The rollups of one account were recomputed at `version` (nanoseconds of ClickHouse's clock).

    `from_day` and `to_day` (excluded) span the days that may have changed.
    """

    topic: ClassVar[Topic] = ROLLUPS_UPDATED

    rollups: tuple[str, ...]
    from_day: date | None = None
    to_day: date | None = None
    version: int
    observed_at: Timestamp

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), *self.rollups, str(self.version), str(epoch_ms(self.observed_at)))

    @property
    def time(self) -> datetime:
        return self.observed_at
