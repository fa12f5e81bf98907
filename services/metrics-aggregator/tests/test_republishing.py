"""A partner's replay: events as they were, under the ids they had, as far as asked, and never of an erased account."""

import asyncio
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.bus.admin import create_topic
from common.bus.publish import Publisher
from common.events import ErasureRequest, ErasureV1, LifecycleChange, Message, ProfileDay, Topic, encode, header
from common.events.values import Scalar
from common.warehouse.client import connect
from metrics_aggregator.adapters.bookmarks import KafkaBookmarks
from metrics_aggregator.adapters.fact_events import ClickHouseFactEvents
from metrics_aggregator.domain.erasures import Ledger
from metrics_aggregator.domain.republishing import Wanted
from metrics_aggregator.use_cases.republishing import EVENTS_AT_ONCE, Republishing

from .commands import run_command, started
from .conftest import Rig
from .events_of import labels, lifecycle
from .snapshots import NOON, Source, read_all

SECONDS = 180
HOUR = timedelta(hours=1)


async def partner_topic(rig: Rig) -> str:
    topic = Topic(name=f"partner.{uuid4()}", key="account_id", purpose="", producers=(), consumers=(), partitions=3)
    await create_topic(rig.kafka, topic)
    return topic.name


async def collected(rig: Rig, source: Source, messages: list[Message], *, facts: Mapping[str, int]) -> None:
    """Publish and wait until that many facts are there."""
    await rig.publisher.publish(messages)
    async with asyncio.timeout(SECONDS):
        for table, number in facts.items():
            while await count(rig, table, source) < number:
                await asyncio.sleep(0.05)


async def count(rig: Rig, table: str, source: Source) -> int:
    asked = f"SELECT count() FROM {table} FINAL WHERE account_id = {{a:UUID}}"
    result = await rig.warehouse.query(asked, parameters={"a": source.account_id})
    return int(result.result_rows[0][0])


def given(value: Any) -> Any:
    """Without what is null: facts do not tell it from what was not asked for."""
    if isinstance(value, dict):
        return {name: given(part) for name, part in value.items() if part is not None}
    return [given(part) for part in value] if isinstance(value, list) else value


def told(messages: list[Message]) -> dict[str, Any]:
    return {str(header(one.headers, "ce_id")): (one.key, given(json.loads(one.value or b""))) for one in messages}


async def received(rig: Rig, topic: str) -> list[Message]:
    records = await read_all(rig.kafka, topic)
    return [Message(topic=topic, key=one.key or b"", value=one.value, headers=tuple(one.headers)) for one in records]


def everything(source: Source) -> list[Message]:
    shares: list[dict[str, Scalar]] = [{"country": "DE", "percentage": 0.75}, {"country": "FR", "percentage": 0.25}]
    awake: list[dict[str, Scalar]] = [{"hour": "7", "count": 3}]
    days = [
        ProfileDay(date=date(2026, 2, 26), values={"followers_count": 100, "likes": 0}),
        ProfileDay(date=date(2026, 2, 27), values={"followers_count": None, "audience_activity": awake}),
    ]
    return [
        source.post("a", {"likes": 1, "is_ad": False, "caption": "a “line”\nand more", "video_duration": 27.5}),
        source.post("a", {"likes": 2, "audience_countries": shares, "reach": None}, at=NOON + HOUR),
        source.post("b", {"likes": 0, "create_time": 1773126000}, at=NOON + HOUR),
        source.profile({"followers_count": 110, "username": "nordkaffee", "audience_countries": shares}, days),
        source.profile({"followers_count": 111}, [], at=NOON + HOUR),
        lifecycle(source, "a", LifecycleChange.FIRST_SEEN),
        labels(source, "a", [uuid4()], revision=1, plan_ids=[uuid4()]),
    ]


FACTS = {"post_facts": 3, "account_facts": 2, "profile_day_facts": 2, "lifecycle_facts": 1, "label_facts": 1}


def asked(source: Source, topic: str, *more: str, until: str = "2026-03-02") -> tuple[str, ...]:
    span = ("--account", str(source.account_id), "--from", "2026-03-01", "--to", until)
    return ("republish", *span, "--topic", topic, *more)


