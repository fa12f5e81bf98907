"""The embedded Kafka: topics of our size, compression, restarts on other ports, kill -9."""

import time
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from embedded import kafka_node, ports

from .kafka_kills import PARTITIONS, TOPIC, create_topics, read_all, survive_kills
from .servers import KafkaServer, ended_with_line

# The size of the whole product: snapshot, lifecycle and rollup topics 48, the others 12.
TOPICS = [*((f"wide-{n}", 48) for n in range(4)), *((f"narrow-{n}", 12) for n in range(9))]

# What a laptop can spare for it; measured 180 MB.
LARGEST_BYTES = 260_000_000


async def test_all_our_topics_fit_and_carry_compressed_messages(kafka_server: KafkaServer) -> None:
    await create_topics(kafka_server.bootstrap, *(NewTopic(name, partitions, 1) for name, partitions in TOPICS))
    async with AIOKafkaProducer(
        bootstrap_servers=kafka_server.bootstrap, compression_type="lz4", acks="all", enable_idempotence=True
    ) as producer:
        for partition in range(48):
            await producer.send("wide-0", b"%d" % partition + b" " * 500, partition=partition)
    values = await read_all(kafka_server.bootstrap, "wide-0", partitions=48)
    assert sorted(int(value) for value in values) == list(range(48))
    assert psutil.Process(kafka_server.pid).memory_info().rss < LARGEST_BYTES


async def test_a_message_gets_kafkas_time_whatever_its_sender_says(kafka_server: KafkaServer) -> None:
    await create_topics(kafka_server.bootstrap, NewTopic("timed", 1, 1))
    before = time.time() * 1000
    async with AIOKafkaProducer(bootstrap_servers=kafka_server.bootstrap) as producer:
        # A simulated clock may be years away, which Kafka would refuse.
        sent = await producer.send_and_wait("timed", b"x", timestamp_ms=1)
    assert before - 1_000 <= sent.timestamp <= time.time() * 1000 + 1_000


async def test_a_group_reads_on_where_it_committed(kafka_server: KafkaServer) -> None:
    await create_topics(kafka_server.bootstrap, NewTopic("grouped", 2, 1))
    async with AIOKafkaProducer(bootstrap_servers=kafka_server.bootstrap) as producer:
        for number in range(10):
            await producer.send_and_wait("grouped", b"%d" % number, partition=0)
    seen = []
    for _ in range(2):
        async with AIOKafkaConsumer(
            "grouped",
            bootstrap_servers=kafka_server.bootstrap,
            group_id="readers",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        ) as consumer:
            for _ in range(5):
                seen.append(int((await consumer.getone()).value))
            await consumer.commit()
    assert seen == list(range(10))


async def test_no_topic_comes_into_being_by_being_written_to(kafka_server: KafkaServer) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka_server.bootstrap, request_timeout_ms=1_000) as producer:
        with pytest.raises(UnknownTopicOrPartitionError):
            await producer.send_and_wait("never-created", b"x")


async def test_kill_9_while_producing_loses_and_doubles_nothing_and_the_ports_may_change(tmp_path: Path) -> None:
    with KafkaServer(tmp_path / "kafka") as server:
        await server.start()
        acknowledged = await survive_kills(server, rounds=2)
        await _expect_one_clear_line(server)
        assert server.stop() == 143  # the JVM's status after SIGTERM
        first_address = server.bootstrap
        await server.start(move=True)
        assert server.bootstrap != first_address
        assert len(await read_all(server.bootstrap, TOPIC, partitions=PARTITIONS)) == acknowledged


async def _expect_one_clear_line(server: KafkaServer) -> None:
    """For a second process on the same folder."""
    chosen = {name: str(port) for name, port in ports.choose({"kafka": 0, "controller": 0}).items()}
    status, said = await ended_with_line(
        *("embedded.kafka", "--data", str(server.folder), "--port", chosen["kafka"]),
        *("--controller-port", chosen["controller"]),
    )
    assert (status, len(said)) == (1, 1)
    assert f"kafka is running already on {server.folder}" in said[0]


def test_an_interrupted_formatting_is_completed(tmp_path: Path) -> None:
    node = kafka_node.Node(folder=tmp_path, port=1, controller_port=2)
    kafka_node.prepare(node)
    formatted = (node.log_folder / "meta.properties").read_text()
    (node.log_folder / "meta.properties").unlink()
    kafka_node.prepare(node)
    assert "cluster.id=" + (tmp_path / "cluster-id").read_text() in formatted
    assert "cluster.id=" + (tmp_path / "cluster-id").read_text() in (node.log_folder / "meta.properties").read_text()
