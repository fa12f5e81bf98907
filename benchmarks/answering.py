"""Cached answers over HTTP against a bare FastAPI route with the same bytes: the same server, client and machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import psutil

from benchmarks.asking import HOST, Asked
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from benchmarks.serving import account, process, query_api, trusted
from common.events import AccountV1
from common.warehouse.client import connect
from embedded import ports, readiness

PARTS = ("kafka", "mongo", "clickhouse", "topics", "migrate")
CONNECTIONS = (1, 8, 32)
SECONDS = 2.0
PATH = "/v1/widgets/video_views"
_DAYS = 28
# Answers at a distance of a second: by then one is kept for good.
_SETTLING = 15


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
        known = account(uuid4(), uuid4())
        async with running_rig(PARTS) as rig, trusted(rig, [known]) as headers, _ours(rig, headers) as ours:
            await _fill(rig, known)
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


async def _fill(rig: Rig, known: AccountV1) -> None:
    today, now = date.today(), datetime.now(UTC).replace(tzinfo=None)
    client = await connect(rig.clickhouse, database="toa")
    try:
        await client.insert(
            "account_day",
            [
                (
                    known.workspace_id,
                    known.account_id,
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
    async with query_api(rig) as served:
        yield _Server(name="query-api", process=served.process, asked=_asked(served.port, headers))


@asynccontextmanager
async def _bare(rig: Rig, body: Path, headers: Mapping[str, str]) -> AsyncIterator[_Server]:
    port = ports.choose({"http": 0})["http"]
    environment = {"TOA_HTTP_PORT": str(port), "TOA_BENCH_BODY": str(body), "TOA_BENCH_PATH": PATH}
    async with process(rig, "benchmarks.floors.bare_route", environment) as running:
        await readiness.http(f"http://{HOST}:{port}{PATH}", 60)
        yield _Server(name="bare route", process=running, asked=_asked(port, headers))


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