async def test_every_event_comes_as_it_was_under_the_id_it_had(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    sent = everything(source)
    await collected(rig, source, sent, facts=FACTS)
    done = await run_command(rig, *asked(source, topic))
    assert (done.status, done.lines) == (0, [f"{len(sent)} events were told again on {topic}"])
    came = await received(rig, topic)
    assert told(came) == told(sent)
    by_id = {header(one.headers, "ce_id"): one for one in sent}
    for message in came:
        first = by_id[header(message.headers, "ce_id")]
        for name in ("ce_type", "ce_source", "ce_time", "ce_subject", "ce_workspaceid"):
            assert header(message.headers, name) == header(first.headers, name)


async def test_only_the_range_is_told_and_what_is_done_is_not_done_again_unless_asked(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    sent = everything(source)
    await collected(rig, source, sent, facts=FACTS)
    early = asked(source, topic, until=(NOON + HOUR).isoformat())
    assert (await run_command(rig, *early)).lines == [f"4 events were told again on {topic}"]
    assert told(await received(rig, topic)) == told([sent[0], sent[3], sent[5], sent[6]])
    assert (await run_command(rig, *early)).lines == [f"0 events were told again on {topic}"]
    assert (await run_command(rig, *early, "--again")).lines == [f"4 events were told again on {topic}"]
    assert len(await received(rig, topic)) == 8


async def test_killed_in_the_middle_it_goes_on_and_nothing_is_missing(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    number = 12 * EVENTS_AT_ONCE
    sent = [
        source.post(f"{place % 7}", {"likes": place}, at=NOON + timedelta(seconds=place)) for place in range(number)
    ]
    await collected(rig, source, sent, facts={"post_facts": number})
    async with started(rig, *asked(source, topic, "--rate", "400")) as process, asyncio.timeout(SECONDS):
        while len(await received(rig, topic)) < 2 * EVENTS_AT_ONCE:
            await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
    before = len(await received(rig, topic))
    assert before < number
    done = await run_command(rig, *asked(source, topic, "--rate", "100000"))
    assert done.status == 0
    came = await received(rig, topic)
    assert told(came) == told(sent)
    # A portion that was told and not yet remembered comes twice, with the same ids.
    assert len(came) <= number + EVENTS_AT_ONCE
    assert int(done.lines[0].split()[0]) < number


async def test_no_more_a_second_than_was_agreed(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    sent = everything(source)
    await collected(rig, source, sent, facts=FACTS)
    wanted = Wanted(account_id=source.account_id, since=NOON, until=NOON + 2 * HOUR, topic=topic)
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    client = await connect(rig.clickhouse, database="toa")
    async with Publisher(rig.kafka) as outlet, KafkaBookmarks(rig.kafka, group="t", wanted=wanted) as bookmarks:
        facts = ClickHouseFactEvents(client)
        republishing = Republishing(
            facts=facts, bookmarks=bookmarks, outlet=outlet, ledger=Ledger(), pause=pause, per_second=0.5
        )
        assert await republishing.republish(wanted) == len(sent)
    await client.close()
    # At one event in two seconds, each portion is followed by the time that all so far take.
    assert sorted(set(waits)) == [6.0, 10.0, 12.0, 14.0]


async def test_nothing_of_an_erased_account_is_told(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    await collected(rig, source, [source.post("a", {"likes": 1})], facts={"post_facts": 1})
    request = ErasureV1(
        workspace_id=source.workspace_id, account_id=source.account_id, erased_at=NOON - HOUR, step=ErasureRequest()
    )
    await rig.publisher.publish([encode(request, service="auth-service")])
    refused = await run_command(rig, *asked(source, topic))
    assert refused.status == 2
    assert f"account {source.account_id} was erased" in refused.errors
    assert await received(rig, topic) == []


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("tiktok.post-snapshots.v1", "is one of our own topics"),
        ("toa.access.v1.dlq", "is one of our own topics"),
        ("partner.nobody", "there is no topic partner.nobody; create it"),
    ],
)
async def test_a_topic_that_is_not_the_partners_is_refused(rig: Rig, topic: str, reason: str) -> None:
    refused = await run_command(rig, *asked(Source.new(), topic))
    assert refused.status == 2
    assert reason in refused.errors


async def test_an_account_nobody_knows_and_a_rate_that_is_none_are_refused(rig: Rig) -> None:
    source, topic = Source.new(), await partner_topic(rig)
    refused = await run_command(rig, *asked(source, topic))
    assert f"there are no facts of account {source.account_id}" in refused.errors
    for rate in ("0", "-1", "inf", "nan", "fast"):
        assert (await run_command(rig, *asked(source, topic, "--rate", rate))).status == 2
