"""The collector's outside world in memory: a clock by hand, a small TikTok, tokens, a store and a bus."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from common.catalog.fields import SCOPES
from common.events import (
    AccountChange,
    AccountStatus,
    AccountV1,
    CollectionStatusV1,
    Event,
    PostLifecycleV1,
    PostSnapshotV1,
    ProfileSnapshotV1,
)
from ingestor.domain.answers import Answer, Answered, Refused, from_envelope
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress
from ingestor.ports import AuthorizationLost, ProgressConflict, StoreUnavailable, Token

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def account(
    *,
    open_id: str = "open-1",
    revision: int = 1,
    status: AccountStatus = AccountStatus.CONNECTED,
    scopes: Sequence[str] = SCOPES,
    account_id: UUID | None = None,
) -> AccountV1:
    return AccountV1(
        workspace_id=uuid4(),
        account_id=account_id or uuid4(),
        change=AccountChange.CONNECTED,
        status=status,
        open_id=open_id,
        scopes=tuple(scopes),
        changed_at=START,
        revision=revision,
    )


def changed(before: AccountV1, **changes: object) -> AccountV1:
    """The account's next event."""
    return before.model_copy(update={"revision": before.revision + 1, **changes})


def refusal(code: int, message: str = "No.", *, http_status: int = 200) -> Refused:
    envelope = {"code": code, "message": message, "request_id": "r-1", "data": {}}
    answer = from_envelope(envelope, http_status=http_status, path="/business/get/", observed_at=START)
    assert isinstance(answer, Refused)
    return answer


class ManualClock:
    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


@dataclass
class FakeTikTok:
    """Posts by their publishing time. `faults` are served first, then the truth."""

    clock: ManualClock
    posts: dict[str, list[datetime]] = field(default_factory=dict)
    faults: list[Answer | Exception] = field(default_factory=list)
    asked: list[Ask] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    during: Callable[[Ask], None] = lambda _: None
    """Something that happens while a request is under way."""
    delay: Callable[[Ask], Awaitable[None]] | None = None
    """How long a request is under way."""

    async def ask(self, ask: Ask, token: Token) -> Answer:
        self.asked.append(ask)
        self.tokens.append(token)
        self.during(ask)
        if self.delay:
            await self.delay(ask)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        data = self._profile(ask) if isinstance(ask, ProfileAsk) else self._page(ask)
        return Answered(data=data, observed_at=self.clock.now())

    def requests(self, kind: type[ProfileAsk | PageAsk]) -> int:
        return sum(isinstance(ask, kind) for ask in self.asked)

    def requests_of(self, open_id: str) -> int:
        return sum(ask.open_id == open_id for ask in self.asked)

    def _profile(self, ask: ProfileAsk) -> dict[str, object]:
        days = [ask.start + timedelta(days=number) for number in range((ask.end - ask.start).days)]
        metrics = [{"date": day.isoformat(), "video_views": 10, "followers_count": 4} for day in days]
        return {"followers_count": 40, "videos_count": len(self.posts.get(ask.open_id, [])), "metrics": metrics}

    def _page(self, ask: PageAsk) -> dict[str, object]:
        before = ask.cursor or _ms(self.clock.now()) + 1
        left = sorted((at for at in self.posts.get(ask.open_id, []) if _ms(at) < before), reverse=True)
        page, has_more = left[: ask.max_count], len(left) > ask.max_count
        videos = [{"item_id": post_id(at), "create_time": str(int(at.timestamp())), "likes": 3} for at in page]
        return {"videos": videos, "cursor": _ms(page[-1]) if page else before, "has_more": has_more}


def post_id(published: datetime) -> str:
    return f"7{_ms(published)}000000"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@dataclass
class FakeTokens:
    """`lost`: accounts whose authorization is gone. A refused token is followed by the next version."""

    lost: set[UUID] = field(default_factory=set)
    version: int = 1
    faults: list[Exception] = field(default_factory=list)

    async def token(self, account_id: UUID, *, refused: Token | None = None) -> Token:
        if self.faults:
            raise self.faults.pop(0)
        if account_id in self.lost:
            raise AuthorizationLost(f"account {account_id} must be connected again")
        if refused and refused.version == self.version:
            self.version += 1
        return Token(value=f"act.{self.version}", version=self.version, expires_at=START + timedelta(days=1))


