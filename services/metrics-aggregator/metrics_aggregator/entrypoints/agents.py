"""One agent per topic. Nothing may leave an agent's body: Faust would acknowledge what it failed on."""

import asyncio
import os
import traceback
from collections.abc import Callable
from typing import Any

import faust

from common.runtime.logs import logger
from metrics_aggregator.use_cases.lane import Lane


def add_agent(app: faust.App, topic: faust.TopicT, create_lane: Callable[[str], Lane]) -> None:
    """Let an agent hand the records of `topic` to a lane, which acknowledges them."""
    name = topic.topics[0]

    async def consume(stream: Any) -> None:
        # The lane acknowledges; Faust would do it as soon as an event is in the lane.
        stream.enable_acks = False
        await _or_die(name, stream, create_lane(name))

    app.agent(topic, name=name, concurrency=1)(consume)


async def _or_die(name: str, stream: Any, lane: Lane) -> None:
    try:
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(lane.run())
            await _feed(stream, lane)
            working.cancel()
    except Exception:
        logger("agents").critical("a batch could not be handled", topic=name, error=traceback.format_exc())
        # As safe as a kill: nothing of the batch is acknowledged, the next start reads it again.
        os._exit(1)


async def _feed(stream: Any, lane: Lane) -> None:
    async for event in stream.events():
        # The records look like `Record`s; making some would cost more than all the lane does with them.
        await lane.take(event.value, event.ack)
        # The event is kept until it is acknowledged, its records need not be.
        event.value.clear()
