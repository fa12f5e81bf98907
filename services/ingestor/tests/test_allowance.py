"""TikTok's limits are kept by all replicas together, and a refusal pauses whom it is about; in virtual time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulated.ports import KeptBudget
from benchmarks.simulated.tiktok import Throttle
from benchmarks.simulated.virtual import START, VirtualClock, run_virtually
from common.catalog.fields import SCOPES
from ingestor.domain.answers import Answer, Answered
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk, post_fields, profile_fields
from ingestor.domain.budget import Limits, Pause, pause_after
from ingestor.domain.progress import ListingKind
from ingestor.entrypoints.allowance import AccountPace, Allowance, BudgetedTikTok
from ingestor.ports import Token

from .fakes import refusal

LIMITS = Limits()
MINUTE = timedelta(minutes=1)
TOKEN = Token(value="act", version=1, expires_at=START + timedelta(days=1))


def _page(open_id: str = "open-1") -> PageAsk:
    asked = post_fields(SCOPES)
    assert asked is not None
    return PageAsk(open_id=open_id, field_set=asked, kind=ListingKind.FULL, cursor=None, max_count=20)


def _profile(open_id: str = "open-1") -> ProfileAsk:
    asked = profile_fields(SCOPES)
    assert asked is not None
    return ProfileAsk(open_id=open_id, field_set=asked, start=START.date(), end=START.date())


@dataclass
class ScriptedTikTok:
    """Refuses as told, else answers at once."""

    clock: VirtualClock
    refusals: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    async def ask(self, ask: Ask, token: Token) -> Answer:
        self.asked.append((ask.open_id, self.clock.now()))
        return self.refusals.pop(0) if self.refusals else Answered(data={"x": 1}, observed_at=self.clock.now())


@dataclass
class Scene:
    """Replicas with one bucket and one TikTok."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    budget: KeptBudget = field(default_factory=KeptBudget)
    tiktok: ScriptedTikTok = field(init=False)

    def __post_init__(self) -> None:
        self.tiktok = ScriptedTikTok(self.clock)

    def allowance(self) -> Allowance:
        return Allowance(self.budget, app="app", limits=LIMITS, clock=self.clock)

    def replica(self) -> tuple[BudgetedTikTok, AccountPace]:
        pace = AccountPace(LIMITS)
        return BudgetedTikTok(self.tiktok, allowance=self.allowance(), pace=pace, clock=self.clock), pace


async def _spend(allowance: Allowance, clock: VirtualClock, spent: list[datetime], busy: Callable[[], float]) -> None:
    """One of the places of a replica: a request whenever it may, then its answer's time."""
    while True:
        await allowance.moment()
        spent.append(clock.now())
        await asyncio.sleep(busy())


async def _spent(replicas: int, minutes: float, *, seed: int, slowest: float, clock: VirtualClock) -> list[datetime]:
    random, spent = Random(seed), list[datetime]()
    budget = KeptBudget(seconds=partial(random.uniform, 0, slowest))
    allowances = [Allowance(budget, app="app", limits=LIMITS, clock=clock) for _ in range(replicas)]
    busy = partial(random.uniform, 0, 2 * slowest)
    places = [asyncio.create_task(_spend(allowance, clock, spent, busy)) for allowance in allowances for _ in range(24)]
    await asyncio.sleep(minutes * 60)
    for place in places:
        place.cancel()
        with suppress(asyncio.CancelledError):
            await place
    return spent


def _refused(spent: list[datetime]) -> int:
    throttle = Throttle(per_account=10**9)
    return sum(throttle.refuses("open", "list", at) is not None for at in sorted(spent))


@settings(max_examples=15, deadline=None)
@given(replicas=st.integers(1, 3), seed=st.integers(0, 10**6), slowest=st.sampled_from([0.001, 0.02, 0.3]))
def test_replicas_together_never_pass_ten_a_second_nor_600_a_minute(replicas: int, seed: int, slowest: float) -> None:
    async def spend() -> list[datetime]:
        return await _spent(replicas, 1.5, seed=seed, slowest=slowest, clock=VirtualClock())

    assert _refused(run_virtually(spend())) == 0


@pytest.mark.parametrize("replicas", [1, 2])
def test_nearly_all_of_the_limit_is_used(replicas: int) -> None:
    async def spend() -> list[datetime]:
        return await _spent(replicas, 5, seed=1, slowest=0.01, clock=VirtualClock())

    assert len(run_virtually(spend())) >= 0.94 * 5 * LIMITS.per_minute


@pytest.mark.parametrize("rate", [60.0, 1_000.0])
def test_a_fast_clock_is_followed_and_the_limits_hold_by_its_time(rate: float) -> None:
    async def spend() -> list[datetime]:
        return await _spent(2, 0.5, seed=1, slowest=0.005, clock=VirtualClock(rate))

    spent = run_virtually(spend())
    assert len(spent) >= 100
    assert _refused(spent) == 0


