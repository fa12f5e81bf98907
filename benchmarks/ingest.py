"""How fast the ingestor's own process collects, from the real sandbox into the real Kafka, against a bare loop."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.consents import consents, service_key, token_server
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from benchmarks.simulated.ports import connected
from common.bus.publish import Publisher
from common.events import AccountStatus, AccountV1, encode
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS, Topic
from common.runtime.clock import FileClock

PARTS = ("kafka", "mongo", "topics", "sandbox")
CONCURRENCY = 8
# The limits of TikTok would be all that is measured.
_UNLIMITED = {
    "TOA_TIKTOK_REQUESTS_PER_SECOND": "100000",
    "TOA_TIKTOK_REQUESTS_PER_MINUTE": "6000000",
    "TOA_TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE": "100000",
}
_UNLIMITED_SANDBOX = {
    "TOA_SANDBOX_ACCOUNT_MINUTE_LIMIT": "0",
    "TOA_SANDBOX_APP_MINUTE_LIMIT": "0",
    "TOA_SANDBOX_APP_SECOND_LIMIT": "0",
}
_LOOK_SECONDS, _LONGEST_SECONDS = 0.02, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Until all posts of all accounts were acknowledged, from the first profile on."""

    contender: str
    posts: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.posts / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The rig with consents given, and a token server that knows the accounts of every round."""

    rig: Rig
    tokens: Mapping[str, str]
    """By open_id."""
    by_account: dict[UUID, str]
    token_url: str
    key_file: Path
    counter: "_Counter"


class _Counter:
    """Snapshots in their topics, whoever sent them."""

    def __init__(self, consumer: "AIOKafkaConsumer[bytes, bytes]") -> None:
        self._consumer = consumer

    async def posts(self) -> int:
        return await self._count(POST_SNAPSHOTS)

    async def profiles(self) -> int:
        return await self._count(PROFILE_SNAPSHOTS)

    async def _count(self, topic: Topic) -> int:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        ends = await self._consumer.end_offsets(partitions)
        return sum(ends.values())


async def ingest(*, accounts: int, rounds: int) -> list[Line]:
    """The ingestor against the loop, in turn."""
    os.environ.update(_UNLIMITED_SANDBOX, TOA_SANDBOX_MORE_ACCOUNTS=str(accounts))
    runs: list[Run] = []
    async with running_rig(PARTS) as rig, _placed(rig) as place:
        # Once for nothing: what the servers have to work out or compile the first time is in nobody's time then.
        posts = (await _looped(place, posts=None)).posts
        await _ingested(place, posts=posts)
        for contender in (_looped, _ingested) * rounds:
            runs.append(await contender(place, posts=posts))
            print(f"{runs[-1].contender}: {posts} posts, {runs[-1].rate:,.0f} a second, {runs[-1].cpu:.1f} s of CPU")
    ours, floor = ([run.rate for run in runs if run.contender == name] for name in ("ingestor", "loop"))
    ratio = median(our / their for our, their in zip(ours, floor, strict=True))
    said = f"{median(ours):,.0f} and {median(floor):,.0f} posts/s"
    return [Line(name="ingest / httpx and aiokafka", ratio=ratio, limit=0.7, n=rounds, said=said, runs=runs)]


@asynccontextmanager
async def _placed(rig: Rig) -> AsyncIterator[_Place]:
    by_account: dict[UUID, str] = {}
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(bootstrap_servers=rig.kafka)
    async with token_server(by_account) as url, consumer:
        yield _Place(
            rig=rig,
            tokens=await consents(rig.sandbox),
            by_account=by_account,
            token_url=url,
            key_file=service_key(rig.logs),
            counter=_Counter(consumer),
        )


async def _looped(place: _Place, *, posts: int | None) -> Run:
    """The bare loop; without `posts` it says how many there are."""
    environment = {"TOA_BENCH_TOKENS": json.dumps(dict(place.tokens))}
    async with _started(place, "benchmarks.floors.fetching", environment) as process:
        return await _measured(place, "loop", process, posts=posts)


async def _ingested(place: _Place, *, posts: int | None) -> Run:
    """A new ingestor, whose database is empty, for accounts of its own."""
    name, now = f"bench_{uuid4().hex[:8]}", FileClock(place.rig.clock).now()
    accounts = [connected(0, now).model_copy(update={"open_id": open_id}) for open_id in place.tokens]
    place.by_account.update({account.account_id: place.tokens[account.open_id or ""] for account in accounts})
    await _announce(place, accounts)
    environment = {
        **_UNLIMITED,
        "TOA_MONGO_URL": place.rig.mongo,
        "TOA_MONGO_DATABASE": name,
        "TOA_INGESTOR_GROUP": name,
        "TOA_AUTH_INTERNAL_URL": place.token_url,
        "TOA_SERVICE_KEY_FILE": str(place.key_file),
    }
    async with _started(place, "ingestor", environment) as process:
        run = await _measured(place, "ingestor", process, posts=posts)
    gone = {"status": AccountStatus.DISCONNECTED, "revision": 2}
    await _announce(place, [account.model_copy(update=gone) for account in accounts])
    return run


async def _announce(place: _Place, accounts: Sequence[AccountV1]) -> None:
    async with Publisher(place.rig.kafka) as publisher:
        await publisher.publish([encode(account, service="auth-service") for account in accounts])


@asynccontextmanager
async def _started(place: _Place, module: str, own: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        **own,
        "TOA_KAFKA_BOOTSTRAP": place.rig.kafka,
        "TOA_TIKTOK_API_URL": f"{place.rig.sandbox}/open_api/v1.3",
        "TOA_INGESTOR_CONCURRENCY": str(CONCURRENCY),
    }
    with (place.rig.logs / f"{module}-{time.time_ns()}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _measured(place: _Place, contender: str, process: asyncio.subprocess.Process, *, posts: int | None) -> Run:
    """From the first profile on, so that starting costs nothing, to the last; without `posts`, to the process's end."""
    counter, running = place.counter, psutil.Process(process.pid)
    profiles, before = await counter.profiles(), await counter.posts()
    await _until(counter.profiles, profiles + 1, process)
    begun, cpu = time.monotonic(), sum(running.cpu_times()[:2])
    if posts is None:
        await process.wait()
        return Run(contender=contender, posts=await counter.posts() - before, seconds=time.monotonic() - begun, cpu=0.0)
    # The process still runs: it is stopped, or its end is waited for, afterwards.
    await _until(counter.posts, before + posts, process)
    seconds = time.monotonic() - begun
    with suppress(psutil.Error):
        cpu = sum(running.cpu_times()[:2]) - cpu
    return Run(contender=contender, posts=posts, seconds=seconds, cpu=cpu)


async def _until(count: Callable[[], Awaitable[int]], least: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_LONGEST_SECONDS):
        while await count() < least:
            if process.returncode:
                raise RuntimeError("the contender ended by itself; its log is in the rig's folder")
            await asyncio.sleep(_LOOK_SECONDS)
