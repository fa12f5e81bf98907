"""Whether the aggregator's memory stays flat: a steady stream for some minutes, its resident size every few seconds."""

import asyncio
import time
from itertools import islice
from statistics import median

from benchmarks.contenders import WHOLE, started
from benchmarks.report import Line
from benchmarks.rig import running_rig
from benchmarks.snapshots import Load, messages, producer

PER_SECOND = 500
LOOK_SECONDS = 2.0


async def memory(*, minutes: float) -> list[Line]:
    """The median size in the last quarter against that of the second: the first is for settling."""
    load = Load(accounts=100, posts=50, observations=int(minutes * 60 * PER_SECOND / 5_000) + 1)
    sizes: list[float] = []
    async with (
        running_rig() as rig,
        rig.database("memory"),
        started(rig, WHOLE, "memory") as process,
        asyncio.TaskGroup() as tasks,
    ):
        sending = tasks.create_task(_send(rig.kafka, load))
        ends = time.monotonic() + minutes * 60
        while time.monotonic() < ends:
            await asyncio.sleep(LOOK_SECONDS)
            sizes.append(process.memory_info().rss / 2**20)
        sending.cancel()
    quarter = len(sizes) // 4
    early, late = median(sizes[quarter : 2 * quarter]), median(sizes[-quarter:])
    said = f"{late:.0f} MB against {early:.0f} MB, peak {max(sizes):.0f} MB, {minutes:g} minutes at {PER_SECOND}/s"
    return [
        Line(
            name="memory, last / second quarter",
            ratio=late / early,
            limit=1.1,
            at_most=True,
            n=len(sizes),
            said=said,
            runs=sizes,
        )
    ]


async def _send(kafka: str, load: Load) -> None:
    stream = messages(load)
    async with producer(kafka) as to:
        while some := list(islice(stream, PER_SECOND)):
            second = asyncio.ensure_future(asyncio.sleep(1))
            for message in some:
                await to.send(message.topic, key=message.key, value=message.value, headers=list(message.headers))
            await second
