"""The real thing: ingestor processes, Kafka, Mongo and the sandbox."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from common.catalog.model import Grain
from common.events import AccountStatus, AccountV1, CollectionState, PostSnapshotV1, ProfileSnapshotV1
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from common.events.values import read_values
from common.runtime.clock import FileClock, jump_clock

from .laptop import Laptop
from .replicas import Gate, Recorder, Replica, Stage, ids, stage
from .servers import serving
from .waiting import eventually, eventually_async

PROFILE_ONLY = ("user.info.basic", "user.info.stats", "user.insights", "user.account.type")


@pytest.fixture
async def scene(laptop: Laptop, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(laptop, tmp_path) as built:
        yield built


def _videos(pages: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    found = []
    for page in pages:
        videos = page["videos"]
        assert isinstance(videos, list)
        found.extend(videos)
    return found


def _assert_published(snapshots: Sequence[PostSnapshotV1], videos: Sequence[Mapping[str, object]]) -> None:
    """Each post the sandbox answered is there once, with the very values it had in the answer."""
    assert ids(snapshots) == {str(video["item_id"]): 1 for video in videos}
    answered = {str(video["item_id"]): read_values(Grain.POST, video).values for video in videos}
    for snapshot in snapshots:
        assert snapshot.values == answered[snapshot.post_id]
        assert (snapshot.dropped_fields, snapshot.extra, snapshot.field_set) == ((), "{}", "post_full.v1")


def _assert_profile(snapshot: ProfileSnapshotV1, answer: Mapping[str, object]) -> None:
    metrics = answer["metrics"]
    assert isinstance(metrics, list)
    assert len(metrics) >= 50
    assert snapshot.profile == read_values(Grain.PROFILE, answer).values
    assert {day.date.isoformat(): day.values for day in snapshot.days} == {
        day["date"]: read_values(Grain.PROFILE_DAY, day).values for day in metrics
    }
    assert (snapshot.dropped_fields, snapshot.extra, snapshot.field_set) == ((), "{}", "profile_full.v1")


def _assert_traced(recorder: Recorder, *, pages: int) -> None:
    """What an answer brought is one trace, and another answer's is another."""
    posts, profiles = (set(recorder.traces[topic.name]) for topic in (POST_SNAPSHOTS, PROFILE_SNAPSHOTS))
    assert (len(posts), len(profiles)) == (pages, 1)
    assert "" not in posts | profiles
    assert not posts & profiles


async def test_a_connected_account_is_collected_whole_and_again_after_a_jump_of_three_days(scene: Stage) -> None:
    open_id = (await scene.laptop.open_ids())[1]
    before = await scene.laptop.answered()
    told = await scene.connect(open_id)
    replica = await scene.replica()
    await scene.until(told, CollectionState.SYNCED)
    pages = await scene.laptop.answers("/video/list/", open_id=open_id, after=before)
    (profile,) = await scene.laptop.answers("/business/get/", open_id=open_id, after=before)
    assert len(pages) > 3
    await eventually(lambda: len(scene.recorder.posts(told)) == len(_videos(pages)))
    _assert_published(scene.recorder.posts(told), _videos(pages))
    _assert_profile(scene.recorder.profiles(told)[0], profile)
    _assert_traced(scene.recorder, pages=len(pages))
    assert scene.recorder.statuses(told)[0].state is CollectionState.BACKFILLING
    assert await replica.metric("toa_ingestor_accounts_owned") == 1
    assert await replica.metric("toa_ingestor_requests_total") == len(pages) + 1

    before = await scene.laptop.answered()
    jump_clock(scene.laptop.clock_file, timedelta(days=3))
    jumped = FileClock(scene.laptop.clock_file).now()
    await eventually(lambda: len(scene.recorder.profiles(told)) == 2, within=120, what="the second profile")
    await eventually(
        lambda: (scene.recorder.statuses(told)[-1].last_listing_at or jumped) > jumped, within=120, what="a new listing"
    )
    pages = await scene.laptop.answers("/video/list/", open_id=open_id, after=before)

    def new() -> list[PostSnapshotV1]:
        return [post for post in scene.recorder.posts(told) if post.observed_at > jumped]

    await eventually(lambda: len(new()) >= len(_videos(pages)))
    _assert_published(new(), _videos(pages))
    assert scene.auth.calls[-1].get("refused_version") == 1
    assert await replica.process.stop() == 0


