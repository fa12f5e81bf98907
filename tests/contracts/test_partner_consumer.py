"""The partner's example consumer on a real Kafka: killed in the middle, nothing is lost and nothing is there twice."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from common.bus.publish import Publisher
from common.events import ErasureRequest, ErasureV1, Message, PostSnapshotV1, encode

from .conftest import ROOT

CONSUMER = ROOT / "examples" / "partner-consumer" / "consumer.py"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = 120
KILLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A consumer's settings and where it writes."""

    environment: dict[str, str]
    database: Path

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([sys.executable, str(CONSUMER)], env={**os.environ, **self.environment})
        try:
            yield process
        finally:
            process.kill()
            process.wait(SECONDS)

    def ids(self) -> list[str]:
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(self.database)) as database:
            try:
                return [str(row[0]) for row in database.execute("SELECT id FROM events")]
            except sqlite3.OperationalError:
                # Not yet made.
                return []

    async def has(self, number: int) -> None:
        async with asyncio.timeout(SECONDS):
            while len(self.ids()) < number:
                await asyncio.sleep(0.02)


@pytest.fixture
def partner(servers: str, tmp_path: Path) -> Partner:
    settings = {
        "KAFKA_BOOTSTRAP": servers,
        "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
        "KAFKA_TOPICS": "tiktok.post-snapshots.v1,toa.erasures.v1",
        "KAFKA_GROUP": f"partner-{uuid4()}",
        "DATABASE": str(tmp_path / "events.sqlite"),
    }
    return Partner(environment=settings, database=tmp_path / "events.sqlite")


@pytest.fixture
async def publisher(servers: str) -> AsyncIterator[Publisher]:
    async with Publisher(servers) as started:
        yield started


def snapshots(number: int, *, account: str) -> list[Message]:
    return [
        encode(
            PostSnapshotV1.model_validate(
                {
                    "workspace_id": account,
                    "account_id": account,
                    "observed_at": NOON + timedelta(seconds=place),
                    "recorded_at": NOON,
                    "field_set": "post_full.v1",
                    "post_id": "7389",
                    "values": {"likes": place},
                }
            ),
            service="ingestor",
        )
        for place in range(number)
    ]


def ids_of(messages: list[Message]) -> set[str]:
    return {dict(message.headers)["ce_id"].decode() for message in messages}


async def test_killed_in_the_middle_again_and_again_it_has_each_event_once(
    partner: Partner, publisher: Publisher
) -> None:
    sent = snapshots(6_000, account=str(uuid4()))
    await publisher.publish(sent)
    for kill in range(KILLS):
        with partner.running() as process:
            await partner.has(1 + 500 * kill)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(SECONDS)
    with partner.running():
        # What was sent twice is a repeat, as after a lost acknowledgement.
        await publisher.publish(sent[:1_000])
        await partner.has(len(ids_of(sent)))
        found = partner.ids()
    assert ids_of(sent) <= set(found)
    assert len(found) == len(set(found))


async def test_it_stops_when_asked_and_an_erasure_takes_what_was_observed_until_then(
    partner: Partner, publisher: Publisher
) -> None:
    account = str(uuid4())
    sent = snapshots(10, account=account)
    with partner.running() as process:
        await publisher.publish(sent)
        async with asyncio.timeout(SECONDS):
            while not ids_of(sent) <= set(partner.ids()):
                await asyncio.sleep(0.02)
        request = ErasureV1.model_validate(
            {
                "workspace_id": account,
                "account_id": account,
                "erased_at": NOON + timedelta(seconds=5),
                "step": ErasureRequest(),
            }
        )
        await publisher.publish([encode(request, service="auth-service")])
        async with asyncio.timeout(SECONDS):
            while ids_of(sent[:6]) & set(partner.ids()):
                await asyncio.sleep(0.02)
        # Told again, as by a replay: it stays away.
        await publisher.publish([*sent, *snapshots(11, account=account)[10:]])
        async with asyncio.timeout(SECONDS):
            while not ids_of(snapshots(11, account=account)[10:]) <= set(partner.ids()):
                await asyncio.sleep(0.02)
        assert ids_of(sent) & set(partner.ids()) == ids_of(sent[6:])
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, SECONDS) == 0
