"""One agent per snapshot topic. Nothing may leave an agent's body: Faust would acknowledge what it failed on."""

import os
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust

from common.events.dead_letter import Record
from common.runtime.logs import logger

Handle = Callable[[str, Sequence[Record]], Awaitable[None]]

# Batches of several partitions become one insert; more of them cost memory and gain nothing.
MOST_BATCHES_AT_ONCE = 48
COLLECT_SECONDS = 0.02


def add_agent(app: faust.App, topic: faust.TopicT, handle: Handle) -> None:
    """Let an agent hand the records of `topic` to `handle` and acknowledge them when it returns."""
    name = topic.topics[0]

    async def consume(stream: Any) -> None:
        async for events in stream.noack_take(MOST_BATCHES_AT_ONCE, within=COLLECT_SECONDS):
            records = [_record(raw) for event in events for raw in event.value]
            await _handle_or_die(name, records, handle)
            for event in events:
                event.ack()

    app.agent(topic, name=name, concurrency=1)(consume)


async def _handle_or_die(name: str, records: Sequence[Record], handle: Handle) -> None:
    try:
        await handle(name, records)
    except Exception:
        logger("agents").critical("a batch could not be handled", topic=name, error=traceback.format_exc())
        # As safe as a kill: nothing of the batch is acknowledged, the next start reads it again.
        os._exit(1)


def _record(raw: Any) -> Record:
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers),
    )