def test_moments_that_a_jump_of_the_clock_left_behind_are_not_used_together() -> None:
    async def spend() -> list[datetime]:
        clock, spent = VirtualClock(), list[datetime]()
        allowance = Allowance(KeptBudget(), app="app", limits=LIMITS, clock=clock)
        places = [asyncio.create_task(_spend(allowance, clock, spent, lambda: 9.0)) for _ in range(20)]
        await asyncio.sleep(0.5)
        clock.jump(timedelta(days=3))
        await asyncio.sleep(3)
        for place in places:
            place.cancel()
        await asyncio.gather(*places, return_exceptions=True)
        return spent

    spent = run_virtually(spend())
    assert len(spent) == 20
    assert _refused(spent) == 0


@pytest.mark.parametrize(("message", "pause"), [("App reaches the QPS limit.", 1), ("Too many requests", 300)])
def test_a_refusal_of_the_app_pauses_every_replica_and_every_account(message: str, pause: int) -> None:
    async def work() -> None:
        scene = Scene()
        (one, _), (other, _) = scene.replica(), scene.replica()
        scene.tiktok.refusals = [refusal(40100, message)]
        await one.ask(_page("a"), TOKEN)
        ((_, refused_at),) = scene.tiktok.asked
        await asyncio.gather(one.ask(_profile("b"), TOKEN), other.ask(_page("c"), TOKEN))
        later = [at - refused_at for _, at in scene.tiktok.asked[1:]]
        assert all(timedelta(seconds=pause) <= waited < timedelta(seconds=pause + 1) for waited in later)

    run_virtually(work())


def test_a_refusal_after_an_accounts_own_forty_pauses_only_this_endpoint_of_it() -> None:
    async def work() -> None:
        scene = Scene()
        one, pace = scene.replica()
        for _ in range(38):
            await one.ask(_page("a"), TOKEN)
        scene.tiktok.refusals = [refusal(40100, "Too many requests")]
        await one.ask(_page("a"), TOKEN)
        now = scene.clock.now()
        assert pace.free_at(_page("a"), now) == now + 5 * MINUTE
        assert pace.free_at(_profile("a"), now) == now
        await one.ask(_page("b"), TOKEN)
        assert scene.clock.now() - now < timedelta(seconds=1)

    run_virtually(work())


def test_an_account_may_be_asked_forty_times_a_minute_on_each_endpoint() -> None:
    pace, now = AccountPace(LIMITS), START
    for _ in range(40):
        assert pace.free_at(_page(), now) == now
        pace.used(_page(), now)
        now += timedelta(seconds=1)
    assert START + MINUTE < pace.free_at(_page(), now) < START + MINUTE + timedelta(seconds=2)
    assert pace.free_at(_profile(), now) == now
    assert pace.free_at(_page("other"), now) == now


def test_an_account_taken_over_in_a_long_listing_waits_until_its_minute_is_surely_over() -> None:
    taken_over, own = AccountPace(LIMITS), AccountPace(LIMITS)
    taken_over.presume(_page(), START, requests=90)
    assert taken_over.free_at(_page(), START) > START + MINUTE
    own.used(_page(), START)
    own.presume(_page(), START, requests=90)
    assert own.free_at(_page(), START) == START


@pytest.mark.parametrize(
    ("code", "message", "own", "pause"),
    [
        (40100, "App reaches the QPS limit.", 40, Pause.APP_SECOND),
        (40100, "Requests made too frequently", 35, Pause.APP_MINUTE),
        (40100, "Requests made too frequently", 36, Pause.ACCOUNT),
        (40016, "", 0, Pause.APP_MINUTE),
        (40132, "", 0, Pause.ACCOUNT),
        (40133, "", 0, Pause.ACCOUNT),
        (50000, "", 40, None),
        (40105, "", 40, None),
    ],
)
def test_who_pauses_after_which_refusal(code: int, message: str, own: int, pause: Pause | None) -> None:
    assert pause_after(refusal(code, message), own_requests=own, limits=LIMITS) is pause


@pytest.mark.parametrize(
    "limits", [LIMITS, Limits(per_second=20, per_minute=1_000), Limits(per_second=1, per_minute=30)]
)
def test_moments_are_so_far_apart_that_any_second_and_any_minute_hold_them(limits: Limits) -> None:
    for length, most in ((timedelta(seconds=1), limits.per_second), (MINUTE, limits.per_minute)):
        assert limits.spacing * most > length + limits.patience
    assert limits.patience > timedelta(0)


def test_where_another_replica_may_ask_for_the_same_account_each_takes_half_of_its_minute() -> None:
    pace = AccountPace(LIMITS)
    for number in range(20):
        pace.used(_page(), START + timedelta(seconds=number))
    last = START + timedelta(seconds=19)
    assert pace.free_at(_page(), last) == last
    assert START + MINUTE < pace.free_at(_page(), last, replicas=2) < START + MINUTE + timedelta(seconds=2)
    pace.used(_page(), START + timedelta(seconds=20))
    later = pace.free_at(_page(), START + timedelta(seconds=20), replicas=2)
    assert START + MINUTE + timedelta(seconds=1) < later < START + MINUTE + timedelta(seconds=3), "the second's end"
