"""The ingestor's other neighbours in memory, as cheap as they can be."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from common.catalog import SCOPES
from common.events import AccountChange, AccountStatus, AccountV1, Event
from ingestor.domain.budget import Bucket
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress
from ingestor.ports import ProgressConflict, Token


class EndlessTokens:
    def __init__(self, now: datetime) -> None:
        self._token = Token(value="t", version=1, expires_at=now + timedelta(days=1_000))

    async def token(self, account_id: UUID, *, refused: Token | None = None) -> Token:
        return self._token


@dataclass
class KeptProgress:
    kept: dict[UUID, Progress] = field(default_factory=dict)
    ledgers: dict[UUID, Ledger] = field(default_factory=dict)

    async def load(self, account_id: UUID) -> Progress:
        return self.kept.get(account_id) or Progress(account_id=account_id)

    async def save(self, progress: Progress) -> Progress:
        saved = progress.model_copy(update={"version": progress.version + 1})
        self.kept[progress.account_id] = saved
        return saved

    async def ledger(self, account_id: UUID) -> Ledger:
        return self.ledgers.get(account_id) or Ledger(account_id)

    async def enter(self, ledger: Ledger, post_ids: Sequence[str]) -> Ledger:
        entered = Ledger(ledger.account_id, (*ledger.post_ids, *post_ids))
        self.ledgers[ledger.account_id] = entered
        return entered


@dataclass
class KeptBudget:
    """Others get their turn between reading and writing, as with a server."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    seconds: Callable[[], float] = lambda: 0.002

    async def load(self, app: str) -> Bucket:
        await asyncio.sleep(self.seconds())
        return self.buckets.get(app) or Bucket(app=app)

    async def save(self, bucket: Bucket) -> None:
        await asyncio.sleep(self.seconds())
        kept = self.buckets.get(bucket.app)
        if bucket.version != (kept.version if kept else 0):
            raise ProgressConflict("written by another")
        self.buckets[bucket.app] = replace(bucket, version=bucket.version + 1)


@dataclass
class CountedEvents:
    counted: Counter[str] = field(default_factory=Counter)

    async def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            self.counted[event.topic.name] += 1


@dataclass
class LastMeasures:
    stretch: float = 1.0
    wanted: float = 0.0
    granted: float = 0.0
    failed: Counter[str] = field(default_factory=Counter)

    def requested(self, endpoint: str, code: str) -> None: ...

    def published(self, topic: str, count: int) -> None: ...

    def unusable(self, kind: str, count: int) -> None: ...

    def incident(self, kind: str) -> None: ...

    def turn_failed(self, error: str) -> None:
        self.failed[error] += 1

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None: ...

    def aged(self, *, oldest_seconds: float, over_a_day: int) -> None: ...

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        self.wanted, self.granted, self.stretch = wanted, granted, stretch


def connected(number: int, now: datetime) -> AccountV1:
    return AccountV1(
        workspace_id=UUID(int=1),
        account_id=uuid4(),
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id=f"open-{number}",
        scopes=SCOPES,
        connected_at=now,
        changed_at=now,
        revision=1,
    )
