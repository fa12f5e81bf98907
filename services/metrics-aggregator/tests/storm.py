"""Load on the real path while parts are killed, workers come and go, and rollups are built anew."""

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from embedded import ports, readiness
from embedded.parts import Part
from embedded.supervisor import PartFailed, Supervisor

from .commands import run_command
from .conftest import Rig
from .load import Load
from .scrape import until_busy

WORKER = "metrics-aggregator"
# Parts killed one after the other; the first is not back before the last is dead.
STROKES = ((WORKER,), ("clickhouse", WORKER), ("kafka",), ("clickhouse",), ("kafka", WORKER))
LONGEST_CALM_SECONDS = 2.0
# Workers tell Kafka once a second what is done: in this time they would have told it of what is not.
GAP_SECONDS = (1.5, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    rig: Rig
    load: Load
    moments: random.Random


@asynccontextmanager
async def under_load(rig: Rig, load: Load, *, seed: int) -> AsyncIterator[Storm]:
    """At the end the load stops, everything arrives once, and nothing differs from a recomputation."""
    print(f"storm with seed {seed}")
    stop = asyncio.Event()
    async with _kept_running(rig):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load.run(stop))
            try:
                yield Storm(rig=rig, load=load, moments=random.Random(seed))
            finally:
                stop.set()
        await load.settled()
    await load.expect_all_there_once()
    await _expect_no_difference(rig, load)


async def kill_again_and_again(storm: Storm, strokes: Iterable[tuple[str, ...]]) -> None:
    """kill -9 of the parts of each stroke, at random moments in which the worker has a batch under way."""
    for stroke in strokes:
        await _until_random_work(storm, storm.rig.health)
        for place, part in enumerate(stroke):
            if place:
                await asyncio.sleep(storm.moments.uniform(*GAP_SECONDS))
            # The worker may just have ended by itself.
            with suppress(ProcessLookupError):
                os.kill(storm.rig.supervisor.pids[part], signal.SIGKILL)
        for part in stroke:
            # The worker is kept running as it is.
            if part != WORKER:
                await storm.rig.supervisor.restart(part)


async def join_and_leave(storm: Storm, name: str, leaves: Iterable[signal.Signals]) -> None:
    """A further worker joins, works for a while and leaves by a signal in the middle of it; again for each signal."""
    worker = _further_worker(storm.rig, name)
    supervisor = Supervisor(storm.rig.home, [worker.part], say=print, changed=lambda: None)
    try:
        for place, leave in enumerate(leaves):
            await (supervisor.restart(name) if place else supervisor.start())
            await _until_random_work(storm, worker.health)
            os.kill(supervisor.pids[name], leave)
    finally:
        await supervisor.stop()


async def rebuild(storm: Storm) -> None:
    """All rollups, and what was sent until the end is in them."""
    done = await run_command(storm.rig, "rebuild")
    assert done.status == 0, done.errors
    await storm.load.shown()


async def _until_random_work(storm: Storm, health: str) -> None:
    await asyncio.sleep(storm.moments.uniform(0, LONGEST_CALM_SECONDS))
    await until_busy(health)


@dataclass(frozen=True, slots=True)
class _Worker:
    part: Part
    health: str


def _further_worker(rig: Rig, name: str) -> _Worker:
    """A member of the group without a name in it, which only one may have."""
    port = ports.choose({name: 0})[name]
    health = f"http://{ports.HOST}:{port}"
    environment = {key: value for key, value in rig.worker.environment.items() if key != "TOA_INSTANCE_ID"}
    part = replace(
        rig.worker,
        name=name,
        environment={**environment, "TOA_HEALTH_PORT": str(port)},
        ready=partial(readiness.http, f"{health}/readyz"),
    )
    return _Worker(part, health)


@asynccontextmanager
async def _kept_running(rig: Rig) -> AsyncIterator[None]:
    """The worker is started again, whether it was killed or ended by itself."""
    async with asyncio.TaskGroup() as tasks:
        keeper = tasks.create_task(_keep_running(rig))
        try:
            yield
        finally:
            keeper.cancel()


async def _keep_running(rig: Rig) -> None:
    while True:
        # It does not start while a store is away.
        with suppress(PartFailed):
            await rig.supervisor.restart(WORKER)


async def _expect_no_difference(rig: Rig, load: Load) -> None:
    done = await run_command(rig, "verify")
    assert done.status in (0, 1), done.errors
    mine = str(load.workspace_id)
    assert [line for line in done.lines if json.loads(line)["key"]["workspace_id"] == mine] == []
