"""`dlq` on a real Kafka: what is left is told, what is selected goes back as it came, and nothing goes twice."""

import json
from datetime import timedelta

from common.events import Message
from common.events.dead_letter import Record, dead_letter
from common.events.topics import LABELS, POST_SNAPSHOTS

from .commands import Done, run_command
from .conftest import Rig
from .snapshots import NOON, Source, read_all

SOON = timedelta(seconds=180)


def buried(message: Message, code: str) -> Message:
    record = Record(
        topic=message.topic, partition=0, offset=7, key=message.key, value=message.value, headers=message.headers
    )
    return dead_letter(record, code=code, reason=f"because of {code}", at=NOON, service="test")


def piles(done: Done) -> dict[str, int]:
    return {row["code"]: row["letters"] for row in map(json.loads, done.lines)}


async def test_letters_are_listed_shown_redriven_and_dropped(rig: Rig) -> None:
    # No worker reads labels: what is sent back stays to be looked at.
    letters = [
        Message(topic=LABELS.name, key=b"k", value=b"\xff\x1b[2J" + bytes([48 + n]), headers=(("ce_id", b"\xfe"),))
        for n in range(6)
    ]
    await rig.publisher.publish([buried(message, code) for message, code in zip(letters, "aabacb", strict=True)])
    listed = await run_command(rig, "dlq", "list", LABELS.name)
    assert piles(listed) == {"a": 3, "b": 2, "c": 1}, listed.errors
    assert json.loads(listed.lines[1])["last_reason"] == "because of b"

    shown = await run_command(rig, "dlq", "show", f"{LABELS.name}.dlq", "2")
    row = json.loads("\n".join(shown.lines))
    assert (row["offset"], row["key"], row["value"]) == (2, "k", "\\xff\x1b[2J2")
    assert "\x1b" not in "\n".join(shown.lines)
    assert ["ce_id", "\\xfe"] in row["headers"]
    assert ["toa_error_code", "b"] in row["headers"]

    assert (await run_command(rig, "dlq", "redrive", LABELS.name, "--code", "a")).lines == ["3 letters"]
    assert (await run_command(rig, "dlq", "redrive", LABELS.name, "--code", "a")).lines == ["0 letters"]
    sent = await read_all(rig.kafka, LABELS.name)
    assert [(one.key, one.value, tuple(one.headers)) for one in sent] == [
        (letters[n].key, letters[n].value, letters[n].headers) for n in (0, 1, 3)
    ]
    assert piles(await run_command(rig, "dlq", "list", LABELS.name)) == {"b": 2, "c": 1}

    dropped = await run_command(rig, "dlq", "drop", LABELS.name, "--from-offset", "3", "--to-offset", "4")
    assert dropped.lines == ["1 letters"]
    assert piles(await run_command(rig, "dlq", "list", LABELS.name)) == {"b": 2}
    assert (await run_command(rig, "dlq", "redrive", LABELS.name, "--all")).lines == ["2 letters"]
    assert [one.value for one in await read_all(rig.kafka, LABELS.name)][3:] == [letters[2].value, letters[5].value]
    assert (await run_command(rig, "dlq", "list", LABELS.name)).lines == []


async def test_a_redriven_snapshot_becomes_a_number(rig: Rig) -> None:
    source = Source.new()
    good, other = source.post("p", {"likes": 5}), source.post("q", {"likes": 6})
    await rig.publisher.publish([buried(good, "fixed"), buried(other, "not fixed")])
    done = await run_command(rig, "dlq", "redrive", POST_SNAPSHOTS.name, "--code", "fixed")
    assert done.lines == ["1 letters"], done.errors
    await source.wait_for_likes(rig.warehouse, {"p": 5}, within=SOON)
    left = await run_command(rig, "dlq", "list")
    assert piles(left)["not fixed"] == 1
    assert "fixed" not in piles(left)


async def test_what_cannot_be_done_is_said(rig: Rig) -> None:
    unknown = await run_command(rig, "dlq", "drop", "nothing.v1", "--all")
    assert (unknown.status, unknown.lines) == (2, [])
    assert "there is no topic nothing.v1.dlq; there are tiktok.accounts.v1.dlq, " in unknown.errors
    missing = await run_command(rig, "dlq", "show", POST_SNAPSHOTS.name, "999999")
    assert missing.status == 2
    assert "no letter at offset 999999" in missing.errors
    unselected = await run_command(rig, "dlq", "drop", POST_SNAPSHOTS.name)
    assert unselected.status == 2
    assert "say which letters" in unselected.errors
