"""Erasing an account: a request, then one completion per store. Kept for ever, so that a restore erases again."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.events.envelope import AccountEvent, Timestamp, epoch_ms
from common.events.topics import ERASURES, Topic


class Store(StrEnum):
    """What holds data of an account, by who owns it."""

    AUTH = "auth"
    INGESTOR = "ingestor"
    QUERY = "query"
    CLICKHOUSE = "clickhouse"


class ErasureRequest(BaseModel):
    """Everything known of the account up to the event's `erased_at` is to go."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["request"] = "request"
    whole_workspace: bool = False
    """What its workspace has that is of no account goes with it."""


class ErasureCompletion(BaseModel):
    """`store` holds nothing of it any more; `completed_at` is wall time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["completion"] = "completion"
    store: Store
    completed_at: Timestamp


class ErasureV1(AccountEvent):
    """One step of an erasure, which its account and `erased_at` (the domain clock) name.

    Whatever was observed of the account at `erased_at` or before is never taken in again.
    """

    topic: ClassVar[Topic] = ERASURES

    erased_at: Timestamp
    step: Annotated[ErasureRequest | ErasureCompletion, Field(discriminator="kind")]

    @property
    def key(self) -> str:
        return f"{self.account_id}:{self._part}"

    @property
    def identity(self) -> Sequence[str]:
        return (self.key, str(epoch_ms(self.erased_at)))

    @property
    def time(self) -> datetime:
        return self.erased_at

    @property
    def _part(self) -> str:
        return self.step.store if isinstance(self.step, ErasureCompletion) else self.step.kind
