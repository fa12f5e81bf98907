"""How many tokens a second auth-service lends from memory, against a bare route of FastAPI."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import httpx
import jwt
import psutil
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.asking import ask, post
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from common.runtime.clock import WallClock
from embedded import ports, readiness, sample
from embedded.keys import Keys

PARTS = ("kafka", "mongo", "topics", "sandbox", "front", "auth-service")
_PATH = "/internal/v1/tokens"
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`cpu`: seconds of the server's processor."""

    contender: str
    requests: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contender:
    name: str
    port: int
    pid: int


async def lending(*, requests: int, rounds: int) -> list[Line]:
    """The service and the bare route, in turn; the same bytes are asked of both."""
    runs: list[Run] = []
    async with running_rig(PARTS) as rig, _bare(rig) as bare:
        account_id = await _connected(rig)
        port = rig.addresses.ports["auth-service.health"]
        ours = _Contender(name="auth-service", port=port, pid=rig.pids["auth-service"])
        for contender in (bare, ours):
            await _measured(rig, contender, account_id, requests=requests // 10)
        for contender in (bare, ours) * rounds:
            runs.append(await _measured(rig, contender, account_id, requests=requests))
            print(f"{runs[-1].contender}: {runs[-1].rate:,.0f} a second, {runs[-1].cpu:.1f} s of CPU")
    lent, floor = ([run.rate for run in runs if run.contender == one.name] for one in (ours, bare))
    ratio = median(our / their for our, their in zip(lent, floor, strict=True))
    said = f"{median(lent):,.0f} and {median(floor):,.0f} requests/s"
    return [Line(name="lending / bare FastAPI route", ratio=ratio, limit=0.5, n=rounds, said=said, runs=runs)]


async def _measured(rig: Rig, contender: _Contender, account_id: str, *, requests: int) -> Run:
    body = json.dumps({"account_id": account_id}).encode()
    request = post(_PATH, body, Authorization=f"Bearer {_signed(rig)}")
    process = psutil.Process(contender.pid)
    cpu = sum(process.cpu_times()[:2])
    seconds = await ask(contender.port, request, times=requests, at_once=_AT_ONCE)
    spent = sum(process.cpu_times()[:2]) - cpu
    return Run(contender=contender.name, requests=requests, seconds=seconds, cpu=spent)


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
async def _bare(rig: Rig) -> AsyncIterator[_Contender]:
    port = ports.choose({"bare": 0})["bare"]
    environment = {**os.environ, "TOA_HTTP_PORT": str(port)}
    with (rig.logs / "bare.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.floors.bare_route", env=environment, stdout=log, stderr=log
        )
    try:
        await readiness.http(f"http://{ports.HOST}:{port}/openapi.json")
        yield _Contender(name="bare route", port=port, pid=process.pid)
    finally:
        process.terminate()
        await process.wait()
