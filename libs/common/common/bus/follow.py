"""Following a whole topic, every partition, without a group: from its beginning for projections, or from now on."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

# How often who follows from now on asks Kafka whether that is still all, and how long it waits for an answer.
CONFIRM_SECONDS = 1.0
_MOST_SECONDS = 3.0

Handle = Callable[[ConsumerRecord[bytes, bytes]], Awaitable[None]]


async def follow(topic: str, *, bootstrap: str, handle: Handle, caught_up: asyncio.Event) -> None:
    """Hand every record of `topic` to `handle`, for ever.

    `caught_up` is set once everything that was there at the start has been handled. Ends by cancellation or by an
    error of `handle` or Kafka.
    """
    async with _consuming(topic, bootstrap) as (consumer, partitions):
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while True:
            await _take(consumer, handle)
            if not caught_up.is_set() and await _reached(consumer, ends):
                caught_up.set()


async def follow_from_now(topic: str, *, bootstrap: str, handle: Handle, confirm: Callable[[float], None]) -> None:
    """Hand every record of `topic` published from now on to `handle`, for ever.

    `confirm` is told moments of `time.monotonic()`: whatever was published before has been handled. It is told so
    about once a second; a longer silence means that Kafka does not answer. Ends by cancellation or by an error.
    """
    async with _consuming(topic, bootstrap) as (consumer, partitions):
        await consumer.seek_to_end(*partitions)
        while True:
            asked = time.monotonic()
            ends = await asyncio.wait_for(consumer.end_offsets(partitions), _MOST_SECONDS)
            while not await _reached(consumer, ends):
                await _take(consumer, handle)
            confirm(asked)
            while time.monotonic() < asked + CONFIRM_SECONDS:
                await _take(consumer, handle)


@asynccontextmanager
async def _consuming(
    topic: str, bootstrap: str
) -> "AsyncIterator[tuple[AIOKafkaConsumer[bytes, bytes], list[TopicPartition]]]":
    partitions = await _partitions(topic, bootstrap)
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        yield consumer, partitions
    finally:
        await consumer.stop()


async def _take(consumer: "AIOKafkaConsumer[bytes, bytes]", handle: Handle) -> None:
    for records in (await consumer.getmany(timeout_ms=100)).values():
        for record in records:
            await handle(record)


async def _partitions(topic: str, bootstrap: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    if not described["partitions"]:
        raise RuntimeError(f"topic {topic} does not exist; create the topics first: python -m common topics")
    return [TopicPartition(topic, partition["partition"]) for partition in described["partitions"]]


async def _reached(consumer: "AIOKafkaConsumer[bytes, bytes]", ends: dict[TopicPartition, int]) -> bool:
    positions = [(await consumer.position(partition), end) for partition, end in ends.items()]
    return all(position >= end for position, end in positions)
