"""What our producer puts on a real Kafka is CloudEvents in binary mode for other people's readers: the CloudEvents SDK,
librdkafka, and kcat, by the command line that the guide shows."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Consumer
from confluent_kafka import Message as Record

from common.bus.publish import Publisher
from common.events import decode, encode, trace
from common.events.envelope import Message

from .conftest import ROOT, examples

GUIDE = ROOT / "docs" / "how-to" / "consume-events.md"
SECONDS = 60


@pytest.fixture(scope="module")
async def published(servers: str) -> dict[tuple[str, str], Message]:
    """All examples on Kafka, by topic and id."""
    messages = [
        encode(decode(event, path.read_bytes()), service=event.topic.producers[0]) for event, path in examples()
    ]
    async with Publisher(servers) as publisher:
        await publisher.publish(messages)
    return {(message.topic, dict(message.headers)["ce_id"].decode()): message for message in messages}


def read_all(kafka: str, topics: set[str]) -> Iterator[Record]:
    """To the end of every partition, with librdkafka."""
    settings = {
        "bootstrap.servers": kafka,
        "group.id": str(uuid4()),
        "auto.offset.reset": "earliest",
        "enable.partition.eof": True,
    }
    consumer = Consumer(settings)
    consumer.subscribe(sorted(topics))
    described = consumer.list_topics(timeout=SECONDS).topics
    ends = sum(len(described[topic].partitions) for topic in topics)
    while ends:
        record = consumer.poll(SECONDS)
        assert record is not None, "Kafka did not answer"
        if record.error():
            ends -= 1
        else:
            yield record
    consumer.close()


def as_message(record: Record) -> KafkaMessage:
    key, value, headers = record.key(), record.value(), dict(record.headers() or ())
    assert isinstance(key, bytes)
    assert isinstance(value, bytes)
    return KafkaMessage(
        headers={name: said for name, said in headers.items() if isinstance(said, bytes)}, key=key, value=value
    )


def test_the_sdk_reads_every_event_that_librdkafka_brings(
    servers: str, published: dict[tuple[str, str], Message]
) -> None:
    read: dict[tuple[str, str], Any] = {}
    for record in read_all(servers, {topic for topic, _ in published}):
        message = as_message(record)
        event = from_binary(message, JSONFormat())
        read[str(record.topic()), event.get_id()] = event
        assert event.get_specversion() == "1.0"
        assert event.get_type() == record.topic()
        assert event.get_source().startswith("/toa/")
        assert event.get_datacontenttype() == "application/json"
        assert event.get_time() is not None
        assert event.get_extension("partitionkey") == (record.key() or b"").decode()
        assert trace.given(list(message.headers.items()))
    assert set(published) <= set(read)
    for place, sent in published.items():
        assert read[place].get_data() == json.loads(sent.value or b"")
        workspace = dict(sent.headers).get("ce_workspaceid", b"").decode() or None
        assert read[place].get_extension("workspaceid") == workspace


def recipe() -> list[str]:
    """The guide's command line for kcat, in words."""
    found = re.search(r"^kcat -C .*?[^\\]$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, "the guide has no kcat recipe"
    return found[0].replace("\\\n", " ").split()


def test_the_guides_kcat_recipe_is_one_that_kcat_takes(servers: str, published: dict[tuple[str, str], Message]) -> None:
    line = recipe()
    assert line[:3] == ["kcat", "-C", "-b"]
    if shutil.which("kcat") is None:
        # Nothing to run: librdkafka, which kcat is a command line of, has read the same above.
        return
    topic = "tiktok.post-snapshots.v1"
    words = [servers if word == "$KAFKA_BOOTSTRAP" else word for word in without_security(line)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=True)
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    ids = {dict(zip(row["headers"][::2], row["headers"][1::2], strict=True))["ce_id"] for row in rows}
    assert {event_id for name, event_id in published if name == topic} <= ids
    assert all(json.loads(row["payload"])["post_id"] for row in rows)


def without_security(words: list[str]) -> list[str]:
    """The laptop's Kafka has no accounts: the recipe's `-F` with them goes."""
    place = words.index("-F")
    return [*words[:place], *words[place + 2 :]]
