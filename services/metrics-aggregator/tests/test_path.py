"""Snapshots on the real path: numbers right, nothing lost when parts die, poison stops nothing."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import date, timedelta

from common.events import ProfileDay, RollupsUpdatedV1, decode, header, trace
from common.events.topics import POST_SNAPSHOTS, ROLLUPS_UPDATED

from .conftest import Rig
from .snapshots import NOON, Source, read_all

# Long, because the machine may be busy; nothing waits longer than it must.
SOON = timedelta(seconds=180)
CLICKHOUSE_DOWN_SECONDS = 30


async def test_the_latest_good_value_of_each_field_is_shown_whatever_the_order(rig: Rig) -> None:
    source = Source.new()
    later, last = NOON + timedelta(hours=3), NOON + timedelta(hours=6)
    await rig.publisher.publish(
        [
            source.post("a", {"likes": 12, "reach": None}, at=last),
            source.post("a", {"likes": 10, "reach": 90}, at=NOON),
            source.post("a", {"likes": 11, "reach": 95}, at=later),
        ]
    )
    await source.wait_for_likes(rig.warehouse, {"a": 12}, within=SOON)
    result = await rig.warehouse.query(
        "SELECT reach, first_observed_at, observed_at FROM post_latest FINAL WHERE account_id = {a:UUID}",
        parameters={"a": source.account_id},
    )
    ((reach, first, observed),) = result.result_rows
    assert (reach, first, observed) == (95, NOON.replace(tzinfo=first.tzinfo), last.replace(tzinfo=first.tzinfo))


async def test_the_trace_of_the_last_observation_goes_on_to_whoever_waits_for_the_rollup(rig: Rig) -> None:
    source = Source.new()
    earlier, last = (
        source.post("a", {"likes": 1}, at=NOON),
        source.post("a", {"likes": 2}, at=NOON + timedelta(hours=1)),
    )
    await rig.publisher.publish([last, earlier])
    await source.wait_for_likes(rig.warehouse, {"a": 2}, within=SOON)
    async with asyncio.timeout(SOON.total_seconds()):
        while not (told := await read_all(rig.kafka, ROLLUPS_UPDATED.name, key=str(source.account_id).encode())):
            await asyncio.sleep(0.05)
    came, went = trace.given(last.headers), trace.given(told[-1].headers)
    assert came
    assert went
    assert came[:35] == went[:35]
    assert came[35:] != went[35:]


async def test_a_profile_becomes_days_and_the_change_is_announced(rig: Rig) -> None:
    source = Source.new()
    days = [
        ProfileDay(date=date(2026, 2, 26), values={"followers_count": 100, "video_views": 7}),
        ProfileDay(date=date(2026, 2, 27), values={"followers_count": 104, "video_views": None}),
    ]
    await rig.publisher.publish([source.profile({"followers_count": 110}, days)])
    async with asyncio.timeout(SOON.total_seconds()):
        while not (told := await read_all(rig.kafka, ROLLUPS_UPDATED.name, key=str(source.account_id).encode())):
            await asyncio.sleep(0.05)
    event = decode(RollupsUpdatedV1, told[0].value)
    rows = await rig.warehouse.query(
        "SELECT day, followers, net_followers, video_views, version FROM account_day FINAL "
        "WHERE account_id = {a:UUID} ORDER BY day",
        parameters={"a": source.account_id},
    )
    shown = [row[:4] for row in rows.result_rows]
    assert shown == [
        (date(2026, 2, 26), 100, None, 7),
        (date(2026, 2, 27), 104, 4, None),
        (date(2026, 2, 28), None, None, None),
        (date(2026, 3, 1), 110, None, None),
    ]
    assert (event.rollups, event.observed_at, event.version) == (
        ("account_day", "audience_day"),
        NOON,
        rows.result_rows[0][4],
    )


async def test_a_post_has_its_growth_when_the_change_is_announced(rig: Rig) -> None:
    source = Source.new()
    created = int(NOON.timestamp())
    await rig.publisher.publish(
        [
            source.post("a", {"create_time": created, "likes": 10}, at=NOON + timedelta(hours=1)),
            source.post("a", {"likes": None}, at=NOON + timedelta(hours=25)),
            source.post("a", {"likes": 15}, at=NOON + timedelta(hours=49)),
        ]
    )
    async with asyncio.timeout(SOON.total_seconds()):
        while not (told := await _announced(rig, source)) or told[-1].observed_at < NOON + timedelta(hours=49):
            await asyncio.sleep(0.05)
    rows = await rig.warehouse.query(
        "SELECT day, likes, estimated, version FROM post_day FINAL WHERE account_id = {a:UUID} ORDER BY day",
        parameters={"a": source.account_id},
    )
    # 10 from 0 on the day of publishing; 15 - 10 = 5 over the next two days: 3 + 2.
    assert [row[:3] for row in rows.result_rows] == [
        (date(2026, 3, 1), 10, []),
        (date(2026, 3, 2), 3, ["likes"]),
        (date(2026, 3, 3), 2, ["likes"]),
    ]
    assert (told[-1].rollups, told[-1].version) == (("post_latest", "post_day"), rows.result_rows[0][3])


async def _announced(rig: Rig, source: Source) -> list[RollupsUpdatedV1]:
    records = await read_all(rig.kafka, ROLLUPS_UPDATED.name, key=str(source.account_id).encode())
    return [decode(RollupsUpdatedV1, record.value) for record in records]


async def test_poison_goes_to_the_dead_letters_with_its_reason_and_stops_nothing(rig: Rig) -> None:
    source = Source.new()
    good = [source.post(f"p{number}", {"likes": number}) for number in range(40)]
    broken = {
        "not JSON": replace(good[0], value=b'{"workspace_id": oops}'),
        "half": replace(good[0], value=(good[0].value or b"")[:50]),
        "negative": replace(good[0], value=(good[0].value or b"").replace(b'"likes":0', b'"likes":-1')),
        "no time": replace(good[0], value=(good[0].value or b"").replace(b"2026-03-01T12:00:00.000Z", b"soon")),
        "no workspace": replace(good[0], headers=()),
        "two objects": replace(good[0], value=(good[0].value or b"") + (good[1].value or b"")),
        "two with a comma": replace(good[0], value=(good[0].value or b"") + b",\n" + (good[1].value or b"")),
        "two members": replace(good[0], value=(good[0].value or b"") + b',"":' + (good[1].value or b"")),
    }
    tombstone = replace(good[0], value=None)
    await rig.publisher.publish([*good[:20], *broken.values(), tombstone, *good[20:]])
    await source.wait_for_likes(rig.warehouse, {f"p{number}": number for number in range(40)}, within=SOON)
    async with asyncio.timeout(SOON.total_seconds()):
        key = str(source.account_id).encode()
        while len(letters := await read_all(rig.kafka, POST_SNAPSHOTS.dead_letters.name, key=key)) < len(broken):
            await asyncio.sleep(0.05)
    assert {letter.value for letter in letters} == {message.value for message in broken.values()}
    for letter in letters:
        assert header(letter.headers, "toa_source_topic") == POST_SNAPSHOTS.name
        assert header(letter.headers, "toa_error_code") in {"envelope", "contract", "117", "469"}
        assert header(letter.headers, "toa_error")


async def test_clickhouse_down_for_half_a_minute_loses_nothing(rig: Rig) -> None:
    source, pid = Source.new(), rig.supervisor.pids["metrics-aggregator"]
    os.kill(rig.supervisor.pids["clickhouse"], signal.SIGKILL)
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0
    while loop.time() < began + CLICKHOUSE_DOWN_SECONDS:
        await rig.publisher.publish([source.post(f"p{sent + n}", {"likes": sent + n}) for n in range(50)])
        sent += 50
        await asyncio.sleep(0.5)
    await rig.supervisor.restart("clickhouse")
    await source.wait_for_likes(rig.warehouse, {f"p{n}": n for n in range(sent)}, within=SOON)
    assert rig.supervisor.pids["metrics-aggregator"] == pid
    os.kill(pid, 0)


async def test_a_kill_in_mid_batch_loses_nothing(rig: Rig) -> None:
    source, sent = Source.new(), 0
    for _ in range(3):
        await rig.publisher.publish([source.post(f"p{sent + n}", {"likes": sent + n}) for n in range(3000)])
        sent += 3000
        async with asyncio.timeout(SOON.total_seconds()):
            while not 0 < len(await source.likes(rig.warehouse)) < sent:
                await asyncio.sleep(0.005)
        os.kill(rig.supervisor.pids["metrics-aggregator"], signal.SIGKILL)
        await rig.supervisor.restart("metrics-aggregator")
    await source.wait_for_likes(rig.warehouse, {f"p{n}": n for n in range(sent)}, within=SOON)