async def test_a_kill_in_the_middle_of_a_first_collection_loses_nothing(scene: Stage) -> None:
    open_id = (await scene.laptop.open_ids())[1]
    gate, start = Gate(scene.laptop.sandbox, hold_from=3), await scene.laptop.answered()
    async with serving(gate.app) as scene.tiktok:
        told = await scene.connect(open_id)
        first = await scene.replica()
        await eventually(lambda: gate.lists == 3 and len(scene.recorder.posts(told)) >= 30, what="the third page")
        first.process.kill()
        killed = await scene.laptop.answered()
        gate.open()
        await scene.replica()
        await scene.until(told, CollectionState.SYNCED)
    before_kill = ids(scene.recorder.posts(told)[:30])
    every = _videos(await scene.laptop.answers("/video/list/", open_id=open_id, after=start))
    expected = {str(video["item_id"]) for video in every}
    await eventually(lambda: set(ids(scene.recorder.posts(told))) == expected, what="every post")
    # The page that was on its way is asked again, what Kafka had is not.
    resumed = _videos(await scene.laptop.answers("/video/list/", open_id=open_id, after=killed))
    assert not {str(video["item_id"]) for video in resumed} & set(before_kill)
    assert set(ids(scene.recorder.posts(told)).values()) == {1}
    assert len(scene.recorder.profiles(told)) == 1


async def test_replicas_divide_the_accounts_and_take_over_from_a_killed_one(scene: Stage) -> None:
    open_id = (await scene.laptop.open_ids())[-1]
    accounts = [await scene.connect(open_id, scopes=PROFILE_ONLY) for _ in range(12)]
    first = await scene.replica()
    await _all_profiled(scene, accounts, times=1)
    second = await scene.replica()
    await _owned(first, second, total=12)
    await _jump_and_collect(scene, accounts, times=2)
    second.process.kill()
    await eventually_async(lambda: _owns(first, 12), within=120, what="taking over")
    await _jump_and_collect(scene, accounts, times=3)


async def _owns(replica: Replica, accounts: int) -> bool:
    return await replica.metric("toa_ingestor_accounts_owned") == accounts


async def _owned(first: Replica, second: Replica, *, total: int) -> None:
    async def divided() -> bool:
        shares = [await replica.metric("toa_ingestor_accounts_owned") for replica in (first, second)]
        return sum(shares) == total and min(shares) > 0

    await eventually_async(divided, within=120, what="a division")


async def _jump_and_collect(scene: Stage, accounts: Sequence[AccountV1], *, times: int) -> None:
    jump_clock(scene.laptop.clock_file, timedelta(hours=7))
    await _all_profiled(scene, accounts, times=times)


async def _all_profiled(scene: Stage, accounts: Sequence[AccountV1], *, times: int) -> None:
    """Every account has exactly so many profile snapshots: none forgotten, none collected twice."""
    await eventually(
        lambda: all(len(scene.recorder.profiles(told)) >= times for told in accounts), within=120, what="all profiles"
    )
    await asyncio.gather(*(scene.until(told, CollectionState.SYNCED) for told in accounts))
    assert {len(scene.recorder.profiles(told)) for told in accounts} == {times}


async def test_a_disconnected_account_is_not_collected_any_more_and_a_new_one_is_at_once(scene: Stage) -> None:
    open_id = (await scene.laptop.open_ids())[-1]
    told = await scene.connect(open_id, scopes=PROFILE_ONLY)
    await scene.replica()
    await scene.until(told, CollectionState.SYNCED)
    gone = told.model_copy(update={"revision": 2, "status": AccountStatus.DISCONNECTED})
    await scene.announce(gone)
    newcomer = await scene.connect(open_id, scopes=PROFILE_ONLY)
    await scene.until(newcomer, CollectionState.SYNCED, within=120)
    jump_clock(scene.laptop.clock_file, timedelta(days=1))
    await eventually(lambda: len(scene.recorder.profiles(newcomer)) == 2)
    assert len(scene.recorder.profiles(told)) == 1


async def test_while_kafka_is_away_pages_are_held_back_and_nothing_is_lost(scene: Stage) -> None:
    open_id = (await scene.laptop.open_ids())[1]
    gate, start = Gate(scene.laptop.sandbox, hold_from=3), await scene.laptop.answered()
    async with serving(gate.app) as scene.tiktok:
        told = await scene.connect(open_id)
        replica = await scene.replica()
        await eventually(lambda: gate.lists == 3 and len(scene.recorder.posts(told)) >= 30, what="the third page")
        async with scene.laptop.without_kafka():
            gate.open()
            await eventually_async(lambda: _says(replica, "kafka"), within=120, what="not ready")
            # The page that came is held, and no further one is asked for.
            assert gate.lists == 3
        await scene.until(told, CollectionState.SYNCED)
    every = _videos(await scene.laptop.answers("/video/list/", open_id=open_id, after=start))
    await eventually(lambda: ids(scene.recorder.posts(told)) == {str(row["item_id"]): 1 for row in every})
    await eventually_async(lambda: _is_ready(replica), within=120, what="ready again")


async def _is_ready(replica: Replica) -> bool:
    return await replica.failures() == {}


async def _says(replica: Replica, part: str) -> bool:
    return part in await replica.failures()
