"""Records taken in as the pipeline takes them: what became facts, and what became dead letters and why."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.events import Message
from common.events.dead_letter import Record
from common.events.topics import (
    ACCOUNTS,
    COLLECTION_STATUS,
    POST_LABELS,
    POST_LIFECYCLE,
    POST_SNAPSHOTS,
    PROFILE_SNAPSHOTS,
)
from common.runtime.clock import WallClock
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.contracts import StrictContracts
from metrics_aggregator.adapters.metrics import Metrics
from metrics_aggregator.adapters.retrying import EndlessRetry
from metrics_aggregator.adapters.shards import ShardedWarehouse
from metrics_aggregator.use_cases.pipeline import ROUTES, Pipeline

WORKSPACE = "01900000-0000-7000-8000-00000000000a"
ACCOUNT = "01900000-0000-7000-8000-00000000000b"
MOMENT = "2026-03-01T12:00:00.000Z"
IDS = f'"workspace_id":"{WORKSPACE}","account_id":"{ACCOUNT}"'

# Table of facts, and the topic its facts come by.
TOPICS: Mapping[str, str] = {
    "post_facts": POST_SNAPSHOTS.name,
    "traffic_facts": POST_SNAPSHOTS.name,
    "account_facts": PROFILE_SNAPSHOTS.name,
    "audience_facts": PROFILE_SNAPSHOTS.name,
    "profile_day_facts": PROFILE_SNAPSHOTS.name,
    "lifecycle_facts": POST_LIFECYCLE.name,
    "label_facts": POST_LABELS.name,
    "connection_facts": ACCOUNTS.name,
    "collection_facts": COLLECTION_STATUS.name,
}

Sent = tuple[str, bytes | None]
"""The table of facts that is meant, and the value of the record."""
Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outlet:
    """Keeps what would go to Kafka."""

    messages: list[Message] = field(default_factory=list)

    async def publish(self, messages: Sequence[Message]) -> None:
        self.messages.extend(messages)


@dataclass(frozen=True, slots=True)
class Outcome:
    facts: Sequence[Fact]
    letters: Sequence[Mapping[str, str]]

    def kept(self) -> Fact:
        assert self.letters == ()
        (fact,) = self.facts
        return fact

    def expect_refused(self, reason: str) -> None:
        assert self.facts == ()
        (letter,) = self.letters
        assert re.search(reason, letter["toa_error"]), letter["toa_error"]
        assert letter["toa_error_code"] in {"contract", "envelope", "117", "376", "469"}


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything sent in one batch per topic, so that whatever is refused stands beside what is kept. Each record is of
    an account of its own."""

    facts: Mapping[tuple[str, str], Sequence[Fact]]
    letters: Mapping[str, Sequence[Mapping[str, str]]]

    def of(self, place: str, sent: bytes | None) -> Outcome:
        account = account_of(place, sent)
        return Outcome(self.facts.get((place, account), ()), self.letters.get(account, ()))

    def count(self, place: str) -> int:
        return sum(len(rows) for (table, _), rows in self.facts.items() if table == place)


async def taken_in(client: AsyncClient, sent: Iterable[Sent]) -> Intake:
    outlet, metrics, sent = Outlet(), Metrics(), list(sent)
    records = [record(*one) for one in sent]
    pipeline = Pipeline(
        contracts=StrictContracts(),
        warehouse=ShardedWarehouse([ClickHouseWarehouse(client)]),
        outlet=outlet,
        retry=EndlessRetry(metrics),
        wall_clock=WallClock(),
        observer=metrics,
    )
    for topic in sorted({one.topic for one in records}):
        batch = pipeline.sort(topic, [one for one in records if one.topic == topic])
        await pipeline.write(topic, [batch])
    return Intake(await _facts(client, {account_of(*one) for one in sent}), _letters(outlet.messages))


async def _facts(client: AsyncClient, accounts: Collection[str]) -> Mapping[tuple[str, str], Sequence[Fact]]:
    found = defaultdict(list)
    for table in TOPICS:
        for row in (await client.query(f"SELECT * FROM {table}", tz_mode="aware")).named_results():
            if (account := str(row["account_id"])) in accounts:
                found[table, account].append(row)
    return found


def _letters(messages: Sequence[Message]) -> Mapping[str, Sequence[Mapping[str, str]]]:
    letters = defaultdict(list)
    for message in messages:
        if message.topic.endswith(".dlq"):
            account, _, _ = message.key.decode().partition(":")
            letters[account].append({name: text.decode() for name, text in message.headers})
    return letters


def account_of(place: str, sent: bytes | None) -> str:
    return str(uuid5(UUID(WORKSPACE), f"{place} {sent!r}"))


def record(place: str, sent: bytes | None) -> Record:
    """Its post, where it speaks of one, is `p`."""
    account, topic = account_of(place, sent), TOPICS[place]
    route = ROUTES[topic]
    headers = {"ce_workspaceid": WORKSPACE, "ce_time": MOMENT, **({"ce_subject": "p"} if route.of_posts else {})}
    return Record(
        topic=topic,
        partition=0,
        offset=0,
        key=f"{account}:p".encode() if route.keyed_by_post else account.encode(),
        value=None if sent is None else sent.replace(ACCOUNT.encode(), account.encode()),
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )


def short(value: object) -> str:
    """The name of a trap's test."""
    text = str(value)
    return text if len(text) < 60 else f"{text[:20]}…{text[-30:]}"
