"""A load whose every write can be accounted for."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from common.events import Message, ProfileDay
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from metrics_aggregator.adapters.group import KafkaGroup, KafkaInputs

from .conftest import Rig
from .snapshots import NOON, Source, read_all

TOPICS = (POST_SNAPSHOTS, PROFILE_SNAPSHOTS)
GROUP = "metrics-aggregator"
SETTLED_SECONDS = 300

_MINE = "FINAL WHERE workspace_id = {workspace:UUID} GROUP BY ALL"
# How many there are and their sum: what is lost, doubled or changed is different.
_POST_FACTS = f"SELECT account_id, post_id, count(), sum(likes) FROM post_facts {_MINE}"
_ACCOUNT_FACTS = f"SELECT account_id, count(), sum(followers_count) FROM account_facts {_MINE}"
_LATEST = f"SELECT account_id, post_id, count(), sum(likes) FROM post_latest {_MINE}"
_GROWTH = f"SELECT account_id, post_id, sum(likes) FROM post_day {_MINE}"
_DAYS = f"SELECT account_id, argMax(followers, day), sum(likes) FROM account_day {_MINE}"

Rows = set[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The numbers of the rounds in which an account's posts and profile were sent; each is all its values."""

    source: Source
    posts: int
    numbers: Sequence[int]

    def snapshots(self) -> Iterator[Message]:
        """Of the last round. Each post was published in the first, so that its growth begins at 0."""
        number, at = self.numbers[-1], _hour(self.numbers[0])
        for post in range(self.posts):
            yield self.source.post(f"p{post}", {"create_time": int(at.timestamp()), "likes": number}, at=_hour(number))
        day = ProfileDay(date=_day(number), values={"likes": number})
        yield self.source.profile({"followers_count": number}, [day], at=_hour(number))

    def of_posts(self, *values: int) -> Rows:
        return {(self.source.account_id, f"p{post}", *values) for post in range(self.posts)}

    def of_account(self, *values: int) -> Rows:
        return {(self.source.account_id, *values)}

    def of_days(self) -> int:
        """A day shows what was said of it last."""
        return sum({_day(number): number for number in self.numbers}.values())


@dataclass(slots=True)
class Load:
    """Rounds of snapshots of the same accounts, so many that each of some workers has work, and of new ones.

    Of a new account nothing is sent again: what is lost of it, no later round makes up for.
    """

    rig: Rig
    accounts: int = 12
    posts: int = 3
    new_accounts: int = 2
    pause_seconds: float = 0.5
    rounds: int = 0
    workspace_id: UUID = field(default_factory=uuid4)
    _same: list[Source] = field(init=False)
    _new: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._same = [self._source() for _ in range(self.accounts)]

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            # Not before it is acknowledged, however long Kafka is away.
            await self.rig.publisher.publish(self._round())
            await asyncio.sleep(self.pause_seconds)

    async def settled(self) -> None:
        """The workers have told Kafka that they are done with everything."""
        inputs = KafkaInputs(KafkaGroup(self.rig.kafka, group=GROUP), [topic.name for topic in TOPICS])
        ends = await inputs.ends()
        async with asyncio.timeout(SETTLED_SECONDS):
            while not await inputs.passed(ends):
                await asyncio.sleep(0.2)

    async def shown(self) -> None:
        """Every series sent until now is in the rollups; asked after a rebuild, as the next makes up for its faults."""
        posts: Rows = set().union(*(said.of_posts() for said in self._said()))
        accounts: Rows = set().union(*(said.of_account() for said in self._said()))
        until = asyncio.get_running_loop().time() + SETTLED_SECONDS
        for sql, key, sent in ((_LATEST, 2, posts), (_GROWTH, 2, posts), (_DAYS, 1, accounts)):
            while missing := sent - {row[:key] for row in await self._rows(sql)}:
                assert asyncio.get_running_loop().time() < until, (sql, missing)
                await asyncio.sleep(0.1)

    async def expect_all_there_once(self) -> None:
        """Each snapshot is a fact, each value in the rollups is what all facts give, and nothing was refused."""
        expected: dict[str, Rows] = {sql: set() for sql in (_POST_FACTS, _ACCOUNT_FACTS, _LATEST, _GROWTH, _DAYS)}
        for said in self._said():
            count, total, last = len(said.numbers), sum(said.numbers), said.numbers[-1]
            expected[_POST_FACTS] |= said.of_posts(count, total)
            expected[_ACCOUNT_FACTS] |= said.of_account(count, total)
            expected[_LATEST] |= said.of_posts(1, last)
            expected[_GROWTH] |= said.of_posts(last)
            expected[_DAYS] |= said.of_account(last, said.of_days())
        for sql, rows in expected.items():
            assert await self._rows(sql) ^ rows == set(), sql
        assert await self._refused() == 0

    def _round(self) -> list[Message]:
        self.rounds += 1
        new = [Said(source=self._source(), posts=1, numbers=[self.rounds]) for _ in range(self.new_accounts)]
        self._new += new
        return [message for said in (*self._of_same(), *new) for message in said.snapshots()]

    def _said(self) -> Iterator[Said]:
        yield from self._of_same()
        yield from self._new

    def _of_same(self) -> Iterator[Said]:
        for source in self._same:
            yield Said(source=source, posts=self.posts, numbers=range(1, self.rounds + 1))

    def _source(self) -> Source:
        return Source(self.workspace_id, uuid4())

    async def _rows(self, sql: str) -> Rows:
        result = await self.rig.warehouse.query(sql, parameters={"workspace": self.workspace_id})
        return {tuple(row) for row in result.result_rows}

    async def _refused(self) -> int:
        accounts = {str(said.source.account_id).encode() for said in self._said()}
        letters = [letter for topic in TOPICS for letter in await read_all(self.rig.kafka, topic.dead_letters.name)]
        return sum(letter.key in accounts for letter in letters)


def _hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def _day(number: int) -> date:
    return date(2026, 2, 1) + timedelta(days=number % 28)
