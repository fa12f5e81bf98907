"""Following a whole topic: every partition from its beginning, without a group; for projections kept in memory."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

Handle = Callable[[ConsumerRecord[bytes, bytes]], Awaitable[None]]


async def follow(topic: str, *, bootstrap: str, handle: Handle, caught_up: asyncio.Event) -> None:
    """Hand every record of `topic` to `handle`, for ever.

    `caught_up` is set once everything that was there at the start has been handled. Ends by cancellation or by an
    error of `handle` or Kafka.
    """
    partitions = await _partitions(topic, bootstrap)
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while True:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                for record in records:
                    await handle(record)
            if not caught_up.is_set() and await _reached(consumer, ends):
                caught_up.set()
    finally:
        await consumer.stop()


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
