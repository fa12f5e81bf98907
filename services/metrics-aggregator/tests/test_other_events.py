"""Lifecycle, labels, connections and collection states on the real path: facts, what follows from them, poison."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from common.events import CollectionState, LifecycleChange, Message, RollupsUpdatedV1, decode, header
from common.events.topics import ROLLUPS_UPDATED

from .commands import run_command
from .conftest import Rig
from .events_of import collection, connection, labels, lifecycle
from .snapshots import NOON, Source, read_all

SOON = timedelta(seconds=180)
GONE, BACK, FIRST = LifecycleChange.GONE, LifecycleChange.BACK, LifecycleChange.FIRST_SEEN
HOUR = timedelta(hours=1)


async def rows(rig: Rig, source: Source, sql: str) -> list[tuple[object, ...]]:
    result = await rig.warehouse.query(sql, parameters={"a": source.account_id})
    return [tuple(aware(cell) for cell in row) for row in result.result_rows]


def aware(cell: object) -> object:
    return cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell


async def wait_for_rows(rig: Rig, source: Source, sql: str, expected: Sequence[tuple[object, ...]]) -> None:
    found: list[tuple[object, ...]] = []
    try:
        async with asyncio.timeout(SOON.total_seconds()):
            while (found := await rows(rig, source, sql)) != list(expected):
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert found == list(expected)


async def wait_until_told(rig: Rig, source: Source, tables: tuple[str, ...]) -> RollupsUpdatedV1:
    key = str(source.account_id).encode()
    async with asyncio.timeout(SOON.total_seconds()):
        while True:
            records = await read_all(rig.kafka, ROLLUPS_UPDATED.name, key=key)
            for told in (decode(RollupsUpdatedV1, record.value) for record in records):
                if told.rollups == tables:
                    return told
            await asyncio.sleep(0.05)


async def test_a_post_is_gone_since_its_last_lifecycle_event_says_so(rig: Rig) -> None:
    source = Source.new()
    posts = {
        "never gone": [(FIRST, NOON)],
        "gone": [(FIRST, NOON), (GONE, NOON + 2 * HOUR)],
        "back": [(GONE, NOON), (BACK, NOON + 2 * HOUR)],
        "gone again": [(GONE, NOON), (BACK, NOON + HOUR), (GONE, NOON + 3 * HOUR)],
        "nothing said": [],
    }
    said = [lifecycle(source, post, change, at=at) for post, events in posts.items() for change, at in events]
    # The wrong way round, and before the posts themselves; of one post without a snapshot nothing is shown.
    await rig.publisher.publish([*reversed(said), lifecycle(source, "no snapshot", GONE)])
    await rig.publisher.publish([source.post(post, {"likes": 1}) for post in posts])
    await wait_for_rows(
        rig,
        source,
        "SELECT post_id, gone_at FROM post_latest FINAL WHERE account_id = {a:UUID} ORDER BY post_id",
        [
            ("back", None),
            ("gone", NOON + 2 * HOUR),
            ("gone again", NOON + 3 * HOUR),
            ("never gone", None),
            ("nothing said", None),
        ],
    )
    assert (await wait_until_told(rig, source, ("post_latest",))).observed_at >= NOON
    done = await run_command(rig, "verify", "--account", str(source.account_id))
    assert (done.status, done.lines) == (0, []), done.errors


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_order_of_arrival_never_matters(rig: Rig, order: tuple[int, ...]) -> None:
    source = Source.new()
    await rig.publisher.publish([source.post("p", {"likes": 1})])
    events = [
        lifecycle(source, "p", BACK, at=NOON, recorded_at=NOON),
        # The same observation recorded once more: it was gone after all.
        lifecycle(source, "p", GONE, at=NOON, recorded_at=NOON + HOUR),
        lifecycle(source, "p", FIRST, at=NOON - HOUR, recorded_at=NOON + 2 * HOUR),
    ]
    for place in order:
        await rig.publisher.publish([events[place]])
    sql = "SELECT gone_at FROM post_latest FINAL WHERE account_id = {a:UUID}"
    facts = "SELECT uniqExact(observed_at, change) FROM lifecycle_facts WHERE account_id = {a:UUID}"
    # Merges may have dropped the earlier record of the two by now.
    async with asyncio.timeout(SOON.total_seconds()):
        while await rows(rig, source, facts) not in ([(3,)], [(2,)]):
            await asyncio.sleep(0.05)
    await wait_for_rows(rig, source, sql, [(NOON,)])


async def test_labels_are_kept_with_their_history_and_told(rig: Rig) -> None:
    source, red, blue, plan = Source.new(), uuid4(), uuid4(), uuid4()
    await rig.publisher.publish(
        [
            labels(source, "p", [], revision=3, at=NOON + HOUR),
            labels(source, "p", [red, blue], revision=1, plan_ids=[plan]),
            # Changed twice within a millisecond: the higher revision is the truth of that moment.
            labels(source, "q", [blue], revision=8),
            labels(source, "q", [red], revision=7),
            replace(labels(source, "r", [red], revision=1), value=None),
        ]
    )
    await wait_for_rows(
        rig,
        source,
        "SELECT post_id, observed_at, revision, label_ids, plan_ids, source FROM label_facts FINAL "
        "WHERE account_id = {a:UUID} ORDER BY post_id, observed_at",
        [
            ("p", NOON, 1, [red, blue], [plan], "workspace"),
            ("p", NOON + HOUR, 3, [], [], "workspace"),
            ("q", NOON, 8, [blue], [], "workspace"),
        ],
    )
    told = await wait_until_told(rig, source, ("label_facts",))
    assert told.version > NOON.timestamp() * 1e9


async def test_connections_are_kept_without_who_it_is(rig: Rig) -> None:
    source = Source.new()
    lost = connection(source, revision=2, at=NOON + HOUR, lost=True)
    await rig.publisher.publish([lost, connection(source, revision=1), lost])
    await wait_for_rows(
        rig,
        source,
        "SELECT revision, status, change, is_business_account, scopes, connected_at, changed_at "
        "FROM connection_facts FINAL WHERE account_id = {a:UUID} ORDER BY revision",
        [
            (1, "connected", "connected", True, ["user.info.basic", "video.list"], NOON, NOON),
            (2, "lost_access", "authorization-lost", None, [], NOON, NOON + HOUR),
        ],
    )
    await wait_until_told(rig, source, ("connection_facts",))
    columns = await rig.warehouse.query("SELECT DISTINCT name FROM system.columns WHERE table = 'connection_facts'")
    assert not {("open_id",), ("display_name",)} & {tuple(row) for row in columns.result_rows}


async def test_a_spell_of_collection_is_one_fact_with_the_last_that_was_told_of_it(rig: Rig) -> None:
    source = Source.new()
    await rig.publisher.publish(
        [
            collection(source, CollectionState.SYNCED, revision=3),
            collection(source, CollectionState.BACKFILLING, revision=1, since=NOON - HOUR),
            collection(source, CollectionState.SYNCED, revision=2),
        ]
    )
    await wait_for_rows(
        rig,
        source,
        "SELECT since, state, revision, next_due FROM collection_facts FINAL "
        "WHERE account_id = {a:UUID} ORDER BY since",
        [(NOON - HOUR, "backfilling", 1, None), (NOON, "synced", 3, None)],
    )


def _changed(message: Message, before: bytes, after: bytes) -> Message:
    assert before in (message.value or b"")
    return replace(message, value=(message.value or b"").replace(before, after))


POISON: Mapping[str, tuple[Message, str]] = {
    "unknown change": (_changed(lifecycle(Source.new(), "p", GONE), b'"gone"', b'"vanished"'), "contract"),
    "null post": (_changed(lifecycle(Source.new(), "p", GONE), b'"post_id":"p"', b'"post_id":null'), ""),
    "no time": (_changed(lifecycle(Source.new(), "p", GONE), b'"observed_at"', b'"seen_at"'), "contract"),
    "negative revision": (labels(Source.new(), "p", [], revision=-1), "469"),
    "no UUID": (_changed(labels(Source.new(), "p", [], revision=1), b'"label_ids":[]', b'"label_ids":["x"]'), ""),
    "another key": (replace(labels(Source.new(), "p", [], revision=1), key=str(uuid4()).encode()), "envelope"),
    "unknown status": (
        _changed(connection(Source.new(), revision=1), b'"status":"connected"', b'"status":"?"'),
        "contract",
    ),
    "early": (collection(Source.new(), CollectionState.SYNCED, revision=1, since=NOON.replace(year=1971)), "469"),
}


@pytest.mark.parametrize("name", POISON)
async def test_poison_goes_to_the_dead_letters_and_stops_nothing(rig: Rig, name: str) -> None:
    broken, code = POISON[name]
    await rig.publisher.publish([broken])
    async with asyncio.timeout(SOON.total_seconds()):
        while not (letters := await read_all(rig.kafka, f"{broken.topic}.dlq", key=broken.key)):
            await asyncio.sleep(0.05)
    assert [letter.value for letter in letters] == [broken.value]
    assert (header(letters[0].headers, "toa_error_code") or "").startswith(code)
