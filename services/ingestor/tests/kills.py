"""Two ingestor replicas of which one or the other is killed at random moments, and what must hold afterwards."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from common.catalog.model import Grain
from common.events import AccountV1, CollectionState, LifecycleChange, PostSnapshotV1, ProfileSnapshotV1
from common.events.values import Values, read_values
from common.runtime.clock import FileClock, jump_clock
from ingestor.adapters import progress_store
from ingestor.adapters.progress_store import MongoProgress
from ingestor.domain.plan import Rhythm, wanted_since

from .laptop import Laptop
from .replicas import Replica, Stage
from .waiting import eventually_async

RHYTHM = Rhythm()
SETTLE_SECONDS = 240.0
# Longer than the interval of heads, and sometimes than that of profiles.
JUMPS_HOURS = (1, 7)


@dataclass
class Siege:
    """The stage with two replicas at work on `accounts`, some of them the same TikTok account in two workspaces."""

    scene: Stage
    random: random.Random
    since: int
    """The sandbox's log entry it began at."""
    accounts: list[AccountV1] = field(default_factory=list)
    replicas: list[Replica] = field(default_factory=list)
    kills: int = 0

    @property
    def laptop(self) -> Laptop:
        return self.scene.laptop

    async def rage(self, *, kills: int, seconds: float) -> None:
        """Kill and replace one replica after the other, so often and so long, while the clock goes on by hours."""
        until = time.monotonic() + seconds
        while self.kills < kills or time.monotonic() < until:
            await asyncio.sleep(self.random.uniform(0.3, 4))
            self.jump(self.random.uniform(*JUMPS_HOURS))
            await asyncio.sleep(self.random.uniform(0, 1.5))
            await self.kill_one()

    async def kill_one(self) -> None:
        place = self.random.randrange(len(self.replicas))
        self.replicas[place].process.kill()
        self.kills += 1
        self.replicas[place] = await self.scene.replica()

    def jump(self, hours: float) -> None:
        jump_clock(self.laptop.clock_file, timedelta(hours=hours))

    async def struck(self) -> set[str]:
        """The faults that the accounts met."""
        open_ids = {told.open_id or "" for told in self.accounts}
        entries = [entry for each in open_ids for entry in await self.laptop.entries(open_id=each, after=self.since)]
        return {str(entry["fault"]) for entry in entries if entry["fault"]}

    async def settled(self, *, reconnecting: bool = False) -> None:
        """Every account is as fresh as its plan says; where it lost access by a fault, its people connect it again."""
        async with progress_store.connect(self.laptop.mongo, self.scene.group) as store:

            async def fresh() -> bool:
                if reconnecting:
                    await self._reconnect_lost()
                return await self._all_fresh(store)

            await eventually_async(fresh, within=SETTLE_SECONDS, what="every account as fresh as its plan says")

    async def _reconnect_lost(self) -> None:
        for told in self.accounts:
            if self.scene.recorder.state(told) is CollectionState.LOST_ACCESS:
                now = self.scene.told[told.account_id]
                await self.scene.announce(now.model_copy(update={"revision": now.revision + 1}))

    async def _all_fresh(self, store: MongoProgress) -> bool:
        return all([await self._fresh(store, self.scene.told[told.account_id]) for told in self.accounts])

    async def _fresh(self, store: MongoProgress, told: AccountV1) -> bool:
        progress, now = await store.load(told.account_id), FileClock(self.laptop.clock_file).now()
        wanted = wanted_since(progress, told, RHYTHM)
        collected = wanted is not None and wanted > now and progress.full_at is not None
        return collected and self.scene.recorder.state(told) is CollectionState.SYNCED


async def siege(scene: Stage, *, seed: int) -> Siege:
    """Three TikTok accounts, each in two workspaces, and two replicas."""
    built = Siege(scene=scene, random=random.Random(seed), since=await scene.laptop.answered())
    for open_id in (await scene.laptop.open_ids())[1:]:
        built.accounts += [await scene.connect(open_id), await scene.connect(open_id)]
    built.replicas = [await scene.replica(), await scene.replica()]
    return built


async def survive(scene: Stage, *, kills: int, seconds: float = 0, seed: int) -> int:
    """Kills, then peace; how many kills it were. Fails when anything published is not what TikTok said, or is stale."""
    built = await siege(scene, seed=seed)
    await built.rage(kills=kills, seconds=seconds)
    await built.settled()
    await expect_truth(built)
    await expect_no_double_polling(built)
    return built.kills