@dataclass
class MemoryProgress:
    documents: dict[UUID, str] = field(default_factory=dict)
    ledgers: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    available: bool = True

    async def load(self, account_id: UUID) -> Progress:
        self._refuse_when_away()
        text = self.documents.get(account_id)
        return Progress.model_validate_json(text) if text else Progress(account_id=account_id)

    async def save(self, progress: Progress) -> Progress:
        self._refuse_when_away()
        text = self.documents.get(progress.account_id)
        if progress.version != (Progress.model_validate_json(text).version if text else 0):
            raise ProgressConflict("written by another")
        saved = progress.model_copy(update={"version": progress.version + 1})
        self.documents[progress.account_id] = saved.model_dump_json()
        return saved

    async def ledger(self, account_id: UUID) -> Ledger:
        self._refuse_when_away()
        return Ledger(account_id, self.ledgers.get(account_id, ()))

    async def enter(self, ledger: Ledger, post_ids: Sequence[str]) -> Ledger:
        self._refuse_when_away()
        if ledger.post_ids != self.ledgers.get(ledger.account_id, ()):
            raise ProgressConflict("written by another")
        self.ledgers[ledger.account_id] = (*ledger.post_ids, *post_ids)
        return Ledger(ledger.account_id, self.ledgers[ledger.account_id])

    def _refuse_when_away(self) -> None:
        if not self.available:
            raise StoreUnavailable("mongo is away")


@dataclass
class MemoryEvents:
    published: list[Event] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    faults_by_topic: dict[str, list[Exception]] = field(default_factory=dict)

    async def publish(self, events: Sequence[Event]) -> None:
        faults = self.faults_by_topic.get(events[0].topic.name) or self.faults
        if faults:
            raise faults.pop(0)
        self.published.extend(events)

    def posts(self, account_id: UUID) -> list[PostSnapshotV1]:
        return [event for event in self.published if isinstance(event, PostSnapshotV1) and _of(event, account_id)]

    def profiles(self, account_id: UUID) -> list[ProfileSnapshotV1]:
        return [event for event in self.published if isinstance(event, ProfileSnapshotV1) and _of(event, account_id)]

    def lifecycle(self, account_id: UUID) -> list[PostLifecycleV1]:
        return [event for event in self.published if isinstance(event, PostLifecycleV1) and _of(event, account_id)]

    def statuses(self, account_id: UUID) -> list[CollectionStatusV1]:
        return [event for event in self.published if isinstance(event, CollectionStatusV1) and _of(event, account_id)]


def _of(event: Event, account_id: UUID) -> bool:
    return event.key == str(account_id)


@dataclass
class CountingMeter:
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    snapshots: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    incidents: Counter[str] = field(default_factory=Counter)
    failed_turns: Counter[str] = field(default_factory=Counter)
    accounts: int = 0
    lag: float = 0.0
    oldest: float = 0.0
    gaps: int = 0
    wanted: float = 0.0
    granted: float = 0.0
    stretch: float = 0.0

    def requested(self, endpoint: str, code: str) -> None:
        self.requests[endpoint, code] += 1

    def published(self, topic: str, count: int) -> None:
        self.snapshots[topic] += count

    def unusable(self, kind: str, count: int) -> None:
        self.left_out[kind] += count

    def incident(self, kind: str) -> None:
        self.incidents[kind] += 1

    def turn_failed(self, error: str) -> None:
        self.failed_turns[error] += 1

    def owned(self, accounts: int, *, oldest_due_lag_seconds: float) -> None:
        self.accounts = accounts
        self.lag = oldest_due_lag_seconds

    def aged(self, *, oldest_seconds: float, over_a_day: int) -> None:
        self.oldest, self.gaps = oldest_seconds, over_a_day

    def loaded(self, *, wanted: float, granted: float, stretch: float) -> None:
        self.wanted, self.granted, self.stretch = wanted, granted, stretch
