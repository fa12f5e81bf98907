"""Ingestor replicas as real processes, the accounts they collect, and what they publish."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.bus.follow import follow
from common.bus.publish import Publisher
from common.catalog.fields import SCOPES
from common.events import (
    AccountChange,
    AccountStatus,
    AccountV1,
    Action,
    CollectionState,
    CollectionStatusV1,
    CommandV1,
    Event,
    PostLifecycleV1,
    PostSnapshotV1,
    ProfileSnapshotV1,
    decode,
    encode,
    trace,
)
from common.runtime.clock import FileClock
from embedded import readiness

from .laptop import Laptop, Process, start
from .servers import HOST, FakeAuthService, free_port, serving
from .waiting import eventually

SYNC_SECONDS = 120.0

SomeEvent = TypeVar("SomeEvent", bound=Event)


@dataclass
class Recorder:
    """Everything published, of the accounts of one test."""

    accounts: set[UUID] = field(default_factory=set)
    post_snapshots: list[PostSnapshotV1] = field(default_factory=list)
    profile_snapshots: list[ProfileSnapshotV1] = field(default_factory=list)
    collection_statuses: list[CollectionStatusV1] = field(default_factory=list)
    post_lifecycles: list[PostLifecycleV1] = field(default_factory=list)
    traces: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Topic → the trace of each record."""

    def posts(self, told: AccountV1) -> list[PostSnapshotV1]:
        return [event for event in self.post_snapshots if event.account_id == told.account_id]

    def profiles(self, told: AccountV1) -> list[ProfileSnapshotV1]:
        return [event for event in self.profile_snapshots if event.account_id == told.account_id]

    def statuses(self, told: AccountV1) -> list[CollectionStatusV1]:
        return [event for event in self.collection_statuses if event.account_id == told.account_id]

    def lifecycles(self, told: AccountV1) -> list[PostLifecycleV1]:
        return [event for event in self.post_lifecycles if event.account_id == told.account_id]

    def state(self, told: AccountV1) -> CollectionState | None:
        statuses = self.statuses(told)
        return max(statuses, key=lambda status: status.revision).state if statuses else None

    def following(self, bootstrap: str) -> list[Awaitable[None]]:
        return [
            self._follow(PostSnapshotV1, self.post_snapshots, bootstrap),
            self._follow(ProfileSnapshotV1, self.profile_snapshots, bootstrap),
            self._follow(CollectionStatusV1, self.collection_statuses, bootstrap),
            self._follow(PostLifecycleV1, self.post_lifecycles, bootstrap),
        ]

    async def _follow(self, model: type[SomeEvent], kept: list[SomeEvent], bootstrap: str) -> None:
        async def keep(record: "ConsumerRecord[bytes, bytes]") -> None:
            if UUID((record.key or b"").decode()) in self.accounts:
                kept.append(decode(model, record.value))
                self.traces[record.topic].append((trace.given(record.headers) or "")[3:35])

        await follow(model.topic.name, bootstrap=bootstrap, handle=keep, caught_up=asyncio.Event())


@dataclass
class Gate:
    """Stands between ingestor and sandbox and can hold back the answers to list requests from the n-th on."""

    target: str
    hold_from: int | None = None
    lists: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._pass)])

    def open(self) -> None:
        self.hold_from = None
        self.opened.set()

    async def _pass(self, request: Request) -> Response:
        self.lists += request.url.path.endswith("/video/list/")
        if self.hold_from is not None and self.lists >= self.hold_from:
            await self.opened.wait()
        async with httpx.AsyncClient(base_url=self.target) as client:
            headers = {"Access-Token": request.headers["access-token"]}
            answer = await client.get(f"{request.url.path}?{request.url.query}", headers=headers)
        return Response(answer.content, answer.status_code, media_type="application/json")


