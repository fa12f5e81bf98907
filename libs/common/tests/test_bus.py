"""The bus on a real Kafka: topics from their cards, publishing, following a whole topic."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import InvalidReplicationFactorError, NoError
from aiokafka.protocol.offset import OffsetRequest

from common.bus import admin
from common.bus.admin import LeadersMissing, TopicMismatch, all_topics, apply_topics
from common.bus.follow import follow
from common.bus.publish import Publisher
from common.events import Message
from common.events.topics import ACCESS, TOPICS, Topic

from .conftest import Servers


async def test_topics_are_created_once_with_the_partitions_of_their_cards(servers: Servers) -> None:
    await apply_topics(servers.kafka)
    assert await apply_topics(servers.kafka) == []
    client = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await client.start()
    described = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
    await client.close()
    assert {topic.name: described.get(topic.name) for topic in all_topics()} == {
        topic.name: topic.partitions for topic in all_topics()
    }
    assert len(all_topics()) == 2 * len(TOPICS)


async def test_topics_can_be_used_at_once(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        topic = Topic(name=f"large-{number}.v1", key="k", purpose="p", producers=(), consumers=(), partitions=300)
        monkeypatch.setattr(admin, "all_topics", lambda made=topic: (made,))
        await apply_topics(servers.kafka)
        assert await _ends(servers.kafka, topic) == [(partition, NoError.errno) for partition in range(300)]


async def _ends(bootstrap: str, topic: Topic) -> list[tuple[int, int]]:
    """Each partition and the error code with which its leader answers the first and only question."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        asked = [(partition, -1) for partition in range(topic.partitions)]
        answer = await client.send(client.get_random_node(), OffsetRequest(-1, 0, [(topic.name, asked)]))
    finally:
        await client.close()
    return sorted((partition, code) for _, partitions in answer.topics for partition, code, *_ in partitions)


async def test_leaders_that_stay_missing_are_named_after_a_while(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "LEADERS_SECONDS", 0)
    monkeypatch.setattr(
        admin,
        "all_topics",
        lambda: (Topic(name="late.v1", key="k", purpose="p", producers=(), consumers=(), partitions=1),),
    )
    with pytest.raises(LeadersMissing, match=r"after 0 s there is no leader for some partition of late\.v1"):
        await apply_topics(servers.kafka)


async def test_a_topic_with_other_partitions_is_refused(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await client.start()
    await client.create_topics([NewTopic("odd.v1", 2, 1)])
    async with asyncio.timeout(120):
        while not (await client.describe_topics(["odd.v1"]))[0]["partitions"]:
            await asyncio.sleep(0.05)
    await client.close()
    odd = Topic(name="odd.v1", key="k", purpose="p", producers=(), consumers=(), partitions=3)
    monkeypatch.setattr(admin, "all_topics", lambda: (odd,))
    with pytest.raises(TopicMismatch, match=r"odd\.v1 has 2 partitions, its card says 3"):
        await apply_topics(servers.kafka)


async def test_brokers_that_stay_missing_are_named_after_a_while(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "BROKERS_SECONDS", 1)
    monkeypatch.setattr(
        admin,
        "all_topics",
        lambda: (Topic(name="wide.v1", key="k", purpose="p", producers=(), consumers=(), partitions=1),),
    )
    with pytest.raises(InvalidReplicationFactorError, match=r"creating topic wide\.v1: .*2"):
        await apply_topics(servers.kafka, replication=2)


async def test_a_follower_sees_everything_from_the_beginning_and_then_what_comes(servers: Servers) -> None:
    await apply_topics(servers.kafka)
    mine = str(uuid4()).encode()
    seen: list[bytes | None] = []
    caught_up = asyncio.Event()

    async def handle(record: ConsumerRecord[bytes, bytes]) -> None:
        if (record.key or b"").startswith(mine):
            seen.append(record.value)

    def messages(*numbers: int) -> list[Message]:
        return [
            Message(topic=ACCESS.name, key=mine + b"%d" % number, value=b"%d" % number, headers=())
            for number in numbers
        ]

    async with Publisher(servers.kafka) as publisher:
        await publisher.publish(messages(*range(30)))
        following = asyncio.ensure_future(
            follow(ACCESS.name, bootstrap=servers.kafka, handle=handle, caught_up=caught_up)
        )
        await asyncio.wait_for(caught_up.wait(), 120)
        assert set(seen) == {b"%d" % number for number in range(30)}
        assert len(seen) == 30
        await publisher.publish(messages(30))
        async with asyncio.timeout(120):
            while b"30" not in seen:
                await asyncio.sleep(0.01)
    following.cancel()


async def test_a_topic_that_is_not_there_is_named(servers: Servers) -> None:
    async def handle(_: ConsumerRecord[bytes, bytes]) -> None:
        raise AssertionError("nothing can be read")

    with pytest.raises(RuntimeError, match=r"nowhere\.v1 does not exist; create the topics first"):
        await asyncio.wait_for(
            follow("nowhere.v1", bootstrap=servers.kafka, handle=handle, caught_up=asyncio.Event()), 60
        )
