"""`collecting` for a hundred thousand accounts: the ingestor's own queue and plan, one event a moment of the budget.

Left out are answer times, Kafka and Mongo; what a perfect scheduler would reach is derived in `collecting`.
"""

import asyncio
from array import array
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from benchmarks.collecting import Crowd, Spent, lines
from benchmarks.report import Line
from benchmarks.simulated.ports import connected
from benchmarks.simulated.tiktok import percentile
from benchmarks.simulated.virtual import START
from ingestor.domain import advance, plan
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.budget import MINUTE
from ingestor.domain.plan import Rhythm
from ingestor.domain.posts import Ledger
from ingestor.domain.progress import Progress, Task, TaskProgress
from ingestor.domain.queue import Queue, wants
from ingestor.domain.reading import PageRead
from ingestor.domain.stretch import Stretch

_USUAL = Rhythm()
_TOP = 1_000
_LOOK = timedelta(seconds=5)
_SAMPLES = 23


class _Plan:
    """All accounts, one request at a time. Moments are kept as seconds since the start."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._rhythm = crowd.rhythm
        self._things = list(crowd.intervals)
        self._intervals = [every.total_seconds() for every in crowd.intervals.values()]
        self._accounts = [connected(number, START) for number in range(crowd.accounts)]
        self._numbers = {account.account_id: number for number, account in enumerate(self._accounts)}
        self._progress = [Progress(account_id=account.account_id) for account in self._accounts]
        self._last = array("d", [-1.0] * crowd.accounts * len(self._things))
        self._queue = Queue()
        self._demand = 0.0
        self.stretch = Stretch(began_at=START, looked_at=START)
        self.now = START
        self.useful, self.granted = 0, 0
        for number in range(crowd.accounts):
            self._put(number)

    def run(self, during: timedelta) -> None:
        """Spend every moment of the budget until then."""
        end, look_at = self.now + during, self.now
        while self.now < end:
            self.now += self._crowd.limits.spacing
            if self.now >= look_at:
                look_at = self.now + _LOOK
                self._look()
            if taken := self._queue.pop(self.now):
                account_id, want = taken
                self._ask(self._numbers[account_id], want.task)

    def ages(self) -> Iterator[float]:
        """In intervals."""
        seconds, count = (self.now - START).total_seconds(), len(self._things)
        for index, last in enumerate(self._last):
            if last >= 0:
                yield (seconds - last) / self._intervals[index % count]

    def _look(self) -> None:
        late = self._queue.late(self.now)
        self.stretch = self.stretch.look(self.now, granted=self.granted, wanted=self._demand, late=late)
        self._rhythm = replace(self._rhythm, stretch=self.stretch.ratio)

    def _ask(self, number: int, task: Task) -> None:
        account, progress = self._accounts[number], self._progress[number]
        ask = plan.ask_for(task, progress, account, rhythm=self._rhythm, now=self.now)
        if ask is None:
            raise RuntimeError("a queued account has nothing to ask for")
        self.granted += 1
        self._demand -= plan.demand(progress, account, self._rhythm) if progress.posts_expected else 0.0
        self._progress[number] = self._answered(ask, number)
        self._demand += plan.demand(self._progress[number], account, self._rhythm)
        self._put(number)

    def _put(self, number: int) -> None:
        account = self._accounts[number]
        self._queue.put(account.account_id, wants(self._progress[number], account, self._rhythm))

    def _answered(self, ask: Ask, number: int) -> Progress:
        progress = self._progress[number]
        match ask:
            case ProfileAsk():
                self._observed(number, 0)
                done = {
                    "profile": TaskProgress(done_at=self.now),
                    "posts_expected": 20 * self._crowd.pages,
                    "demographics_at": self.now,
                }
                return progress.model_copy(update=done)
            case PageAsk():
                page = 1 if ask.cursor is None else 1 + _TOP - ask.cursor
                self._observed(number, page)
                ledger = Ledger(progress.account_id)
                return advance.page_read(progress, self._page(page), ask, ledger, now=self.now, rhythm=self._rhythm)

    def _page(self, page: int) -> PageRead:
        old = int((self.now - timedelta(days=11)).timestamp())
        cursor = _TOP - page if page < self._crowd.pages else None
        return PageRead(snapshots=(), size=20, cursor=cursor, last_published=old, faults=(), readable=True)

    def _observed(self, number: int, thing: int) -> None:
        index, now = number * len(self._things) + thing, (self.now - START).total_seconds()
        last = self._last[index]
        self.useful += last < 0 or now - last >= self._intervals[thing]
        self._last[index] = now


def crowd_of(accounts: int) -> Crowd:
    """Accounts by the product's own rhythm, whatever that comes to."""
    return Crowd(accounts=accounts, overload=accounts * _daily() / (24 * 60 * Crowd(accounts=1).budget))


def _daily() -> float:
    """Requests that an account wants a day."""
    everything = Crowd(accounts=1)
    return everything.pages - 1 + timedelta(days=1) / _USUAL.head_every + timedelta(days=1) / _USUAL.profile_every


def spend(crowd: Crowd, *, cycles: float) -> Spent:
    planned = _Plan(crowd)
    planned.run(crowd.fill * 1.2 + crowd.cycle)
    ages: list[float] = []
    for _ in range(_SAMPLES):
        planned.run(crowd.cycle * cycles / _SAMPLES)
        ages += planned.ages()
    return Spent(
        granted=planned.granted,
        useful=planned.useful,
        refused=0,
        possible=(planned.now - START) / MINUTE * crowd.budget,
        p95=percentile(ages, 0.95),
        perfect_p95=0.95 * max(crowd.overload, 1.0),
        stretch=planned.stretch.ratio,
        failed=0,
    )


async def planning(*, accounts: int, cycles: float) -> list[Line]:
    spent = await asyncio.to_thread(spend, crowd_of(accounts), cycles=cycles)
    useful, _, age = lines(spent, f"{accounts:,} accounts, planned")
    return [useful, age]
