"""How well the ingestor spends TikTok's budget: the real collector, turns and budget against a TikTok that counts.

What a perfect scheduler would reach
------------------------------------
Each request observes one thing: a profile, the newest page of posts, or one older page. Thing k is to be observed every
I_k. N accounts want N * sum(1 / I_k) requests a minute, more than the B that TikTok grants, so the intervals must
stretch. The product stretches them evenly: a perfect scheduler observes thing k every s * I_k, wastes no request and
is never late, so N * sum(1 / (s * I_k)) = B, and

    s = N * sum(1 / I_k) / B.

At any moment the age of thing k, in units of I_k, is then anywhere between 0 and s with the same probability, whatever
k: its 95th percentile is 0.95 * s. With these rates no scheduler does better. Proof by counting: an observation makes
its thing younger than r * I_k for at most r * I_k; N / (s * I_k) of them a minute keep at most N * r / s things of kind
k that young at a time, that is the share r / s of each kind, and 95 % of all need r >= 0.95 * s.

B is the full limit of 600 a minute, not what the ingestor allows itself.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from benchmarks.report import Line
from benchmarks.simulated.ports import CountedEvents, EndlessTokens, KeptBudget, KeptProgress, LastMeasures, connected
from benchmarks.simulated.tiktok import CountingTikTok, Observations, percentile
from benchmarks.simulated.virtual import START, VirtualClock, run_virtually
from ingestor.domain.budget import Limits
from ingestor.domain.plan import Rhythm
from ingestor.domain.roster import Entry
from ingestor.entrypoints.allowance import AccountPace, Allowance, BudgetedTikTok
from ingestor.entrypoints.collector import Collector
from ingestor.entrypoints.turns import Ports

PER_MINUTE = 600
_CONCURRENCY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Accounts of so many pages each that together want `overload` times TikTok's budget."""

    accounts: int
    pages: int = 5
    overload: float = 2.0
    replicas: int = 2
    limits: Limits = field(default_factory=Limits)

    @property
    def budget(self) -> int:
        return self.limits.per_minute

    @property
    def rhythm(self) -> Rhythm:
        """The product's rhythm, so much faster that the budget does not suffice."""
        usual = Rhythm()
        faster = self.overload * self.budget / (self.accounts * sum(_rates(_intervals(usual, self.pages)).values()))
        return Rhythm(
            profile_every=usual.profile_every / faster,
            head_every=usual.head_every / faster,
            full_every=usual.full_every / faster,
        )

    @property
    def intervals(self) -> dict[str, timedelta]:
        return _intervals(self.rhythm, self.pages)

    @property
    def cycle(self) -> timedelta:
        """In which a perfect scheduler has observed everything once."""
        return self.rhythm.full_every * self.overload

    @property
    def fill(self) -> timedelta:
        """What the first observation of everything takes at the full limits."""
        of_app = self.accounts * (1 + self.pages) / self.budget
        return timedelta(minutes=max(of_app, self.pages / self.limits.account_per_minute))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What came of it. `ages` in units of each thing's interval."""

    granted: int
    useful: int
    refused: int
    possible: float
    p95: float
    perfect_p95: float
    stretch: float
    failed: int


def _intervals(rhythm: Rhythm, pages: int) -> dict[str, timedelta]:
    older = {f"page {number}": rhythm.full_every for number in range(2, pages + 1)}
    return {"profile": rhythm.profile_every, "page 1": rhythm.head_every, **older}


def _rates(intervals: dict[str, timedelta]) -> dict[str, float]:
    """Requests a minute."""
    return {thing: timedelta(minutes=1) / every for thing, every in intervals.items()}


def spend(crowd: Crowd, *, cycles: int) -> Spent:
    """Collect until all has settled, then measure for so many cycles."""
    return run_virtually(_spend(crowd, cycles=cycles))


async def _spend(crowd: Crowd, *, cycles: int) -> Spent:
    clock, seen = VirtualClock(), Observations(crowd.intervals)
    tiktok, budget = CountingTikTok(clock, crowd.pages, seen.note), KeptBudget()
    replicas = [Replica(crowd, clock, tiktok, budget) for _ in range(crowd.replicas)]
    for number in range(crowd.accounts):
        replicas[number % crowd.replicas].learn(number)
    tasks = [asyncio.create_task(replica.collector.run()) for replica in replicas]
    await asyncio.sleep((crowd.fill * 1.5 + crowd.cycle).total_seconds())
    ages = await _ages(seen, clock, crowd.cycle * cycles)
    spent = Spent(
        granted=sum(replica.allowance.granted for replica in replicas),
        useful=seen.useful,
        refused=tiktok.codes["40100"],
        possible=(clock.now() - START) / timedelta(minutes=1) * crowd.budget,
        p95=percentile(ages, 0.95),
        perfect_p95=0.95 * crowd.accounts * sum(_rates(crowd.intervals).values()) / crowd.budget,
        stretch=sum(replica.meter.stretch for replica in replicas) / len(replicas),
        failed=sum(replica.meter.failed.total() for replica in replicas),
    )
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return spent


async def _ages(seen: Observations, clock: VirtualClock, during: timedelta) -> list[float]:
    """Of all things, at moments that fit no interval."""
    ages: list[float] = []
    for _ in range(97):
        await asyncio.sleep(during.total_seconds() / 97)
        ages += seen.ages(clock.now())
    return ages


class Replica:
    """An ingestor, wired as its bootstrap does."""

    def __init__(self, crowd: Crowd, clock: VirtualClock, tiktok: CountingTikTok, budget: KeptBudget) -> None:
        self.meter, self._clock = LastMeasures(), clock
        pace = AccountPace(crowd.limits)
        self.allowance = Allowance(budget, app="app", limits=crowd.limits, clock=clock)
        ports = Ports(
            clock=clock,
            tiktok=BudgetedTikTok(tiktok, allowance=self.allowance, pace=pace, clock=clock),
            tokens=EndlessTokens(clock.now()),
            store=KeptProgress(),
            events=CountedEvents(),
            meter=self.meter,
        )
        self.collector = Collector(ports, rhythm=crowd.rhythm, concurrency=_CONCURRENCY, pace=pace)
        self.collector.settle([0])

    def learn(self, number: int) -> None:
        self.collector.learn([Entry(partition=0, account=connected(number, self._clock.now()))])


def lines(spent: Spent, name: str) -> Sequence[Line]:
    said = f"{spent.granted:,} granted of {spent.possible:,.0f}, stretch {spent.stretch:.2f}"
    ages = f"p95 of ages {spent.p95:.3f} intervals, perfect {spent.perfect_p95:.3f}"
    return [
        Line(name=f"useful requests, {name}", ratio=spent.useful / spent.granted, limit=0.95, n=1, said=said),
        Line(name=f"answered 40100, {name}", ratio=float(spent.refused), limit=0, at_most=True, n=1, said=said),
        Line(name=f"age p95, {name}", ratio=spent.p95 / spent.perfect_p95, limit=1.1, at_most=True, n=1, said=ages),
    ]


async def collecting(*, accounts: int, cycles: int) -> list[Line]:
    """The real ingestor, two replicas of it."""
    spent = await asyncio.to_thread(spend, Crowd(accounts=accounts), cycles=cycles)
    return list(lines(spent, f"{accounts:,} accounts"))
