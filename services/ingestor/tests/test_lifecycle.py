"""First seen, gone and back, told once each whatever happens on the way; many missing at once is an incident."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from common.events import AccountV1, CollectionState, LifecycleChange
from ingestor.domain.answers import Answered
from ingestor.domain.asking import Ask, PageAsk
from ingestor.domain.posts import KnownPosts, Ledger
from ingestor.entrypoints import collector
from ingestor.ports import IngestorError

from .fakes import START, account, post_id
from .waiting import eventually
from .world import POSTS, World

DAY = timedelta(days=1)
FIRST, GONE, BACK = LifecycleChange.FIRST_SEEN, LifecycleChange.GONE, LifecycleChange.BACK


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_FIRST_PAUSE", 0.05)


@pytest.fixture
def world() -> World:
    return World()


async def _listed_whole(world: World, told: AccountV1, after: timedelta = DAY) -> None:
    """The next full listing, `after` the last one."""
    world.clock.advance(after)
    now = world.clock.now()
    await eventually(lambda: (world.saved(told).listing.done_at or START) >= now, what=f"a listing at {now}")
    await eventually(lambda: world.saved(told).open_listing is None)


def _told(world: World, told: AccountV1, change: LifecycleChange) -> Counter[str]:
    return Counter(event.post_id for event in world.events.lifecycle(told.account_id) if event.change is change)


def _each_once(posts: Sequence[datetime]) -> Counter[str]:
    return Counter(map(post_id, posts))


async def test_a_post_is_first_seen_when_it_is_listed_for_the_first_time_and_only_then(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        assert _told(world, told, FIRST) == _each_once(POSTS)
        new = START + timedelta(hours=2)
        world.tiktok.posts["open-1"].append(new)
        world.clock.advance(timedelta(hours=3))
        await eventually(lambda: _told(world, told, FIRST) == _each_once([*POSTS, new]), what="the new post")
        await _listed_whole(world, told)
        await _listed_whole(world, told)
    assert _told(world, told, FIRST) == _each_once([*POSTS, new])
    assert {event.change for event in world.events.lifecycle(told.account_id)} == {FIRST}
    newest = world.events.lifecycle(told.account_id)[-1]
    assert (newest.post_id, newest.observed_at) == (post_id(new), START + timedelta(hours=3))


async def test_a_post_is_gone_after_two_full_listings_without_it_and_back_when_listed_again(world: World) -> None:
    told, (lost, blinked) = account(), POSTS[30:32]
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        for post in (lost, blinked):
            world.tiktok.posts["open-1"].remove(post)
        await _listed_whole(world, told)
        assert _told(world, told, GONE) == {}
        world.tiktok.posts["open-1"].append(blinked)
        await _listed_whole(world, told)
        await eventually(lambda: _told(world, told, GONE) == _each_once([lost]), what="gone")
        await _listed_whole(world, told)
        world.tiktok.posts["open-1"].append(lost)
        await _listed_whole(world, told)
        await eventually(lambda: _told(world, told, BACK) == _each_once([lost]), what="back")
    assert _told(world, told, GONE) == _each_once([lost])
    assert _told(world, told, FIRST) == _each_once(POSTS)
    (gone,) = [event for event in world.events.lifecycle(told.account_id) if event.change is GONE]
    assert (gone.why, gone.observed_at) == ("missing in two full listings in a row", START + 2 * DAY)


async def test_many_posts_missing_at_once_are_an_incident_and_gone_only_when_that_goes_on(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        kept = world.tiktok.posts["open-1"][:20]
        world.tiktok.posts["open-1"] = list(kept)
        world.clock.advance(DAY)
        await world.until(told, CollectionState.FAILING)
        status = world.events.statuses(told.account_id)[-1]
        assert "lacks 30 of 50 known posts" in (status.reason or "")
        trouble = world.saved(told).listing.trouble
        assert trouble is not None
        assert trouble.retry_at == world.clock.now() + timedelta(minutes=5)
        assert world.meter.incidents == {"mass_disappearance": 1}
        for after in (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=20)):
            await _listed_whole(world, told, after)
            assert _told(world, told, GONE) == {}
        await _listed_whole(world, told, timedelta(hours=4))
        await world.until(told, CollectionState.SYNCED)
        await eventually(lambda: len(_told(world, told, GONE)) > 0, what="gone")
    assert _told(world, told, GONE) == _each_once(POSTS[20:])
    assert world.meter.incidents == {"mass_disappearance": 4}


async def test_a_mass_disappearance_that_ends_tells_nothing(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        whole, world.tiktok.posts["open-1"] = world.tiktok.posts["open-1"], []
        world.tiktok.posts["open-1"] = whole[:5]
        world.clock.advance(DAY)
        await world.until(told, CollectionState.FAILING)
        # Half of it comes back: what is missing still was missing in one believable listing only.
        world.tiktok.posts["open-1"] = whole[:40]
        world.clock.advance(timedelta(minutes=5))
        await world.until(told, CollectionState.SYNCED)
        world.tiktok.posts["open-1"] = whole
        await _listed_whole(world, told)
    assert {event.change for event in world.events.lifecycle(told.account_id)} == {FIRST}
    assert world.saved(told).posts.missed == 0


async def test_an_item_without_an_id_makes_no_post_gone(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        for _ in range(3):
            nameless = Answered(data={"videos": [{"likes": 1}], "has_more": False, "cursor": 0}, observed_at=START)
            world.tiktok.during = _answering_lists(world, nameless)
            await _listed_whole(world, told)
    assert {event.change for event in world.events.lifecycle(told.account_id)} == {FIRST}
    assert world.saved(told).posts.missed == 0


def _answering_lists(world: World, answer: Answered) -> Callable[[Ask], None]:
    def during(ask: Ask) -> None:
        if isinstance(ask, PageAsk):
            now = world.clock.now()
            world.tiktok.faults.append(Answered(data=answer.data, observed_at=now))

    return during


async def test_what_was_saved_is_told_again_after_a_restart_with_the_same_ids(world: World) -> None:
    told = account()
    world.tiktok.posts["open-1"] = POSTS[:3]
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        world.tiktok.posts["open-1"].append(START + timedelta(hours=2))
        world.clock.advance(timedelta(hours=3))
        await eventually(lambda: len(_news(world, told)) == 1, what="the news")
    world.clock.advance(timedelta(minutes=7))
    async with world.collecting(told):
        await eventually(lambda: len(_news(world, told)) == 2, what="the news again")
    first, again = _news(world, told)
    assert first == again


def _news(world: World, told: AccountV1) -> list[object]:
    return [event for event in world.events.lifecycle(told.account_id) if event.observed_at > START]


@pytest.mark.parametrize("failing", ["snapshots", "lifecycle"])
async def test_a_failure_between_the_writes_loses_no_first_sight(world: World, failing: str) -> None:
    told = account()
    world.events.faults_by_topic = {f"tiktok.post-{failing}.v1": [IngestorError("kafka took nothing")]}
    async with world.collecting(told):
        await eventually(lambda: world.meter.failed_turns["IngestorError"] == 1)
        await world.until(told, CollectionState.SYNCED)
    assert _told(world, told, FIRST) == _each_once(POSTS)


def test_places_of_posts_never_change_and_sets_of_them_are_compact() -> None:
    ids = tuple(str(number) for number in range(10_000))
    ledger = Ledger(account().account_id, ids)
    posts = KnownPosts(told=ledger.marks(ids), gone=ledger.marks(ids[::7]))
    assert ledger.names(posts.gone) == ids[::7]
    assert ledger.unknown(("5", "new")) == ("new",)
    assert len(posts.model_dump_json()) < 6_000
    assert KnownPosts.model_validate_json(posts.model_dump_json()) == posts