@dataclass
class Stage:
    """One test's accounts, token server, database and consumer group on the shared laptop."""

    laptop: Laptop
    auth: FakeAuthService
    auth_url: str
    key_file: Path
    publisher: Publisher
    recorder: Recorder
    group: str = field(default_factory=lambda: f"ingestor-{uuid4().hex[:8]}")
    tiktok: str = ""
    told: dict[UUID, AccountV1] = field(default_factory=dict)
    replicas: list[Process] = field(default_factory=list)

    async def connect(self, open_id: str, *, scopes: Sequence[str] = SCOPES) -> AccountV1:
        """A new workspace's connection to a sandbox account, announced as auth-service would."""
        told = AccountV1(
            workspace_id=uuid4(),
            account_id=uuid4(),
            change=AccountChange.CONNECTED,
            status=AccountStatus.CONNECTED,
            open_id=open_id,
            scopes=tuple(scopes),
            changed_at=FileClock(self.laptop.clock_file).now(),
            revision=1,
        )
        self.recorder.accounts.add(told.account_id)
        self.auth.grants[told.account_id] = [await self.laptop.consent(open_id)]
        return await self.announce(told)

    async def announce(self, told: AccountV1) -> AccountV1:
        await self.publisher.publish([encode(told, service="auth-service")])
        self.told[told.account_id] = told
        return told

    async def command(self, told: AccountV1, action: Action) -> None:
        """A command as query-api would give it."""
        command = CommandV1(
            workspace_id=told.workspace_id,
            account_id=told.account_id,
            command_id=uuid4(),
            action=action,
            requested_by="member-1",
            requested_at=FileClock(self.laptop.clock_file).now(),
        )
        await self.publisher.publish([encode(command, service="query-api")])

    async def replica(self) -> "Replica":
        """A new ingestor process, ready."""
        port = free_port()
        environment = {
            "TOA_KAFKA_BOOTSTRAP": self.laptop.kafka,
            "TOA_MONGO_URL": self.laptop.mongo,
            "TOA_MONGO_DATABASE": self.group,
            "TOA_CLOCK_FILE": str(self.laptop.clock_file),
            "TOA_HEALTH_PORT": str(port),
            "TOA_TIKTOK_API_URL": f"{self.tiktok or self.laptop.sandbox}/open_api/v1.3",
            "TOA_AUTH_INTERNAL_URL": self.auth_url,
            "TOA_SERVICE_KEY_FILE": str(self.key_file),
            "TOA_INGESTOR_GROUP": self.group,
        }
        process = start("ingestor", log=self.laptop.folder / f"{self.group}.log", environment=environment)
        self.replicas.append(process)
        replica = Replica(process=process, health=f"http://{HOST}:{port}")
        await readiness.http(f"{replica.health}/readyz")
        return replica

    async def until(self, told: AccountV1, state: CollectionState, *, within: float = SYNC_SECONDS) -> None:
        await eventually(lambda: self.recorder.state(told) is state, within=within, what=f"state {state}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    process: Process
    health: str

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"{self.health}/metrics")).text
        lines = [line for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    async def failures(self) -> dict[str, str]:
        """What /readyz finds wrong."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.health}/readyz", timeout=10)
        failures: dict[str, str] = answer.json()["failures"]
        assert (answer.status_code == 503) == bool(failures)
        return failures


@asynccontextmanager
async def stage(laptop: Laptop, folder: Path) -> AsyncIterator[Stage]:
    """Everything a test needs; at its end its accounts are disconnected, so that the next test is alone."""
    key = Ed25519PrivateKey.generate()
    key_file = folder / "service.pem"
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    auth, recorder = FakeAuthService(key.public_key()), Recorder()
    followed = _background(recorder.following(laptop.kafka))
    async with serving(auth.app) as url, Publisher(laptop.kafka) as publisher, followed:
        scene = Stage(laptop=laptop, auth=auth, auth_url=url, key_file=key_file, publisher=publisher, recorder=recorder)
        auth.renew = _renewing(scene)
        try:
            yield scene
        finally:
            for process in scene.replicas:
                process.kill()
            for told in scene.told.values():
                gone = {"status": AccountStatus.DISCONNECTED, "revision": told.revision + 1000}
                await scene.announce(told.model_copy(update=gone))


def _renewing(scene: Stage) -> Callable[[UUID], Awaitable[str]]:
    async def renew(account_id: UUID) -> str:
        return await scene.laptop.consent(scene.told[account_id].open_id or "")

    return renew


@asynccontextmanager
async def _background(works: Sequence[Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def ids(snapshots: Sequence[PostSnapshotV1]) -> Counter[str]:
    return Counter(snapshot.post_id for snapshot in snapshots)
