"""Refresh, backfill, pause and resume: obeyed once each, in order, also after a restart."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from common.events import (
    AccountV1,
    Action,
    Backfill,
    CollectionState,
    CommandV1,
    Pause,
    Refresh,
    Resume,
)
from ingestor.domain import advance
from ingestor.domain.answers import Answered
from ingestor.domain.asking import PageAsk, ProfileAsk
from ingestor.domain.commands import Order, OrderBook, Orders, obeyed
from ingestor.domain.plan import Rhythm, next_ask
from ingestor.domain.progress import Progress, Task
from ingestor.domain.reading import read_profile
from ingestor.entrypoints import collector

from .fakes import START, account, refusal
from .waiting import eventually
from .world import World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_FIRST_PAUSE", 0.05)


@pytest.fixture
def world() -> World:
    return World()


def order(told: AccountV1, action: Action, offset: int, *, written_at: datetime = START) -> Order:
    command = CommandV1(
        workspace_id=told.workspace_id,
        account_id=told.account_id,
        command_id=uuid4(),
        action=action,
        requested_by="member-1",
        requested_at=START,
    )
    return Order(command=command, offset=offset, written_at=written_at)


def days(first: date, last: date) -> Backfill:
    return Backfill(from_day=first, to_day=last)


async def test_a_paused_account_is_not_asked_for_until_it_is_resumed(world: World) -> None:
    told, other = account(), account(open_id="other")
    async with world.collecting(told, other) as collecting:
        await world.until(told, CollectionState.SYNCED)
        collecting.command(order(told, Pause(), 1))
        await world.until(told, CollectionState.PAUSED)
        status = world.events.statuses(told.account_id)[-1]
        assert (status.next_due, status.reason) == (None, None)
        asked = world.tiktok.requests_of("open-1")
        world.clock.advance(timedelta(days=1))
        await eventually(lambda: world.saved(other).full_at == START + timedelta(days=1))
        assert world.tiktok.requests_of("open-1") == asked
        collecting.command(order(told, Resume(), 2))
        await world.until(told, CollectionState.SYNCED)
        await eventually(lambda: world.saved(told).full_at == START + timedelta(days=1))


async def test_a_refresh_asks_for_all_at_once_and_another_within_minutes_for_nothing(world: World) -> None:
    told = account()
    async with world.collecting(told) as collecting:
        await world.until(told, CollectionState.SYNCED)
        world.clock.advance(HOUR)
        collecting.command(order(told, Refresh(), 1))
        await eventually(lambda: world.saved(told).full_at == START + HOUR)
        await eventually(lambda: world.saved(told).profile.done_at == START + HOUR)
        asked = len(world.tiktok.asked)
        assert asked == 8
        collecting.command(order(told, Refresh(), 2))
        await eventually(lambda: _obeyed(world, told) == 2)
        world.clock.advance(timedelta(minutes=5))
        collecting.command(order(told, Refresh(), 3))
        await eventually(lambda: len(world.tiktok.asked) == asked + 4)
        await eventually(lambda: world.saved(told).full_at == START + HOUR + timedelta(minutes=5))
    assert len(world.tiktok.asked) == asked + 4


async def test_a_backfill_asks_for_its_days_and_leaves_the_rhythm_as_it_is(world: World) -> None:
    told = account()
    async with world.collecting(told) as collecting:
        await world.until(told, CollectionState.SYNCED)
        world.clock.advance(HOUR)
        collecting.command(order(told, days(date(2026, 2, 1), date(2026, 2, 10)), 1))
        await eventually(lambda: len(world.events.profiles(told.account_id)) == 2)
        await eventually(lambda: world.saved(told).backfill is None)
    ask = world.tiktok.asked[-1]
    assert isinstance(ask, ProfileAsk)
    assert (ask.start, ask.end) == (date(2026, 2, 1), date(2026, 2, 10))
    assert world.saved(told).profile.done_at == START
    assert len(world.tiktok.asked) == 5


async def test_commands_are_done_once_also_after_restarts_and_redelivery(world: World) -> None:
    told = account()
    orders = [order(told, Pause(), 4), order(told, Resume(), 7), order(told, Refresh(), 9)]
    for _ in range(3):
        async with world.collecting(told, commands=orders):
            await world.until(told, CollectionState.SYNCED)
            await eventually(lambda: _obeyed(world, told) == 9)
        world.clock.advance(timedelta(minutes=30))
    # Everything was due anyway, and what a refresh brought forward is not brought forward again.
    assert [type(ask) for ask in world.tiktok.asked] == [ProfileAsk, PageAsk, PageAsk, PageAsk]


async def test_a_command_given_while_nobody_collected_is_done_later(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    asked = len(world.tiktok.asked)
    async with world.collecting(told, commands=[order(told, Pause(), 1)]):
        await world.until(told, CollectionState.PAUSED)
        world.clock.advance(timedelta(days=2))
        other = account(open_id="other")
        async with world.collecting(other):
            await world.until(other, CollectionState.SYNCED)
    assert world.tiktok.requests_of("open-1") == asked


async def test_another_workspace_commands_nothing(world: World) -> None:
    told = account()
    stranger = told.model_copy(update={"workspace_id": uuid4()})
    async with world.collecting(told, commands=[order(stranger, Pause(), 1)]):
        await world.until(told, CollectionState.SYNCED)
        await eventually(lambda: _obeyed(world, told) == 1)
    assert not world.saved(told).paused


def _obeyed(world: World, told: AccountV1) -> int:
    mark = world.saved(told).obeyed
    return mark.offset if mark else 0


# Without a collector: what a command makes of a progress.

TOLD = account()


def _after(progress: Progress, *actions: Action, now: datetime = START) -> Progress:
    first = progress.obeyed.offset + 1 if progress.obeyed else 0
    orders: Orders = tuple(order(TOLD, action, first + place) for place, action in enumerate(actions))
    return obeyed(progress, orders, TOLD, now=now)


def _new() -> Progress:
    return Progress(account_id=TOLD.account_id)


def _profile_read(progress: Progress, rhythm: Rhythm, now: datetime) -> tuple[ProfileAsk, Progress]:
    ask = next_ask(progress, TOLD, rhythm=rhythm, now=now)
    assert isinstance(ask, ProfileAsk)
    answer = Answered(data={"username": "x"}, observed_at=now)
    read = read_profile(answer, ask, TOLD, recorded_at=now)
    return ask, advance.profile_read(progress, read, ask, rhythm=rhythm)


def _windows(progress: Progress, rhythm: Rhythm) -> Sequence[tuple[date, date]]:
    windows = []
    while progress.backfill:
        ask, progress = _profile_read(progress, rhythm, START)
        windows.append((ask.start, ask.end))
    return windows


def test_a_long_range_is_asked_in_windows_that_overlap_newest_first_as_far_back_as_tiktok_goes() -> None:
    rhythm = Rhythm(look_back_days=60, window_days=30)
    _, collected = _profile_read(_new(), Rhythm(), START)
    wanted = _after(collected, days(date(2025, 1, 1), date(2026, 3, 20)))
    assert _windows(wanted, rhythm) == [
        (date(2026, 2, 8), date(2026, 3, 10)),
        (date(2026, 1, 11), date(2026, 2, 10)),
        (date(2026, 1, 9), date(2026, 1, 13)),
    ]


def test_a_first_profile_that_one_request_cannot_give_goes_on_by_itself() -> None:
    rhythm = Rhythm(look_back_days=60, window_days=30)
    ask, progress = _profile_read(_new(), rhythm, START)
    assert (ask.start, ask.end) == (date(2026, 2, 8), date(2026, 3, 10))
    assert _windows(progress, rhythm) == [
        (date(2026, 1, 11), date(2026, 2, 10)),
        (date(2026, 1, 9), date(2026, 1, 13)),
    ]


def test_days_before_what_tiktok_gives_are_asked_of_nobody() -> None:
    _, collected = _profile_read(_new(), Rhythm(), START)
    wanted = _after(collected, days(date(2020, 1, 1), date(2020, 2, 1)))
    ask, done = _profile_read(wanted, Rhythm(), START)
    assert (ask.backfill, ask.end) == (False, START.date())
    assert done.backfill is None


def test_two_backfills_are_asked_together() -> None:
    _, collected = _profile_read(_new(), Rhythm(), START)
    actions = (days(date(2026, 2, 1), date(2026, 2, 3)), days(date(2026, 3, 1), date(2026, 3, 2)))
    assert _windows(_after(collected, *actions), Rhythm()) == [(date(2026, 2, 1), date(2026, 3, 2))]


def test_a_refresh_ends_a_back_off_and_not_a_pause_that_tiktok_wants() -> None:
    failing = advance.refused(_new(), Task.PROFILE, refusal(50000), now=START)
    limited = advance.refused(failing, Task.LISTING, refusal(40100), now=START)
    refreshed = _after(limited, Refresh())
    assert refreshed.profile.trouble is not None
    assert refreshed.listing.trouble is not None
    assert refreshed.profile.trouble.retry_at == START
    assert refreshed.listing.trouble.retry_at == START + timedelta(minutes=5)


def test_demographics_are_asked_once_each_utc_day() -> None:
    progress, names = _new(), []
    for hour in range(0, 36, 6):
        ask, progress = _profile_read(progress, Rhythm(), START + hour * HOUR)
        progress = progress.model_copy(update={"listing": progress.listing.model_copy(update={"done_at": START})})
        names.append(ask.field_set.name)
        assert ("audience_ages" in ask.field_set.fields) == (ask.field_set.name == "profile_full.v1")
    core, full = "profile_core_full.v1", "profile_full.v1"
    assert names == [full, core, core, full, core, core]


def test_the_book_keeps_what_still_matters() -> None:
    book = OrderBook()
    actions: list[Action] = [Pause(), Refresh(), days(date(2026, 2, 1), date(2026, 2, 2)), Resume(), Refresh(), Pause()]
    for place, action in enumerate(actions):
        book.take(order(TOLD, action, place))
    assert [(kept.offset, kept.command.action.kind) for kept in book.of(TOLD.account_id)] == [
        (2, "backfill"),
        (4, "refresh"),
        (5, "pause"),
    ]
    assert book.of(uuid4()) == ()


def test_a_topic_made_anew_is_obeyed_too() -> None:
    before = obeyed(_new(), (order(TOLD, Pause(), 900),), TOLD, now=START)
    again = obeyed(before, (order(TOLD, Resume(), 0, written_at=START + HOUR),), TOLD, now=START)
    assert (before.paused, again.paused) == (True, False)
    assert obeyed(again, (order(TOLD, Pause(), 0),), TOLD, now=START) == again


def test_commanded_progress_is_the_same_after_the_store() -> None:
    odd = START + timedelta(microseconds=1_234)
    progress = _after(_new(), Refresh(), days(date(2026, 2, 1), date(2026, 2, 2)), Pause(), now=odd)
    assert Progress.model_validate_json(progress.model_dump_json()) == progress
    assert next_ask(progress, TOLD, rhythm=Rhythm(), now=odd) is None
