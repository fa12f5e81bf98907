"""Two versions side by side: what an older ingestor wrote and what a newer one writes, taken in by this aggregator.

An older one's events are those of every release (`contracts/released`). A newer one's are the same with what a minor
version may add: optional fields at every level, and words nobody knows where the contract has a text.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from common.events import Event, Message, decode, encode
from common.events.contracts import EVENTS, folder_of
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from metrics_aggregator.use_cases.pipeline import ROUTES

from .conftest import Rig
from .snapshots import read_all

RELEASED = Path(__file__).parents[3] / "contracts" / "released"
SECONDS = 180
FACTS = {
    "tiktok.post-snapshots.v1": "post_facts",
    "tiktok.profile-snapshots.v1": "account_facts",
    "tiktok.post-lifecycle.v1": "lifecycle_facts",
    "tiktok.post-labels.v1": "label_facts",
    "tiktok.accounts.v1": "connection_facts",
    "tiktok.collection-status.v1": "collection_facts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The values of one release for one topic, as they were written."""

    release: str
    event: type[Event]
    values: tuple[dict[str, Any], ...]

    @property
    def topic(self) -> str:
        return self.event.topic.name


def cases() -> Iterator[Case]:
    for release in sorted(path for path in RELEASED.iterdir()):
        for event in EVENTS:
            folder = release / "examples" / folder_of(event.topic)
            if event.topic.name in ROUTES and folder.exists():
                values = tuple(json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))
                yield Case(release=release.name, event=event, values=values)


def as_it_is(value: dict[str, Any]) -> dict[str, Any]:
    return value


def newer(value: dict[str, Any]) -> dict[str, Any]:
    """As the next minor version might write it."""
    added = {**value, "heard_through": "webhook", "lists": {"inner": [1, None, "x"]}}
    for name in ("values", "profile"):
        if name in added:
            added[name] = {**added[name], "story_replies": 3, "audience_pets": [{"pet": "cat", "percentage": 0.5}]}
    if "days" in added:
        added["days"] = [{**day, "note": None, "values": {**day["values"], "rewatches": 7}} for day in added["days"]]
    for name, text in (("field_set", "another.v2"), ("why", "moved to another channel"), ("reason", "a new reason")):
        if name in added:
            added[name] = text
    if "scopes" in added:
        added["scopes"] = [*added["scopes"], "a.new.scope"]
    return added


def message(event: type[Event], value: dict[str, Any]) -> Message:
    """The bytes as that version writes them; key and headers are the same in all of a contract."""
    raw = json.dumps(value).encode()
    return replace(encode(decode(event, raw), service=event.topic.producers[0]), value=raw)


ALL = list(cases())


def test_every_topic_the_aggregator_reads_is_in_the_last_release() -> None:
    last = ALL[-1].release
    assert {case.topic for case in ALL if case.release == last} == set(ROUTES) == set(FACTS)


@pytest.mark.parametrize("change", [as_it_is, newer])
@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.release}-{case.topic}")
async def test_nothing_is_lost_between_two_versions(
    rig: Rig, case: Case, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    account, workspace = str(uuid4()), str(uuid4())
    values = [change({**value, "account_id": account, "workspace_id": workspace}) for value in case.values]
    messages = [message(case.event, value) for value in values]
    await rig.publisher.publish(messages)
    rows = await facts(rig, FACTS[case.topic], account, number=len(values))
    assert len(rows) == len(values)
    assert [letter for one in {m.key for m in messages} for letter in await letters(rig, case.topic, one)] == []
    if case.topic == POST_SNAPSHOTS.name:
        expect_values(rows, values, "values")
    if case.topic == PROFILE_SNAPSHOTS.name:
        expect_values(rows, values, "profile")
        number = sum(len(value["days"]) for value in values)
        assert len(await facts(rig, "profile_day_facts", account, number=number)) == number


def expect_values(rows: list[dict[str, Any]], values: list[dict[str, Any]], name: str) -> None:
    """Every figure that this version has a column for is there as it was written."""
    by_moment = {(row["ms"], row.get("post_id")): row for row in rows}
    compared = 0
    for value in values:
        row = by_moment[ms(value["observed_at"]), value.get("post_id")]
        assert row["extra"] == value["extra"]
        assert row["dropped_fields"] == value["dropped_fields"]
        for field, figure in value[name].items():
            if field in row and not isinstance(figure, list):
                assert row[field] == figure, field
                compared += 1
    assert compared > 10


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def facts(rig: Rig, table: str, account: str, *, number: int) -> list[dict[str, Any]]:
    """The account's facts, once there are so many."""
    moment = {"label_facts": "observed_at", "connection_facts": "changed_at", "collection_facts": "since"}
    name = moment.get(table, "observed_at")
    statement = (
        f"SELECT *, toUnixTimestamp64Milli({name}) AS ms FROM {table} FINAL WHERE account_id = {{a:UUID}} ORDER BY ms"
    )
    async with asyncio.timeout(SECONDS):
        while True:
            result = await rig.warehouse.query(statement, parameters={"a": account})
            if len(rows := list(result.named_results())) >= number:
                return rows
            await asyncio.sleep(0.1)


async def letters(rig: Rig, topic: str, key: bytes) -> list[object]:
    return [record.value for record in await read_all(rig.kafka, f"{topic}.dlq", key=key)]
