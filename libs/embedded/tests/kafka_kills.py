"""Rounds of kill -9 on the embedded Kafka under production, and the check that all acknowledged is there, once."""

import asyncio
import itertools
import random

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from .servers import KafkaServer

TOPIC = "soak"
PARTITIONS = 4


async def survive_kills(server: KafkaServer, *, rounds: int) -> int:
    """Kill and restart `rounds` times under a producer that stays; returns how many messages it saw acknowledged."""
    await create_topics(server.bootstrap, NewTopic(TOPIC, PARTITIONS, 1))
    acknowledged: list[int] = []
    stop = asyncio.Event()
    async with (
        asyncio.timeout(30 * rounds),
        AIOKafkaProducer(
            bootstrap_servers=server.bootstrap, acks="all", enable_idempotence=True, compression_type="lz4"
        ) as producer,
        asyncio.TaskGroup() as tasks,
    ):
        for partition in range(PARTITIONS):
            tasks.create_task(_send(producer, partition, acknowledged, stop))
        await _kill_again_and_again(server, acknowledged, rounds=rounds)
        stop.set()
    _expect_each_once(acknowledged, await read_all(server.bootstrap, TOPIC, partitions=PARTITIONS))
    return len(acknowledged)


async def _kill_again_and_again(server: KafkaServer, acknowledged: list[int], *, rounds: int) -> None:
    moments = random.Random(rounds)
    for _ in range(rounds):
        await _until_more(acknowledged, moments.randint(300, 1_500))
        server.kill()
        await server.start()
    await _until_more(acknowledged, 300)


async def _until_more(acknowledged: list[int], count: int) -> None:
    goal = len(acknowledged) + count
    while len(acknowledged) < goal:
        await asyncio.sleep(0.001)


def _expect_each_once(acknowledged: list[int], values: list[bytes]) -> None:
    found = [int(value) for value in values]
    assert len(found) == len(set(found)), f"{len(found) - len(set(found))} messages are there twice"
    assert set(acknowledged) == set(found), f"{len(set(acknowledged) - set(found))} acknowledged messages are lost"


async def _send(producer: AIOKafkaProducer, partition: int, acknowledged: list[int], stop: asyncio.Event) -> None:
    """Twenty messages at a time: each is `partition` modulo PARTITIONS, none comes twice."""
    numbers = itertools.count(partition, PARTITIONS)
    while not stop.is_set():
        sent = [(number, await _queued(producer, number)) for number in itertools.islice(numbers, 20)]
        for number, answer in sent:
            await answer
            acknowledged.append(number)


async def _queued(producer: AIOKafkaProducer, value: int) -> asyncio.Future[object]:
    queued: asyncio.Future[object] = await producer.send(TOPIC, str(value).encode(), partition=value % PARTITIONS)
    return queued


async def create_topics(bootstrap: str, *topics: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics(list(topics))
    finally:
        await admin.close()
    assert [error[1] for error in answer.topic_errors] == [0] * len(topics)


async def read_all(bootstrap: str, topic: str, *, partitions: int) -> list[bytes]:
    """Every value of a topic, from the beginning to its end of now."""
    assigned = [TopicPartition(topic, number) for number in range(partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        consumer.assign(assigned)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(assigned)
        values: list[bytes] = []
        while any([await consumer.position(partition) < ends[partition] for partition in assigned]):
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                values += [record.value for record in records]
        return values