async def survive_faults(scene: Stage, *, share: float, rounds: int, seed: int) -> set[str]:
    """Every fault of the sandbox for some rounds of work, then none; those that were met. Fails as `survive` does."""
    built = await siege(scene, seed=seed)
    async with built.laptop.faults(share=share):
        for _ in range(rounds):
            await asyncio.sleep(built.random.uniform(1, 3))
            built.jump(built.random.uniform(*JUMPS_HOURS))
    # Past every back-off.
    built.jump(7)
    await built.settled(reconnecting=True)
    await expect_truth(built)
    struck = await built.struck()
    await expect_no_double_polling(built)
    return struck


async def expect_no_double_polling(built: Siege) -> None:
    """In peace each account is read once when it is due, whoever owns it."""
    recorder = built.scene.recorder
    before = {told.account_id: len(recorder.profiles(told)) for told in built.accounts}
    built.jump(7)
    await built.settled()
    after = {told.account_id: len(recorder.profiles(told)) for told in built.accounts}
    assert {after[account_id] - count for account_id, count in before.items()} == {1}


async def expect_truth(built: Siege) -> None:
    for told in built.accounts:
        said = Said(await built.laptop.entries(open_id=told.open_id or "", after=built.since))
        posts, profiles = built.scene.recorder.posts(told), built.scene.recorder.profiles(told)
        assert posts
        assert profiles
        for post in posts:
            said.expect_post(post)
        for profile in profiles:
            said.expect_profile(profile)
        _expect_lifecycle(built, told, {post.post_id for post in posts})


def _expect_lifecycle(built: Siege, told: AccountV1, published: set[str]) -> None:
    """Each post was first seen at one moment, however often that was told."""
    events = built.scene.recorder.lifecycles(told)
    first = {(event.post_id, event.observed_at) for event in events if event.change is LifecycleChange.FIRST_SEEN}
    assert Counter(post_id for post_id, _ in first) == Counter(published)


class Said:
    """What the sandbox's log says it answered about one TikTok account."""

    def __init__(self, entries: Sequence[Mapping[str, object]]) -> None:
        self.posts: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        self.profiles: list[Mapping[str, object]] = []
        for path, data in _successes(entries):
            if path.endswith("/business/get/"):
                self.profiles.append(data)
            for video in _objects(data.get("videos")):
                self.posts[str(video.get("item_id"))].append(video)

    def expect_post(self, post: PostSnapshotV1) -> None:
        answers = self.posts[post.post_id]
        assert any(_agrees(post.values, Grain.POST, video, post.dropped_fields) for video in answers), post

    def expect_profile(self, profile: ProfileSnapshotV1) -> None:
        assert any(_is_of(profile, data) for data in self.profiles), profile


def _is_of(profile: ProfileSnapshotV1, data: Mapping[str, object]) -> bool:
    dropped = [name.removeprefix("profile.") for name in profile.dropped_fields]
    if not _agrees(profile.profile, Grain.PROFILE, data, dropped):
        return False
    days = {str(day.get("date")): day for day in _objects(data.get("metrics"))}
    return all(
        _agrees(day.values, Grain.PROFILE_DAY, days.get(str(day.date), {}), _of_day(str(day.date), dropped))
        for day in profile.days
    )


def _of_day(day: str, dropped: Sequence[str]) -> list[str]:
    return [name.removeprefix(f"{day}.") for name in dropped if name.startswith(f"{day}.")]


def _agrees(values: Values, grain: Grain, raw: Mapping[str, object], dropped: Sequence[str]) -> bool:
    """Every value is the one that was sent, or is missing and named."""
    sent = read_values(grain, {**raw, "item_id": str(raw.get("item_id"))} if grain is Grain.POST else raw).values
    return all(value == sent.get(name) or (value is None and name in dropped) for name, value in values.items())


def _successes(entries: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for entry in entries:
        body = entry["body"]
        if isinstance(body, Mapping) and body.get("code") == 0 and isinstance(body.get("data"), Mapping):
            yield str(entry["path"]), body["data"]


def _objects(items: object) -> list[Mapping[str, object]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
