"""Snapshots: what TikTok said of a post or a profile at one moment, raw values kept, null stays null."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

from common.events.envelope import AccountEvent, Timestamp, epoch_ms
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS, Topic
from common.events.values import PostValues, ProfileDayValues, ProfileValues


class Source(StrEnum):
    """Who said it. An API value wins over an imported one for the same day."""

    API = "api"
    STUDIO_CSV = "studio_csv"


RETRACTION: Final = "studio_retraction.v1"
"""The `field_set` of an imported observation that is recorded again with nothing in it: its import was undone."""


class Snapshot(AccountEvent):
    """What both kinds of snapshot share.

    `observed_at`: the domain clock at receipt. `recorded_at`: when it was published; a replay keeps it.
    `field_set`: the named set of fields that was asked for. `dropped_fields`: given, but unusable.
    `extra`: fields nobody knows yet, as a JSON text.
    """

    channel: str = "tiktok"
    observed_at: Timestamp
    recorded_at: Timestamp
    source: Source = Source.API
    field_set: str
    dropped_fields: tuple[str, ...] = ()
    extra: str = "{}"

    @property
    def time(self) -> datetime:
        return self.observed_at

    @property
    def _record(self) -> Sequence[str]:
        """What tells an import, and its retraction, from what the API said at the same millisecond."""
        return () if self.source is Source.API else (self.source, str(epoch_ms(self.recorded_at)))


class PostSnapshotV1(Snapshot):
    """One post: identity and lifetime counters as of `observed_at`."""

    topic: ClassVar[Topic] = POST_SNAPSHOTS

    post_id: str
    values: PostValues

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), self.post_id, str(epoch_ms(self.observed_at)), *self._record)

    @property
    def subject(self) -> str:
        return self.post_id


class ProfileDay(BaseModel):
    """One UTC day of the daily series TikTok returned."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    date: date
    values: ProfileDayValues


class ProfileSnapshotV1(Snapshot):
    """The profile as of `observed_at` and the days that came with it."""

    topic: ClassVar[Topic] = PROFILE_SNAPSHOTS

    profile: ProfileValues
    days: tuple[ProfileDay, ...]

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), "profile", str(epoch_ms(self.observed_at)), *self._record)
