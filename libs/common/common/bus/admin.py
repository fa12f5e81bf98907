"""Creating the topics from their cards, and holding existing ones against them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import InvalidReplicationFactorError, KafkaError, TopicAlreadyExistsError, for_code

from common.events.topics import TOPICS, Topic

# Electing leaders for some hundred partitions takes a broker a second; where its machine is short of time, a minute.
LEADERS_SECONDS = 180
# How long a cluster may lack brokers before that is taken for its size, and how long between two tries.
BROKERS_SECONDS = 30
PAUSE_SECONDS = 0.25


class LeadersMissing(RuntimeError):
    """Topics are there, but after a while some of their partitions could still not be used."""


class TopicMismatch(RuntimeError):
    """A topic exists with another number of partitions; keys would move, so nothing is changed."""


def all_topics() -> tuple[Topic, ...]:
    """Every topic of the product and the dead-letter topic of each."""
    return (*TOPICS, *(topic.dead_letters for topic in TOPICS))


async def apply_topics(bootstrap: str, *, replication: int = 1) -> list[str]:
    """Create the topics that are missing and return their names. Running it again changes nothing.

    Returns once the leader of every partition of every topic answers; `LeadersMissing` where that takes too long.
    """
    async with _connected(bootstrap) as admin:
        existing = await _partition_counts(admin)
        _refuse_mismatches(existing)
        missing = [topic for topic in all_topics() if topic.name not in existing]
        await _accepted(admin, missing, replication)
        await _led(admin, bootstrap, all_topics())
        return [topic.name for topic in missing]


async def create_topic(bootstrap: str, topic: Topic) -> None:
    """Create `topic` on a single broker, unless it is there, and wait until it can be used."""
    async with _connected(bootstrap) as admin:
        await _accepted(admin, [topic], 1)
        await _led(admin, bootstrap, [topic])


@contextlib.asynccontextmanager
async def _connected(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _without_leader(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[str]:
    """Those of `topics` that a client could not use yet: created, but some partition has no leader."""
    described = await admin.describe_topics([topic.name for topic in topics]) if topics else []
    led = {topic["topic"]: sum(partition["leader"] >= 0 for partition in topic["partitions"]) for topic in described}
    return [topic.name for topic in topics if led.get(topic.name, 0) < topic.partitions]


async def _partition_counts(admin: AIOKafkaAdminClient) -> dict[str, int]:
    described = await admin.describe_topics()
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


def _refuse_mismatches(existing: dict[str, int]) -> None:
    for topic in all_topics():
        partitions = existing.get(topic.name, topic.partitions)
        if partitions != topic.partitions:
            raise TopicMismatch(f"topic {topic.name} has {partitions} partitions, its card says {topic.partitions}")


async def _led(admin: AIOKafkaAdminClient, bootstrap: str, topics: Sequence[Topic]) -> None:
    """Wait until every partition of `topics` has a leader, and that leader answers."""
    lacking = [topic.name for topic in topics]
    try:
        async with asyncio.timeout(LEADERS_SECONDS):
            while lacking := await _without_leader(admin, topics):
                await asyncio.sleep(0.05)
            await _answered(bootstrap, topics)
    except TimeoutError as error:
        lack = (
            f"no leader for some partition of {', '.join(lacking)}"
            if lacking
            else "no answer from some partition's leader"
        )
        raise LeadersMissing(f"Kafka at {bootstrap}: after {LEADERS_SECONDS} s there is {lack}") from error


async def _answered(bootstrap: str, topics: Sequence[Topic]) -> None:
    """Ask each partition's leader how far it is: a broker that is named as leader may not know it yet, and refuse."""
    partitions = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, request_timeout_ms=1000 * LEADERS_SECONDS
    )
    await consumer.start()
    try:
        await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()


async def _accepted(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> None:
    deadline = asyncio.get_running_loop().time() + BROKERS_SECONDS
    while topics and (refused := await _refused(admin, topics, replication)):
        error = next(iter(refused.values()))
        # What a controller answers too while it misses its brokers' heartbeats, as on a machine that is short of time.
        scarce = all(isinstance(each, InvalidReplicationFactorError) or each.retriable for each in refused.values())
        if not scarce or asyncio.get_running_loop().time() > deadline:
            raise error
        await asyncio.sleep(PAUSE_SECONDS)
        topics = [topic for topic in topics if topic.name in refused]


async def _refused(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> dict[str, KafkaError]:
    """Ask for `topics`, and return why for each that is not there afterwards."""
    answer = await admin.create_topics([_new_topic(topic, replication) for topic in topics], timeout_ms=60_000)
    fine = (0, TopicAlreadyExistsError.errno)
    return {
        name: for_code(code)(f"creating topic {name}: {rest[0] if rest else ''}")
        for name, code, *rest in answer.topic_errors
        if code not in fine
    }


def _new_topic(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replication,
        topic_configs={
            "cleanup.policy": topic.cleanup.value,
            "retention.ms": str(topic.retention_ms),
            # Kafka refuses record times far from its own; a simulated clock must not meet that.
            "message.timestamp.type": "LogAppendTime",
        },
    )
