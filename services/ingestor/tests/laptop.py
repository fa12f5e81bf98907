"""Real Kafka, Mongo and sandbox as processes of their own, on free ports and a folder of the test run."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from common.bus.admin import apply_topics
from common.catalog.fields import SCOPES
from common.runtime.clock import set_clock
from embedded import readiness

from .servers import HOST, free_port

APP = {"client_id": "7123", "client_secret": "not-a-real-secret"}
CLIENT_KEY = "key-1"
REDIRECT = "http://127.0.0.1:9/back/"
# Ends of the paths that an ingestor asks; token endpoints are asked by who connects.
COLLECTED = ("/business/get/", "/business/video/list/")
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A part under test; its output is in `log`."""

    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    async def stop(self) -> int:
        """End it politely; returns its exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.popen.wait, STOP_SECONDS)


def start(
    module: str, arguments: Sequence[str] = (), *, log: Path, environment: Mapping[str, str] | None = None
) -> Process:
    """`python -m module`."""
    command = [sys.executable, "-m", module, *arguments]
    with log.open("ab") as output:
        popen = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
    return Process(popen=popen, log=log)


@contextmanager
def killed_at_the_end(process: Process) -> Iterator[Process]:
    try:
        yield process
    finally:
        process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Laptop:
    folder: Path
    kafka: str
    kafka_controller: int
    mongo: str
    sandbox: str
    clock_file: Path
    kafka_processes: list[Process] = field(default_factory=list)
    """The last one runs."""

    @asynccontextmanager
    async def without_kafka(self) -> AsyncIterator[None]:
        """Kafka is killed meanwhile, and back at the end."""
        self.kafka_processes[-1].kill()
        try:
            yield
        finally:
            self.kafka_processes.append(_start_kafka(self))
            await readiness.kafka(self.kafka)

    async def open_ids(self) -> list[str]:
        """The sandbox's accounts, from many posts to few."""
        async with httpx.AsyncClient(base_url=self.sandbox) as client:
            rows = (await client.get("/_sandbox/accounts")).json()["accounts"]
        return [row["open_id"] for row in rows]

    async def consent(self, open_id: str) -> str:
        """A fresh access token of the account, as its owner's consent gives it."""
        form = {
            "client_key": CLIENT_KEY,
            "redirect_uri": REDIRECT,
            "account": open_id,
            "decision": "allow",
            "scopes": list(SCOPES),
        }
        async with httpx.AsyncClient(base_url=self.sandbox) as client:
            reply = await client.post("/v2/auth/authorize", data=form)
            code = httpx.URL(reply.headers["location"]).params["code"]
            body = {**APP, "grant_type": "authorization_code", "auth_code": code, "redirect_uri": REDIRECT}
            answer = (await client.post("/open_api/v1.3/tt_user/oauth2/token/", json=body)).json()
        return str(answer["data"]["access_token"])

    @asynccontextmanager
    async def faults(self, *, share: float) -> AsyncIterator[list[str]]:
        """Every fault of what an ingestor reads is on meanwhile, each with this probability; yields their names."""
        async with httpx.AsyncClient(base_url=self.sandbox) as client:
            known = (await client.get("/_sandbox/faults")).json()["faults"]
            names = [name for name in known if not name.startswith("webhook_")]
            rules = [{"fault": name, "share": share, "path": path} for name in names for path in COLLECTED]
            (await client.put("/_sandbox/faults", json={"rules": rules})).raise_for_status()
            try:
                yield names
            finally:
                await client.delete("/_sandbox/faults")

    async def entries(self, *, open_id: str, after: int = 0) -> list[dict[str, Any]]:
        """What the sandbox logged of its figures of the account, in order, from log entry `after` on."""
        async with httpx.AsyncClient(base_url=self.sandbox, timeout=60) as client:
            entries = (await client.get("/_sandbox/log", params={"after": after})).json()["entries"]
        return [entry for entry in entries if entry["open_id"] == open_id and entry["path"].endswith(COLLECTED)]

    async def answers(self, path: str, *, open_id: str, after: int = 0) -> list[dict[str, object]]:
        """`data` of every success the sandbox gave on `path` for the account, in order, from log entry `after` on."""
        own = [entry for entry in await self.entries(open_id=open_id, after=after) if entry["path"].endswith(path)]
        return [entry["body"]["data"] for entry in own if entry["body"]["code"] == 0]

    async def answered(self) -> int:
        async with httpx.AsyncClient(base_url=self.sandbox) as client:
            return int((await client.get("/_sandbox/log")).json()["next"])


@asynccontextmanager
async def laptop(folder: Path) -> AsyncIterator[Laptop]:
    """The three parts, ready, with the topics in place."""
    ports = {name: free_port() for name in ("kafka", "controller", "mongo", "sandbox", "sandbox-health")}
    place = Laptop(
        folder=folder,
        kafka=f"{HOST}:{ports['kafka']}",
        kafka_controller=ports["controller"],
        mongo=f"mongodb://{HOST}:{ports['mongo']}/?directConnection=true&retryWrites=false",
        sandbox=f"http://{HOST}:{ports['sandbox']}",
        clock_file=folder / "clock.json",
    )
    set_clock(place.clock_file)
    with ExitStack() as parts:
        place.kafka_processes.append(_start_kafka(place))
        parts.push(lambda *_: place.kafka_processes[-1].kill())
        mongo = ("--data", str(folder / "mongo"), "--port", str(ports["mongo"]))
        parts.enter_context(killed_at_the_end(start("embedded.mongo", mongo, log=folder / "mongo.log")))
        parts.enter_context(killed_at_the_end(_start_sandbox(place, ports["sandbox"], ports["sandbox-health"])))
        async with asyncio.TaskGroup() as waiting:
            waiting.create_task(readiness.kafka(place.kafka))
            waiting.create_task(readiness.mongo(place.mongo))
            waiting.create_task(readiness.http(f"http://{HOST}:{ports['sandbox-health']}/readyz"))
        await apply_topics(place.kafka)
        await readiness.kafka(place.kafka)
        yield place


def _start_kafka(place: Laptop) -> Process:
    """Kafka on the laptop's folder and port, the first time and after a kill."""
    ports = ("--port", place.kafka.rpartition(":")[2], "--controller-port", str(place.kafka_controller))
    return start("embedded.kafka", ("--data", str(place.folder / "kafka"), *ports), log=place.folder / "kafka.log")


def _start_sandbox(place: Laptop, port: int, health_port: int) -> Process:
    environment = {
        "TOA_HTTP_PORT": str(port),
        "TOA_HEALTH_PORT": str(health_port),
        "TOA_CLOCK_FILE": str(place.clock_file),
        "TOA_SANDBOX_SEED": "7",
        "TOA_SANDBOX_STATE_DIR": str(place.folder / "sandbox"),
        "TOA_TIKTOK_APP_ID": APP["client_id"],
        "TOA_TIKTOK_APP_SECRET": APP["client_secret"],
        "TOA_TIKTOK_CLIENT_KEY": CLIENT_KEY,
    }
    return start("sandbox", log=place.folder / "sandbox.log", environment=environment)
