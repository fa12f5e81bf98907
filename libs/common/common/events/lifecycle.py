"""A post's appearing and disappearing, as the collection saw it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from common.events.envelope import AccountEvent, Timestamp, epoch_ms
from common.events.snapshot import Source
from common.events.topics import POST_LIFECYCLE, Topic


class LifecycleChange(StrEnum):
    FIRST_SEEN = "first-seen"
    GONE = "gone"
    BACK = "back"


class PostLifecycleV1(AccountEvent):
    """A post was listed for the first time, is listed no more, or is listed again; `why` where that is known.

    `observed_at`: the domain clock. `recorded_at`: when it was published; a replay keeps it.
    """

    topic: ClassVar[Topic] = POST_LIFECYCLE

    channel: str = "tiktok"
    post_id: str
    change: LifecycleChange
    why: str | None = None
    observed_at: Timestamp
    recorded_at: Timestamp
    source: Source = Source.API

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), self.post_id, self.change, str(epoch_ms(self.observed_at)))

    @property
    def time(self) -> datetime:
        return self.observed_at

    @property
    def subject(self) -> str:
        return self.post_id
