"""Days of collection: who is fetched when, with holes, and what becomes of the answers."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from uuid import UUID

from common.catalog import SCOPES
from common.events import AccountChange, AccountStatus, AccountV1, PostSnapshotV1
from ingestor.adapters.tiktok import HttpTikTok
from ingestor.domain.answers import Answered
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk, post_fields, profile_fields
from ingestor.domain.plan import Rhythm
from ingestor.domain.progress import ListingKind
from ingestor.domain.reading import read_page, read_profile
from ingestor.ports import Token
from sandbox.domain.character import Character

from ..oracle import log
from ..oracle.known import Known, Labels
from .curating import LABELS, PLANS, Labelling, Lives
from .delivery import Delivery
from .tiktok import Hands, InProcess

START = datetime(2026, 3, 10, tzinfo=UTC)
# Of the fetches: TikTok, or we, were away.
SKIPPED = 0.10
SECOND_PROFILE = 0.1
# Of the listings: we were stopped after a page.
BROKEN_OFF = 0.05
OUTAGE_DAYS = (4, 9)
RHYTHM = Rhythm()
PUBLISHING_TAKES = timedelta(milliseconds=120)


class Fetch(Enum):
    PROFILE = "profile"
    LISTING = "listing"


@dataclass(frozen=True)
class Visit:
    at: datetime
    account: AccountV1
    fetch: Fetch


@dataclass
class Collection:
    """Accounts of one workspace; `knowns` is the oracle's side, by account_id."""

    seed: int
    random: Random
    days: int
    workspace_id: UUID
    clock: Hands
    tiktok: InProcess = field(init=False)
    accounts: list[AccountV1] = field(default_factory=list)
    knowns: dict[str, Known] = field(default_factory=dict)
    lives: dict[UUID, Lives] = field(default_factory=dict)
    _outages: dict[UUID, range] = field(default_factory=dict)
    _answers: int = 0

    @classmethod
    def of(cls, characters: Iterable[Character], *, seed: int, days: int) -> "Collection":
        random = Random(seed)
        made = cls(seed, random, days, _id(random), Hands(START))
        made.tiktok = InProcess(seed, made.clock, made._hear)
        made._connect(characters)
        return made

    def _connect(self, characters: Iterable[Character]) -> None:
        for character in characters:
            account = _account(self.workspace_id, _id(self.random), open_id := self.tiktok.settle(character))
            account = account.model_copy(update={"is_business_account": self.tiktok.is_business(open_id)})
            self.accounts.append(account)
            self.knowns[str(account.account_id)] = Known(str(account.account_id))
            self.lives[account.account_id] = Lives(account)
            begins = self.random.randint(5, max(6, self.days - 15))
            self._outages[account.account_id] = range(begins, begins + self.random.randint(*OUTAGE_DAYS))

    def _hear(self, open_id: str, path: str, body: str) -> None:
        """The oracle's ear at TikTok's mouth."""
        account_id = next(str(one.account_id) for one in self.accounts if one.open_id == open_id)
        self._answers += 1
        entry = {"n": self._answers, "at": self.clock.at.isoformat(), "path": path, "open_id": open_id}
        heard = {**entry, "http_status": 200, "body": json.loads(body)}
        for answer in log.read_answers([heard], account_of={open_id: account_id}, now=self.clock.at):
            self.knowns[account_id].take(answer)

    async def run(self, delivery: Delivery) -> None:
        """All days, one after the other; events leave by `delivery`."""
        delivery.take(self.accounts, service="auth-service")
        label_ids, plan_ids = ([_id(self.random) for _ in range(count)] for count in (LABELS, PLANS))
        labelling = Labelling(self.random, label_ids, plan_ids)
        async with self.tiktok.client() as client:
            for day in range(self.days):
                for visit in sorted(self._visits(day), key=lambda one: one.at):
                    await self._fetch(visit, client, delivery)
                self._label(labelling, delivery)
                await delivery.end_day()
        await delivery.end()

    def _visits(self, day: int) -> Iterator[Visit]:
        for account in self.accounts:
            wanted = [Fetch.PROFILE, Fetch.LISTING]
            if self.random.random() < SECOND_PROFILE:
                wanted.append(Fetch.PROFILE)
            for fetch in wanted:
                moment = START + timedelta(days=day, milliseconds=self.random.randrange(86_000_000))
                away = day in self._outages[account.account_id] or self.random.random() < SKIPPED
                # The first day is the connection's: everything is fetched.
                if day == 0 or not away:
                    yield Visit(moment, account, fetch)

    async def _fetch(self, visit: Visit, client: HttpTikTok, delivery: Delivery) -> None:
        self.clock.at = visit.at
        if visit.fetch is Fetch.PROFILE:
            await self._fetch_profile(visit.account, client, delivery)
        else:
            await self._fetch_posts(visit.account, client, delivery)

    async def _fetch_profile(self, account: AccountV1, client: HttpTikTok, delivery: Delivery) -> None:
        today, fields = self.clock.at.date(), profile_fields(SCOPES)
        assert fields is not None
        start = today - timedelta(days=RHYTHM.look_back_days)
        ask = ProfileAsk(open_id=account.open_id or "", field_set=fields, start=start, end=today)
        read = read_profile(await _answer(client, ask), ask, account, recorded_at=self._recorded_at())
        delivery.take([read.snapshot], service="ingestor")

    async def _fetch_posts(self, account: AccountV1, client: HttpTikTok, delivery: Delivery) -> None:
        """A whole listing, unless it is broken off."""
        listed: set[str] = set()
        cursor: int | None = None
        while True:
            page, cursor = await self._fetch_page(account, cursor, client)
            delivery.take(page, service="ingestor")
            listed |= {snapshot.post_id for snapshot in page}
            if cursor is None:
                return self._compare(account, listed, delivery)
            if self.random.random() < BROKEN_OFF:
                return None

    async def _fetch_page(
        self, account: AccountV1, cursor: int | None, client: HttpTikTok
    ) -> tuple[Sequence[PostSnapshotV1], int | None]:
        fields = post_fields(SCOPES)
        assert fields is not None
        ask = PageAsk(
            open_id=account.open_id or "",
            field_set=fields,
            kind=ListingKind.FULL,
            cursor=cursor,
            max_count=RHYTHM.page_size,
        )
        read = read_page(await _answer(client, ask), ask, account, recorded_at=self._recorded_at())
        assert not read.faults
        return read.snapshots, read.cursor

    def _compare(self, account: AccountV1, listed: set[str], delivery: Delivery) -> None:
        known = self.knowns[str(account.account_id)]
        for event in self.lives[account.account_id].heard(listed, self.clock.at):
            known.take_lifecycle(event.post_id, event.change.value, event.observed_at)
            delivery.take([event], service="ingestor")

    def _label(self, labelling: Labelling, delivery: Delivery) -> None:
        for account in self.accounts:
            known = self.knowns[str(account.account_id)]
            for state in labelling.day(account, self.lives[account.account_id].posts(), self.clock.at):
                known.take_labels(
                    state.post_id, Labels(state.revision, _texts(state.label_ids), _texts(state.plan_ids))
                )
                delivery.take([state], service="query-api")

    def _recorded_at(self) -> datetime:
        return self.clock.at + PUBLISHING_TAKES


async def _answer(client: HttpTikTok, ask: Ask) -> Answered:
    token = Token(value="in process", version=1, expires_at=START + timedelta(days=1000))
    answer = await client.ask(ask, token)
    assert isinstance(answer, Answered), answer
    return answer


def _texts(ids: Iterable[UUID]) -> frozenset[str]:
    return frozenset(map(str, ids))


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def _account(workspace_id: UUID, account_id: UUID, open_id: str) -> AccountV1:
    return AccountV1(
        workspace_id=workspace_id,
        account_id=account_id,
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id=open_id,
        scopes=SCOPES,
        connected_at=START,
        changed_at=START,
        revision=1,
    )
