"""What the collection needs from outside, and the errors it can be met with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from common.events import Event
from ingestor.domain.answers import Answer
from ingestor.domain.asking import Ask
from ingestor.domain.budget import Bucket
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress


class IngestorError(Exception):
    """Base of what the adapters raise."""


class AuthorizationLost(IngestorError):
    """auth-service says that the account must be connected again."""


class TokenUnavailable(IngestorError):
    """No token could be had now; later one may."""


class StoreUnavailable(IngestorError):
    """Mongo did not answer, or not as it should."""


class ProgressConflict(IngestorError):
    """Another replica wrote the document meanwhile; read it again."""


class EventTooLarge(IngestorError):
    """Kafka takes no record of that size."""


class BusBroken(Exception):
    """Kafka refuses what this process sends, and waiting does not help: the process must start anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; `expires_at` is of the domain clock."""

    value: str = field(repr=False)
    version: int
    expires_at: datetime


class Tokens(Protocol):
    async def token(self, account_id: UUID, *, refused: Token | None = None) -> Token:
        """A usable token, not the `refused` one; raises `AuthorizationLost` or `TokenUnavailable`."""
        ...


class TikTok(Protocol):
    async def ask(self, ask: Ask, token: Token) -> Answer:
        """One request. What goes wrong on the way is a `Refused`, not an exception."""
        ...


class ProgressStore(Protocol):
    async def load(self, account_id: UUID) -> Progress:
        """The saved progress, or a new one; raises `StoreUnavailable`."""
        ...

    async def save(self, progress: Progress) -> Progress:
        """Replace the version that `progress` came from; returns it with its new version.

        Raises `ProgressConflict` when another version is stored, `StoreUnavailable` when it is not known.
        """
        ...

    async def ledger(self, account_id: UUID) -> Ledger:
        """The posts ever listed of the account; raises `StoreUnavailable`."""
        ...

    async def enter(self, ledger: Ledger, post_ids: Sequence[str]) -> Ledger:
        """Write `post_ids` at the end of the ledger.

        Raises `ProgressConflict` when another wrote meanwhile, `StoreUnavailable` when it is not known.
        """
        ...


class Memory(Protocol):
    async def forget(self, account_id: UUID) -> None:
        """Delete the account's progress and its known posts; raises `StoreUnavailable`."""
        ...


class BudgetStore(Protocol):
    async def load(self, app: str) -> Bucket:
        """The stored bucket of a TikTok app, or a new one; raises `StoreUnavailable`."""
        ...

    async def save(self, bucket: Bucket) -> None:
        """Replace the version that `bucket` came from.

        Raises `ProgressConflict` when another version is stored, `StoreUnavailable` when it is not known.
        """
        ...


class Events(Protocol):
    async def publish(self, events: Sequence[Event]) -> None:
        """Return once Kafka has acknowledged all; while Kafka is away, wait for it.

        Raises `EventTooLarge` or `BusBroken`.
        """
        ...


class Meter(Protocol):
    """Counts for operators."""

    def requested(self, endpoint: str, code: str) -> None:
        """A request was answered with TikTok's `code`, or `code` says what came instead."""
        ...

    def published(self, topic: str, count: int) -> None:
        """So many snapshots were acknowledged."""
        ...

    def unusable(self, kind: str, count: int) -> None:
        """So many values or items of an answer had to be left out."""
        ...

    def incident(self, kind: str) -> None:
        """A listing succeeded that cannot be believed."""
        ...

    def turn_failed(self, error: str) -> None:
        """A turn ended in an exception and will be repeated."""
        ...

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        """Requests a minute (domain clock): what the rhythm wants and what was made; by how much intervals stretch."""
        ...

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None:
        """How many accounts are collected here, and how long the most overdue one waits (domain clock)."""
        ...

    def aged(self, *, oldest_seconds: float, over_a_day: int) -> None:
        """How long ago a profile was read, at most (domain clock), and of how many accounts more than a day ago."""
        ...
