"""The collector on fakes at its ports: what is published, kept and told, whatever happens on the way."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from common.events import AccountStatus, AccountV1, CollectionState
from ingestor.domain.answers import Answer, Answered
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.domain.plan import Rhythm, next_ask
from ingestor.domain.progress import Progress
from ingestor.domain.roster import Entry
from ingestor.entrypoints import collector
from ingestor.entrypoints.turns import Held, Turns
from ingestor.ports import BusBroken, IngestorError, Token, TokenUnavailable

from .fakes import (
    START,
    account,
    changed,
    post_id,
    refusal,
)
from .waiting import eventually
from .world import POSTS, World


def collected_on(world: World, told: AccountV1, day: datetime) -> bool:
    saved = world.saved(told)
    return saved.full_at == day and saved.profile.done_at is not None and saved.profile.done_at >= day


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_FIRST_PAUSE", 0.05)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_new_account_is_collected_profile_first_then_every_post_once_page_by_page(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    kinds = [type(ask) for ask in world.tiktok.asked]
    assert kinds == [ProfileAsk, PageAsk, PageAsk, PageAsk]
    assert Counter(post.post_id for post in world.events.posts(told.account_id)) == Counter(map(post_id, POSTS))
    (profile,) = world.events.profiles(told.account_id)
    assert (profile.observed_at, len(profile.days)) == (START, 60)
    states = [(status.state, status.revision) for status in world.events.statuses(told.account_id)]
    assert states[0] == (CollectionState.BACKFILLING, 1)
    assert states[-1][0] is CollectionState.SYNCED
    assert [revision for _, revision in states] == sorted({revision for _, revision in states})
    assert world.meter.snapshots == {
        "tiktok.post-snapshots.v1": 50,
        "tiktok.post-lifecycle.v1": 50,
        "tiktok.profile-snapshots.v1": 1,
    }


async def test_posts_are_published_before_the_next_page_is_asked(world: World) -> None:
    told, published = account(), []
    world.tiktok.during = lambda _: published.append(len(world.events.posts(told.account_id)))
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    assert published == [0, 0, 20, 40]


async def test_when_the_clock_jumps_everything_due_is_done_at_once(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        world.clock.advance(timedelta(days=3))
        await eventually(lambda: len(world.events.posts(told.account_id)) == 100, within=120)
        await eventually(lambda: world.saved(told).full_at == START + timedelta(days=3), within=120)
        await eventually(lambda: len(world.events.profiles(told.account_id)) == 2)
    assert [profile.observed_at for profile in world.events.profiles(told.account_id)] == [
        START,
        START + timedelta(days=3),
    ]


async def test_a_restart_goes_on_in_the_middle_of_a_listing(world: World) -> None:
    told = account()

    async def hang_at_the_third_page(_: Ask) -> None:
        if world.tiktok.requests(PageAsk) == 3:
            await asyncio.Event().wait()

    world.tiktok.delay = hang_at_the_third_page
    async with world.collecting(told):
        await eventually(lambda: world.tiktok.requests(PageAsk) == 3)
    world.tiktok.delay = None
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    assert world.tiktok.requests(PageAsk) == 4
    assert Counter(post.post_id for post in world.events.posts(told.account_id)) == Counter(map(post_id, POSTS))


async def test_progress_is_saved_only_after_kafka_took_the_page(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await eventually(lambda: len(world.events.posts(told.account_id)) >= 20)
        await world.until(told, CollectionState.SYNCED)
        world.clock.advance(timedelta(days=1))
        world.events.faults = [IngestorError("kafka took nothing")]
        await eventually(lambda: world.meter.failed_turns["IngestorError"] == 1)
        await eventually(lambda: world.saved(told).full_at == START + timedelta(days=1))
        await eventually(lambda: len(world.events.profiles(told.account_id)) == 2)
    assert len(world.events.posts(told.account_id)) == 100


async def test_a_refused_token_is_replaced_once_and_the_request_repeated(world: World) -> None:
    told = account()
    world.tiktok.faults = [refusal(40102)]
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    assert [token.version for token in world.tiktok.tokens[:3]] == [1, 2, 2]
    assert CollectionState.FAILING not in {status.state for status in world.events.statuses(told.account_id)}


@pytest.mark.parametrize("how", ["refused twice", "auth-service says so"])
async def test_lost_access_stops_the_polling_until_the_account_is_connected_again(world: World, how: str) -> None:
    told = account()
    if how == "refused twice":
        world.tiktok.faults = [refusal(40105, "revoked"), refusal(40105, "revoked")]
    else:
        world.tokens.lost = {told.account_id}
    async with world.collecting(told) as collector:
        await world.until(told, CollectionState.LOST_ACCESS)
        status = world.events.statuses(told.account_id)[-1]
        assert status.reason
        assert status.next_due is None
        asked = len(world.tiktok.asked)
        world.clock.advance(timedelta(days=3))
        other = account(open_id="other")
        collector.learn([Entry(partition=0, account=other)])
        await world.until(other, CollectionState.SYNCED)
        assert [ask.open_id for ask in world.tiktok.asked[asked:]].count("open-1") == 0
        world.tokens.lost = set()
        collector.learn([Entry(partition=0, account=changed(told))])
        await world.until(told, CollectionState.SYNCED)


async def test_a_throttled_account_shows_it_and_goes_on_after_five_minutes_of_the_clock(world: World) -> None:
    told = account()
    world.tiktok.faults = [
        refusal(40100, "Requests made too frequently"),
        refusal(40100, "Requests made too frequently"),
    ]
    async with world.collecting(told):
        await world.until(told, CollectionState.RATE_LIMITED)
        await eventually(lambda: len(world.tiktok.asked) == 2)
        status = world.events.statuses(told.account_id)[-1]
        assert status.next_due == START + timedelta(minutes=5)
        world.clock.advance(timedelta(minutes=5))
        await world.until(told, CollectionState.SYNCED)
    assert len(world.events.posts(told.account_id)) == 50


async def test_failures_are_shown_with_their_reason_and_nothing_is_lost(world: World) -> None:
    told = account()
    malformed = Answered(data={"videos": "none"}, observed_at=START)
    async with world.collecting(told):
        await eventually(lambda: len(world.events.posts(told.account_id)) == 50)
        await world.until(told, CollectionState.SYNCED)
        world.tiktok.faults = [refusal(50000, "System error"), malformed]
        world.clock.advance(timedelta(days=1))
        await world.until(told, CollectionState.FAILING)
        await eventually(lambda: not world.tiktok.faults)
        world.clock.advance(timedelta(minutes=5))
        await eventually(lambda: world.saved(told).full_at is not None and world.state(told) is CollectionState.SYNCED)
        await eventually(lambda: len(world.events.posts(told.account_id)) == 100)
    reasons = [status.reason or "" for status in world.events.statuses(told.account_id)]
    assert any("50000, System error" in reason for reason in reasons)


async def test_an_empty_list_where_posts_are_counted_is_told_and_tried_again(world: World) -> None:
    told = account()
    nothing = Answered(data={"videos": [], "has_more": False, "cursor": 0}, observed_at=START)
    world.tiktok.during = lambda ask: world.tiktok.faults.append(nothing) if len(world.tiktok.asked) == 2 else None
    async with world.collecting(told):
        await world.until(told, CollectionState.FAILING)
        assert "counts 50" in (world.events.statuses(told.account_id)[-1].reason or "")
        world.clock.advance(timedelta(minutes=1))
        await world.until(told, CollectionState.SYNCED)
    assert len(world.events.posts(told.account_id)) == 50


async def test_without_a_token_the_account_fails_visibly_and_recovers(world: World) -> None:
    told = account()
    world.tokens.faults = [TokenUnavailable("auth-service gave no token: HTTP 503")]
    async with world.collecting(told):
        await world.until(told, CollectionState.FAILING)
        assert "HTTP 503" in (world.events.statuses(told.account_id)[-1].reason or "")
        world.clock.advance(timedelta(minutes=1))
        await world.until(told, CollectionState.SYNCED)


async def test_one_account_in_trouble_does_not_stop_another(world: World) -> None:
    bad, good = account(open_id="bad"), account()

    def fail(ask: Ask) -> None:
        if ask.open_id == "bad":
            raise RuntimeError("a bug")

    world.tiktok.during = fail
    async with world.collecting(bad, good):
        await world.until(good, CollectionState.SYNCED)
        await eventually(lambda: world.meter.failed_turns["RuntimeError"] >= 2)
    assert len(world.events.posts(good.account_id)) == len(POSTS)
    assert not world.events.posts(bad.account_id)


async def test_mongo_away_costs_a_pause_and_no_snapshot(world: World) -> None:
    told = account()
    world.store.available = False
    async with world.collecting(told):
        await eventually(lambda: world.meter.failed_turns["StoreUnavailable"] >= 1)
        assert world.tiktok.asked == []
        world.store.available = True
        await world.until(told, CollectionState.SYNCED)


async def test_progress_written_by_another_replica_is_read_again(world: World) -> None:
    told = account()

    def interfere(_: Ask) -> None:
        if len(world.tiktok.asked) == 1:
            text = world.store.documents[told.account_id]
            before = Progress.model_validate_json(text)
            world.store.documents[told.account_id] = before.model_copy(update={"version": 7}).model_dump_json()

    world.tiktok.during = interfere
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    assert world.meter.failed_turns == {"ProgressConflict": 1}
    assert {post.post_id for post in world.events.posts(told.account_id)} == set(map(post_id, POSTS))


async def test_kafka_broken_for_good_ends_the_process(world: World) -> None:
    world.events.faults = [BusBroken("fenced")]
    collector = world.collector()
    collector.learn([Entry(partition=0, account=account())])
    collector.settle([0])
    with pytest.raises(ExceptionGroup) as caught:
        await asyncio.wait_for(collector.run(), 120)
    assert caught.group_contains(BusBroken)


async def test_the_same_tiktok_account_in_two_workspaces_is_fetched_once_and_published_for_both(world: World) -> None:
    one, two = account(), account()
    async with world.collecting(one, two):
        await world.until(one, CollectionState.SYNCED)
        await world.until(two, CollectionState.SYNCED)
        before = len(world.tiktok.asked)
        world.clock.advance(timedelta(days=1))
        for told in (one, two):
            await eventually(partial(collected_on, world, told, START + timedelta(days=1)))
    assert len(world.tiktok.asked) - before == 4
    for told in (one, two):
        latest = [post for post in world.events.posts(told.account_id) if post.observed_at > START]
        assert Counter(post.post_id for post in latest) == Counter(map(post_id, POSTS))
        assert {post.workspace_id for post in latest} == {told.workspace_id}


async def test_never_two_requests_for_one_account_and_never_more_than_allowed(world: World) -> None:
    accounts = [account(open_id=f"open-{number}") for number in range(6)]
    running: Counter[str] = Counter()
    most: list[int] = []

    async def slowly(ask: Ask) -> None:
        running[ask.open_id] += 1
        most.append(sum(running.values()))
        assert running[ask.open_id] == 1
        await asyncio.sleep(0.01)
        running[ask.open_id] -= 1

    world.tiktok.delay = slowly
    async with world.collecting(*accounts, concurrency=3):
        for told in accounts:
            await world.until(told, CollectionState.SYNCED)
    assert max(most) == 3


async def test_after_a_release_no_request_of_those_accounts_goes_on_and_nothing_new_begins(world: World) -> None:
    told, reached, let_go = account(), asyncio.Event(), asyncio.Event()

    async def hang(ask: Ask) -> None:
        if ask.open_id == told.open_id:
            reached.set()
            await let_go.wait()

    world.tiktok.delay = hang
    async with world.collecting(told) as collector:
        await reached.wait()
        await asyncio.wait_for(collector.release([0]), 1)
        let_go.set()
        other = account(open_id="other")
        collector.learn([Entry(partition=1, account=other)])
        collector.settle([1])
        await world.until(other, CollectionState.SYNCED)
    assert [ask.open_id for ask in world.tiktok.asked].count("open-1") == 1
    assert world.events.profiles(told.account_id) == []
    assert world.meter.accounts == 1


async def test_what_tiktok_answers_after_a_disconnection_is_not_published(world: World) -> None:
    """Its erasure may name a moment before that answer, and nothing later would take it away."""
    told, asked, answered = account(), asyncio.Event(), asyncio.Event()

    class Slow:
        async def ask(self, ask: Ask, token: Token) -> Answer:
            asked.set()
            await answered.wait()
            return await world.tiktok.ask(ask, token)

    world.real = Slow()
    async with world.collecting(told) as running:
        await asked.wait()
        running.learn([Entry(partition=0, account=changed(told, status=AccountStatus.DISCONNECTED))])
        answered.set()
        other = account(open_id="open-2")
        running.learn([Entry(partition=0, account=other)])
        await world.until(other, CollectionState.SYNCED)
    assert world.tiktok.requests_of("open-1") == 1
    assert world.events.profiles(told.account_id) == []
    assert world.events.posts(told.account_id) == []


async def test_a_status_that_was_saved_but_not_told_is_told_after_the_restart(world: World) -> None:
    told = account()
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
    world.events.published.clear()
    document = world.saved(told)
    assert document.status is not None
    world.store.documents[told.account_id] = document.model_copy(update={"told": 0}).model_dump_json()
    async with world.collecting(told):
        await eventually(lambda: len(world.events.statuses(told.account_id)) == 1)
    assert world.events.statuses(told.account_id) == [document.status]


async def test_a_changed_stretch_is_told_when_the_account_has_its_turn(world: World) -> None:
    told, stretches = account(), [1.0]
    turns = Turns(world.ports(), lambda: Rhythm(stretch=stretches[-1]))

    async def collect(held: Held) -> Held:
        while ask := next_ask(held.progress, told, rhythm=Rhythm(), now=world.clock.now()):
            held = await turns.settle(await turns.ask(ask, told), ask, held)
        return held

    await collect(await turns.adopt(told))
    before = world.events.statuses(told.account_id)
    assert before[-1].next_due == START + timedelta(hours=3)
    stretches.append(2.0)
    held = await turns.adopt(told)
    # Told again it may be, for it was told after the last save; it is the same news.
    assert world.events.statuses(told.account_id)[-1] == before[-1]
    world.clock.advance(timedelta(hours=3))
    await collect(held)
    assert world.events.statuses(told.account_id)[-1].next_due == START + timedelta(hours=3 + 2 * 3)


async def test_an_account_that_auth_service_calls_lost_is_shown_so(world: World) -> None:
    told = account()
    async with world.collecting(told) as collector:
        await world.until(told, CollectionState.SYNCED)
        asked = len(world.tiktok.asked)
        collector.learn([Entry(partition=0, account=changed(told, status=AccountStatus.LOST_ACCESS))])
        await world.until(told, CollectionState.LOST_ACCESS)
        assert len(world.tiktok.asked) == asked


async def test_the_lag_of_the_most_overdue_account_is_measured(world: World) -> None:
    told = account(account_id=uuid4())
    async with world.collecting(told):
        await world.until(told, CollectionState.SYNCED)
        assert world.meter.accounts == 1
        assert world.meter.lag == 0
        world.tokens.faults = [TokenUnavailable("away")] * 1000
        world.clock.advance(timedelta(hours=4))
        await world.until(told, CollectionState.FAILING)
        # Due after 3 hours, and still missing after 4, whenever the next try may be.
        await eventually(lambda: world.meter.lag == 3600)
        assert (world.meter.oldest, world.meter.gaps) == (4 * 3600, 0)
        world.clock.advance(timedelta(hours=21))
        await eventually(lambda: (world.meter.oldest, world.meter.gaps) == (25 * 3600, 1))
