"""Cached answers over HTTP against a bare FastAPI route with the same bytes: the same server, client and machine."""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx
import psutil

from benchmarks.asking import HOST, Asked
from benchmarks.consents import service_key
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from common.bus.publish import Publisher
from common.catalog import SCOPES
from common.events import (
    AccessV1,
    AccountChange,
    AccountStatus,
    AccountV1,
    Event,
    Heartbeat,
    KeyAccess,
    KeyScope,
    encode,
)
from common.warehouse.client import connect
from embedded import ports, readiness

PARTS = ("kafka", "mongo", "clickhouse", "topics", "migrate")
CONNECTIONS = (1, 8, 32)
SECONDS = 2.0
PATH = "/v1/widgets/video_views"
_DAYS = 28
# Answers at a distance of a second: by then one is kept for good.
_SETTLING = 15
_SECRET = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round at a number of connections; CPU is in microseconds of the server for each answer."""

    contender: str
    connections: int
    rate: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    name: str
    process: psutil.Process
    asked: Asked

    async def run(self, connections: int) -> Run:
        before = sum(self.process.cpu_times()[:2])
        rate = await self.asked.rate(connections=connections, seconds=SECONDS)
        spent = sum(self.process.cpu_times()[:2]) - before
        cpu = spent / (rate * SECONDS) * 1e6
        return Run(contender=self.name, connections=connections, rate=rate, cpu=cpu)


async def answering(*, rounds: int) -> list[Line]:
    """Requests a second, in turn, at each number of connections."""
    runs: list[Run] = []
    with TemporaryDirectory(prefix="toa-bench-") as folder:
        async with running_rig(PARTS) as rig, _trusted(rig) as headers, _ours(rig, headers) as ours:
            body = Path(folder) / "body.json"
            body.write_bytes(await _warm(ours, headers))
            async with _bare(rig, body, headers) as bare:
                for _ in range(rounds):
                    for connections in CONNECTIONS:
                        runs += [await server.run(connections) for server in (bare, ours)]
    return [_line(runs, connections) for connections in CONNECTIONS]


def _line(runs: list[Run], connections: int) -> Line:
    those = [run for run in runs if run.connections == connections]
    pairs = list(zip(those[::2], those[1::2], strict=True))
    bare, ours = (median(run.rate for run in side) for side in zip(*pairs, strict=True))
    bare_cpu, our_cpu = (median(run.cpu for run in side) for side in zip(*pairs, strict=True))
    return Line(
        name=f"answering from memory, {connections} at once / bare route",
        ratio=median(our.rate / floor.rate for floor, our in pairs),
        limit=0.5,
        n=len(pairs),
        said=f"{ours:,.0f}/s against {bare:,.0f}/s; {our_cpu:.0f} against {bare_cpu:.0f} µs of CPU each",
        runs=[asdict(run) for run in those],
    )


@asynccontextmanager
async def _trusted(rig: Rig) -> AsyncIterator[Mapping[str, str]]:
    """The headers of a key that is known, of a workspace with an account, while heartbeats go on."""
    workspace, key_id = uuid4(), uuid4().hex
    async with Publisher(rig.kafka) as publisher, asyncio.TaskGroup() as tasks:
        account = _account(workspace)
        await _tell(publisher, account, _access(_key(workspace, key_id)))
        await _fill(rig, account)
        beating = tasks.create_task(_beat(publisher))
        yield {"Authorization": f"Bearer toa_{key_id}_{_SECRET}"}
        beating.cancel()


async def _beat(publisher: Publisher) -> None:
    while True:
        await _tell(publisher, _access(Heartbeat(revision=int(datetime.now(UTC).timestamp() * 1000))))
        await asyncio.sleep(1)


async def _tell(publisher: Publisher, *events: Event) -> None:
    await publisher.publish([encode(event, service="benchmark") for event in events])


def _access(access: KeyAccess | Heartbeat) -> AccessV1:
    return AccessV1(access=access, changed_at=datetime.now(UTC))


def _key(workspace: UUID, key_id: str) -> KeyAccess:
    return KeyAccess(
        key_id=key_id,
        workspace_id=workspace,
        secret_sha256=hashlib.sha256(_SECRET.encode()).hexdigest(),
        scopes=(KeyScope.READ, KeyScope.EXPORT),
        revision=1,
    )


def _account(workspace: UUID) -> AccountV1:
    return AccountV1(
        workspace_id=workspace,
        account_id=uuid4(),
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id="open",
        is_business_account=True,
        scopes=SCOPES,
        connected_at=datetime.now(UTC),
        changed_at=datetime.now(UTC),
        revision=1,
    )


async def _fill(rig: Rig, account: AccountV1) -> None:
    today, now = date.today(), datetime.now(UTC).replace(tzinfo=None)
    client = await connect(rig.clickhouse, database="toa")
    try:
        await client.insert(
            "account_day",
            [
                (
                    account.workspace_id,
                    account.account_id,
                    "tiktok",
                    today - timedelta(days=day),
                    1_000 + day,
                    now,
                    1,
                    0,
                )
                for day in range(_DAYS)
            ],
            column_names=(
                *("workspace_id", "account_id", "channel", "day", "video_views"),
                *("observed_at", "version", "is_deleted"),
            ),
        )
    finally:
        await client.close()


@asynccontextmanager
async def _ours(rig: Rig, headers: Mapping[str, str]) -> AsyncIterator[_Server]:
    key_file = service_key(rig.logs)
    free = ports.choose({"http": 0, "health": 0})
    environment = {
        "TOA_HTTP_PORT": str(free["http"]),
        "TOA_HEALTH_PORT": str(free["health"]),
        "TOA_KAFKA_BOOTSTRAP": rig.kafka,
        "TOA_MONGO_URL": rig.mongo,
        "TOA_CLICKHOUSE_URL": rig.clickhouse,
        "TOA_PUBLIC_URL": "http://origin.test",
        # Nobody signs in, and nobody is told of the key's use.
        "TOA_JWKS_URL": f"http://{HOST}:9",
        "TOA_AUTH_INTERNAL_URL": f"http://{HOST}:9",
        "TOA_SERVICE_KEY_FILE": str(key_file),
        "TOA_RATE_LIMIT": "1000000000",
    }
    async with _process(rig, "query_api", environment) as process:
        await readiness.http(f"http://{HOST}:{free['health']}/readyz", 180)
        yield _Server(name="query-api", process=process, asked=_asked(free["http"], headers))


@asynccontextmanager
async def _bare(rig: Rig, body: Path, headers: Mapping[str, str]) -> AsyncIterator[_Server]:
    port = ports.choose({"http": 0})["http"]
    environment = {"TOA_HTTP_PORT": str(port), "TOA_BENCH_BODY": str(body), "TOA_BENCH_PATH": PATH}
    async with _process(rig, "benchmarks.floors.bare_route", environment) as process:
        await readiness.http(f"http://{HOST}:{port}{PATH}", 60)
        yield _Server(name="bare route", process=process, asked=_asked(port, headers))


@asynccontextmanager
async def _process(rig: Rig, module: str, environment: Mapping[str, str]) -> AsyncIterator[psutil.Process]:
    with (rig.logs / f"{module}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            await process.wait()


def _asked(port: int, headers: Mapping[str, str]) -> Asked:
    head = {"Host": f"{HOST}:{port}", "Accept": "application/json", **headers}
    lines = [f"GET {PATH}?{_range()} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return Asked(port=port, request=("\r\n".join(lines) + "\r\n\r\n").encode())


def _range() -> str:
    today = date.today()
    return f"from={today - timedelta(days=_DAYS - 1)}&to={today + timedelta(days=1)}"


async def _warm(ours: _Server, headers: Mapping[str, str]) -> bytes:
    """The answer's bytes, once it is kept: some seconds after the service began to hear of changes."""
    address = f"http://{HOST}:{ours.asked.port}{PATH}?{_range()}"
    async with httpx.AsyncClient() as client, asyncio.timeout(120):
        good = 0
        while good < _SETTLING:
            await asyncio.sleep(1)
            answer = await client.get(address, headers=dict(headers))
            good += answer.status_code == 200 and b'"as_of":"2' in answer.content
    return answer.content
