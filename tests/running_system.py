"""A whole system under test: the real command on free ports and a temporary folder, and what tests do with it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from common.runtime.clock import FileClock, jump_clock

START_SECONDS = 300
STOP_SECONDS = 120
SETTLE_SECONDS = 300
AGGREGATOR_GROUP = "metrics-aggregator"
SNAPSHOT_TOPICS = ("tiktok.post-snapshots.v1", "tiktok.profile-snapshots.v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Addresses and credentials of `ready.json`, and the folder."""

    folder: Path
    web: str
    sandbox: str
    mailbox: str
    kafka: str
    mongo: str
    clickhouse: str
    email: str
    password: str
    api_key: str
    workspace_id: str
    health: dict[str, str] = field(default_factory=dict)

    @property
    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = json.loads((self.folder / "supervisor.json").read_text())["pids"]
        return pids

    def now(self) -> datetime:
        return FileClock(self.folder / "clock.json").now()

    def jump(self, by: timedelta) -> None:
        jump_clock(self.folder / "clock.json", by)

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a part; returns the process id it had."""
        pid = self.pids[part]
        os.kill(pid, number)
        return pid

    def client(self) -> httpx.AsyncClient:
        """A client with the API key, for the one origin."""
        return httpx.AsyncClient(
            base_url=self.web, headers={"Authorization": f"Bearer {self.api_key}"}, timeout=httpx.Timeout(30)
        )

    async def widget(
        self, slug: str, *, first: date, end: date, accounts: Iterable[str] = (), **parameters: str
    ) -> dict[str, Any]:
        """The JSON answer with the rows of all pages."""
        span = {"from": str(first), "to": str(end), "limit": "500", **parameters}
        chosen = {"accounts": ",".join(accounts)} if accounts else {}
        async with self.client() as client:
            answer = _ok(await client.get(f"/v1/widgets/{slug}", params={**span, **chosen}))
            rows, cursor = answer["rows"], answer["next_cursor"]
            while cursor:
                more = _ok(await client.get(f"/v1/widgets/{slug}", params={**span, **chosen, "cursor": cursor}))
                rows, cursor = [*rows, *more["rows"]], more["next_cursor"]
        return {**answer, "rows": rows}

    async def account_ids(self) -> dict[str, str]:
        """open_id → account_id of the accounts that are connected."""
        async with self.client() as client:
            accounts = _ok(await client.get("/v1/accounts"))["accounts"]
        by_name = {account["username"]: account["account_id"] for account in accounts}
        known = await self.ask_sandbox("accounts")
        return {one["open_id"]: by_name[one["username"]] for one in known["accounts"] if one["username"] in by_name}

    async def ask_sandbox(self, what: str, **parameters: str) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.sandbox, timeout=60) as client:
            return _ok(await client.get(f"/_sandbox/{what}", params=parameters))

    async def wait_until_consumed(self, group: str = AGGREGATOR_GROUP) -> None:
        """Return once `group` has committed everything that is in the snapshot topics now."""
        ends = await ends_of(self.kafka, SNAPSHOT_TOPICS)
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await self._has_consumed(ends, group):
                await asyncio.sleep(0.1)

    async def _has_consumed(self, ends: dict[TopicPartition, int], group: str) -> bool:
        try:
            return await committed(self.kafka, ends, group)
        except KafkaError:
            # On a machine short of time Kafka's one broker may be out of the metadata for a moment.
            return False


@asynccontextmanager
async def running_system(folder: Path, *arguments: str) -> AsyncIterator[System]:
    """Start `python -m embedded run` on `folder`, yield when ready, stop it and see that nothing is left."""
    output = folder / "output.log"
    folder.mkdir(parents=True, exist_ok=True)
    # Left by a system that was killed; the new one removes it too, but perhaps after the first look.
    (folder / "ready.json").unlink(missing_ok=True)
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "embedded",
            "--data",
            str(folder),
            "run",
            "--free-ports",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        await until(lambda: (folder / "ready.json").exists() or process.returncode is not None, seconds=START_SECONDS)
        assert process.returncode is None, f"the system did not start:\n{output.read_text()[-3000:]}"
        ready = json.loads((folder / "ready.json").read_text())
        yield System(folder=folder, **{name: ready[name] for name in System.__annotations__ if name in ready})
    finally:
        await _stop(process, folder)


async def until(condition: Callable[[], bool], *, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def _stop(process: asyncio.subprocess.Process, folder: Path) -> None:
    if process.returncode is not None:
        return
    state = folder / "supervisor.json"
    pids = json.loads(state.read_text())["pids"].values() if state.exists() else []
    process.terminate()
    await asyncio.wait_for(process.wait(), STOP_SECONDS)
    left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not left, f"processes are left behind: {left}"


def _ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
    body: dict[str, Any] = answer.json()
    return body


async def ends_of(kafka: str, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """Of the partitions that hold anything, where they end now."""
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, group_id=None)
    await consumer.start()
    try:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
    finally:
        await consumer.stop()
    return {partition: end for partition, end in ends.items() if end > 0}


async def committed(kafka: str, ends: dict[TopicPartition, int], group: str = AGGREGATOR_GROUP) -> bool:
    """Whether `group` has come as far as `ends`."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return all(partition in offsets and offsets[partition].offset >= end for partition, end in ends.items())
