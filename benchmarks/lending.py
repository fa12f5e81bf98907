"""How many tokens a second auth-service lends from memory, against a bare route of FastAPI."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import httpx
import jwt
import psutil
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.asking import HOST, Asked
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from common.runtime.clock import WallClock
from embedded import ports, readiness, sample
from embedded.keys import Keys

PARTS = ("kafka", "mongo", "topics", "sandbox", "front", "auth-service")
_PATH = "/internal/v1/tokens"
_AT_ONCE = 16
_WARMING_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Answers a second, and microseconds of the server's processor for each."""

    contender: str
    rate: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contender:
    name: str
    port: int
    pid: int


async def lending(*, seconds: float, rounds: int) -> list[Line]:
    """The service and the bare route, in turn; the same bytes are asked of both, and answered by both."""
    runs: list[Run] = []
    async with running_rig(PARTS) as rig:
        account_id = await _connected(rig)
        port = rig.addresses.ports["auth-service.health"]
        ours = _Contender(name="auth-service", port=port, pid=rig.pids["auth-service"])
        async with _bare(rig, await _answer(rig, ours, account_id)) as bare:
            for contender in (bare, ours):
                await _measured(rig, contender, account_id, seconds=_WARMING_SECONDS)
            for contender in (bare, ours) * rounds:
                runs.append(await _measured(rig, contender, account_id, seconds=seconds))
                print(f"{runs[-1].contender}: {runs[-1].rate:,.0f} a second, {runs[-1].cpu:.0f} µs of CPU each")
    lent, floor = ([run for run in runs if run.contender == one] for one in (ours.name, bare.name))
    ratio = median(our.rate / their.rate for our, their in zip(lent, floor, strict=True))
    said = f"{_median(lent, 'rate')} and {_median(floor, 'rate')} requests/s"
    said += f"; {_median(lent, 'cpu')} and {_median(floor, 'cpu')} µs of CPU each"
    return [Line(name="lending / bare FastAPI route", ratio=ratio, limit=0.5, n=rounds, said=said, runs=runs)]


def _median(runs: Sequence[Run], figure: str) -> str:
    return f"{median(getattr(run, figure) for run in runs):,.0f}"


async def _measured(rig: Rig, contender: _Contender, account_id: str, *, seconds: float) -> Run:
    process = psutil.Process(contender.pid)
    asked = Asked(port=contender.port, request=_request(account_id, _signed(rig)))
    before = sum(process.cpu_times()[:2])
    rate = await asked.rate(connections=_AT_ONCE, seconds=seconds)
    spent = sum(process.cpu_times()[:2]) - before
    return Run(contender=contender.name, rate=rate, cpu=spent / (rate * seconds) * 1e6)


def _request(account_id: str, service_token: str) -> bytes:
    body = json.dumps({"account_id": account_id}).encode()
    head = {"Host": HOST, "Content-Type": "application/json", "Content-Length": str(len(body))}
    named = {**head, "Authorization": f"Bearer {service_token}"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {_PATH} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def _answer(rig: Rig, ours: _Contender, account_id: str) -> bytes:
    """What is lent, for the bare route to answer."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{ours.port}") as http:
        headers = {"Authorization": f"Bearer {_signed(rig)}"}
        answer = await http.post(_PATH, json={"account_id": account_id}, headers=headers)
    return answer.raise_for_status().content


def _signed(rig: Rig) -> str:
    """A service token as the ingestor signs it."""
    key = load_pem_private_key(Keys(rig.home.keys).service_key("ingestor").read_bytes(), password=None)
    now = WallClock().now()
    claims = {"iss": "ingestor", "aud": "auth-service", "iat": now, "exp": now + timedelta(seconds=60)}
    return jwt.encode(claims, key, algorithm="EdDSA")  # type: ignore[arg-type]  # what the file holds is one


async def _connected(rig: Rig) -> str:
    """An account of the sandbox, connected through the doors a customer uses."""
    web, sandbox = rig.addresses.url("front"), rig.sandbox
    workspace = await sample.create_workspace(rig.service("auth-service").environment, Keys(rig.home.keys), web)
    await sample.connect_accounts(web, sandbox, workspace, most=1)
    async with httpx.AsyncClient(base_url=web) as http:
        given = {"email": workspace.email, "password": workspace.password}
        token = (await http.post("/auth/v1/sessions", json=given)).json()["access_token"]
        answer = await http.get("/auth/v1/connections", headers={"Authorization": f"Bearer {token}"})
    return str(answer.json()["connections"][0]["account_id"])


@asynccontextmanager
async def _bare(rig: Rig, body: bytes) -> AsyncIterator[_Contender]:
    port = ports.choose({"bare": 0})["bare"]
    held = rig.logs / "bare.json"
    held.write_bytes(body)
    environment = {"TOA_HTTP_PORT": str(port), "TOA_BENCH_BODY": str(held), "TOA_BENCH_PATH": _PATH}
    with (rig.logs / "bare.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.floors.bare_route",
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        await readiness.http(f"http://{HOST}:{port}{_PATH}")
        yield _Contender(name="bare route", port=port, pid=process.pid)
    finally:
        process.terminate()
        await process.wait()
