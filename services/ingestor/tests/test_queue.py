"""Who is next, and what the collection of a crowd comes to, in virtual time against a TikTok that counts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from benchmarks.collecting import Crowd, spend
from ingestor.domain import advance
from ingestor.domain.plan import Rhythm, demand, next_ask
from ingestor.domain.progress import Progress, Task, TaskProgress, Trouble
from ingestor.domain.queue import Lane, Queue, Want, wants
from ingestor.domain.stretch import Stretch

from .fakes import START, account, refusal

HOUR = timedelta(hours=1)
RHYTHM = Rhythm()


def _want(lane: Lane, *, late: timedelta, every: timedelta = 3 * HOUR, stage: int = 0) -> Want:
    since = START - late
    return Want(lane=lane, task=Task.LISTING, due=since, since=since, every=every, stage=stage)


def _order(queue: Queue) -> list[UUID]:
    taken = []
    while pair := queue.pop(START):
        taken.append(pair[0])
    return taken


def test_the_latest_by_its_own_interval_is_next() -> None:
    queue, daily, often, barely = Queue(), uuid4(), uuid4(), uuid4()
    queue.put(daily, (_want(Lane.FULL, late=12 * HOUR, every=24 * HOUR),))
    queue.put(barely, (_want(Lane.HEAD, late=HOUR),))
    queue.put(often, (_want(Lane.HEAD, late=2 * HOUR),))
    assert _order(queue) == [often, daily, barely]


def test_fresh_accounts_are_first_but_every_fourth_turn_is_for_the_others() -> None:
    queue = Queue()
    fresh, others = [uuid4() for _ in range(7)], [uuid4() for _ in range(3)]
    for number, account_id in enumerate(others):
        queue.put(account_id, (_want(Lane.HEAD, late=(9 - number) * HOUR),))
    for number, account_id in enumerate(fresh):
        queue.put(account_id, (_want(Lane.FRESH, late=(9 - number) * HOUR),))
    assert _order(queue) == [*fresh[:3], others[0], *fresh[3:6], others[1], fresh[6], others[2]]


def test_of_fresh_accounts_all_get_their_profile_then_their_newest_posts_then_the_rest() -> None:
    queue, old, young = Queue(), uuid4(), uuid4()
    queue.put(old, (_want(Lane.FRESH, late=2 * HOUR, stage=2),))
    queue.put(young, (_want(Lane.FRESH, late=HOUR, stage=1),))
    newest = uuid4()
    queue.put(newest, (_want(Lane.FRESH, late=timedelta(0), stage=0),))
    assert _order(queue) == [newest, young, old]


def test_nothing_is_taken_before_it_is_due_nor_twice_nor_after_it_was_dropped() -> None:
    queue, early, twice, gone = Queue(), uuid4(), uuid4(), uuid4()
    queue.put(early, (_want(Lane.HEAD, late=-HOUR),))
    queue.put(twice, (_want(Lane.HEAD, late=HOUR), _want(Lane.PROFILE, late=HOUR)))
    queue.put(twice, (_want(Lane.HEAD, late=HOUR),))
    queue.put(gone, (_want(Lane.HEAD, late=2 * HOUR),))
    queue.drop(gone)
    assert queue.late(START)
    assert _order(queue) == [twice]
    assert not queue.late(START)
    assert queue.pop(START + HOUR) is not None


def test_wants_that_were_replaced_do_not_pile_up() -> None:
    queue, account_id = Queue(), uuid4()
    for number in range(50_000):
        queue.put(account_id, (_want(Lane.HEAD, late=-HOUR * (1 + number)),))
    assert queue.stored < 2_000
    assert len(queue) == 1


def test_a_hiccup_keeps_its_place_and_failure_after_failure_stands_behind_the_others() -> None:
    told = account()
    done = TaskProgress(done_at=START - 9 * HOUR)
    progress = Progress(account_id=told.account_id, profile=done, listing=done, full_at=START - 9 * HOUR)
    for failures in range(1, 5):
        progress = advance.refused(progress, Task.PROFILE, refusal(50000), now=START)
        (profile,) = [want for want in wants(progress, told, RHYTHM) if want.task is Task.PROFILE]
        trouble = progress.profile.trouble
        assert isinstance(trouble, Trouble)
        assert profile.due == trouble.retry_at
        assert profile.since == (START - 3 * HOUR if failures <= 2 else trouble.retry_at)


def test_what_the_rhythm_wants_a_minute() -> None:
    told = account()
    progress = Progress(account_id=told.account_id, posts_expected=95)
    # A day: 4 profiles, 7 times the newest page, 5 pages of all posts.
    assert demand(progress, told, RHYTHM) * 24 * 60 == pytest.approx(4 + 7 + 5)
    assert demand(progress, account(scopes=()), RHYTHM) == 0


def test_while_intervals_stretch_a_full_listing_waits_for_its_stretched_time() -> None:
    told, now = account(), START
    done = TaskProgress(done_at=now - 6 * HOUR)
    for full_hours, stretch, kind in ((26, 1.0, "full"), (26, 2.0, "head"), (44, 2.0, "head"), (48, 2.0, "full")):
        full_at = now - full_hours * HOUR
        progress = Progress(
            account_id=told.account_id, profile=TaskProgress(done_at=now), listing=done, full_at=full_at
        )
        ask = next_ask(progress, told, rhythm=replace(RHYTHM, stretch=stretch), now=now)
        assert getattr(ask, "kind", None) == kind, (full_hours, stretch)


def _watched(stretch: Stretch, minutes: range, *, per_minute: float, wanted: float, late: bool) -> Stretch:
    for second in range(minutes.start * 60, minutes.stop * 60, 5):
        now, granted = START + timedelta(seconds=second), int(per_minute * second / 60)
        stretch = stretch.look(now, granted=granted, wanted=wanted, late=late)
    return stretch


def test_the_stretch_is_what_is_wanted_by_what_is_granted_while_work_is_overdue() -> None:
    begun = Stretch(began_at=START, looked_at=START)
    short = _watched(begun, range(12), per_minute=300, wanted=600, late=True)
    assert short.ratio == pytest.approx(2, rel=0.02)
    assert short.granted_per_minute == pytest.approx(300, rel=0.02)
    assert _watched(begun, range(12), per_minute=300, wanted=200, late=True).ratio == 1
    assert _watched(short, range(12, 13), per_minute=300, wanted=600, late=False).ratio == 1


def test_a_jump_of_the_clock_is_no_stretch() -> None:
    begun = Stretch(began_at=START, looked_at=START, saturated=True)
    assert begun.look(START + 72 * HOUR, granted=10, wanted=600, late=True).ratio == 1


def test_a_crowd_that_wants_twice_the_budget_gets_all_of_it_evenly_and_is_never_refused() -> None:
    """The benchmark `collecting` in small; what a perfect scheduler reaches is written there."""
    spent = spend(Crowd(accounts=200), cycles=1)
    assert spent.refused == 0
    assert spent.granted >= 0.94 * spent.possible
    assert spent.useful >= 0.95 * spent.granted
    assert spent.p95 <= 1.1 * spent.perfect_p95
    assert spent.stretch == pytest.approx(2 / 0.95, rel=0.05)
    assert spent.failed == 0


def test_a_long_listing_keeps_to_its_own_forty_a_minute_and_holds_up_nobody() -> None:
    spent = spend(Crowd(accounts=3, pages=120, overload=0.05, replicas=1), cycles=1)
    assert spent.refused == 0
    assert spent.useful >= 3 * 121
