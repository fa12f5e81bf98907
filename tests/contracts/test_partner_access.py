"""A partner on a Kafka that asks for an account: with theirs they read what they may, and without it nobody reads.

What they may is the example for Strimzi, applied as its operator would.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from common.bus.admin import create_topic
from common.bus.publish import Publisher
from common.events import decode, encode
from common.events.topics import ERASURES, POST_LIFECYCLE, POST_SNAPSHOTS
from embedded import readiness

from .conftest import ROOT, examples
from .scram_kafka import USERS, SecuredKafka, secured_kafka

CONSUMER = ROOT / "examples" / "partner-consumer" / "consumer.py"
KAFKA_USER = ROOT / "deploy" / "k8s" / "components" / "strimzi" / "partner-kafkauser.yaml"
SECONDS = 120
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefix": ResourcePatternType.PREFIXED}


def acls() -> Iterator[AclBinding]:
    user: dict[str, Any] = next(iter(yaml.safe_load_all(KAFKA_USER.read_text())))
    for acl in user["spec"]["authorization"]["acls"]:
        for operation in acl["operations"]:
            resource = acl["resource"]
            yield AclBinding(
                ResourceType[resource["type"].upper()],
                resource["name"],
                PATTERNS[resource["patternType"]],
                f"User:{user['metadata']['name']}",
                "*",
                AclOperation[operation.upper()],
                AclPermissionType.ALLOW,
            )


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredKafka]:
    """With the examples of two topics, of which the partner may read one."""
    with secured_kafka(tmp_path_factory.mktemp("secured") / "kafka") as kafka:
        await readiness.kafka(kafka.plain)
        for topic in (POST_SNAPSHOTS, POST_LIFECYCLE, ERASURES):
            await create_topic(kafka.plain, topic)
        # Named, because what is forgotten answers no more.
        admin = AdminClient({"bootstrap.servers": kafka.plain})
        for done in admin.create_acls(list(acls())).values():
            await asyncio.to_thread(done.result, SECONDS)
        async with Publisher(kafka.plain) as publisher:
            await publisher.publish(
                encode(decode(event, path.read_bytes()), service="ingestor")
                for event, path in examples()
                if event.topic in (POST_SNAPSHOTS, POST_LIFECYCLE)
            )
        yield kafka


@pytest.fixture
def settings(secured: SecuredKafka, tmp_path: Path) -> dict[str, str]:
    password = tmp_path / "password"
    password.write_text(USERS["acme"] + "\n")
    return {
        "KAFKA_BOOTSTRAP": secured.secure,
        "KAFKA_USERNAME": "acme",
        "KAFKA_PASSWORD_FILE": str(password),
        "KAFKA_CA_FILE": str(secured.authority),
        "KAFKA_GROUP": "acme.archive",
        "KAFKA_TOPICS": "tiktok.post-snapshots.v1,toa.erasures.v1",
        "DATABASE": str(tmp_path / "events.sqlite"),
    }


def events(database: str) -> list[str]:
    if not Path(database).exists():
        return []
    with closing(sqlite3.connect(database)) as opened:
        try:
            return [str(row[0]) for row in opened.execute("SELECT type FROM events")]
        except sqlite3.OperationalError:
            # Not yet made.
            return []


def consumer(settings: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen([sys.executable, str(CONSUMER)], env={**os.environ, **settings}, stderr=output)


async def test_with_its_account_over_tls_the_partner_reads(settings: dict[str, str], tmp_path: Path) -> None:
    process = consumer(settings, tmp_path / "log")
    try:
        async with asyncio.timeout(SECONDS):
            while len(events(settings["DATABASE"])) < 4:
                assert process.poll() is None, (tmp_path / "log").read_text()
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        process.wait(SECONDS)
    assert set(events(settings["DATABASE"])) == {"tiktok.post-snapshots.v1"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"KAFKA_USERNAME": "nobody"}, "Authentication"),
        ({"KAFKA_CA_FILE": ""}, "CERTIFICATE_VERIFY_FAILED"),
        ({"KAFKA_TOPICS": "tiktok.post-lifecycle.v1"}, "TopicAuthorizationFailed"),
        ({"KAFKA_GROUP": "somebody.else"}, "GroupAuthorizationFailed"),
    ],
)
async def test_whatever_is_not_theirs_is_refused_and_the_consumer_says_so(
    settings: dict[str, str], tmp_path: Path, wrong: dict[str, str], reason: str
) -> None:
    given = {name: text for name, text in {**settings, **wrong}.items() if text}
    process = consumer(given, tmp_path / "log")
    try:
        status = await asyncio.to_thread(process.wait, SECONDS)
    finally:
        process.kill()
    assert status != 0
    assert reason in (tmp_path / "log").read_text()
    assert events(settings["DATABASE"]) == []
