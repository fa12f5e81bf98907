"""Events on the wire: CloudEvents headers, stable ids, nulls kept, bad values dropped by name."""

import json
import math
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Grain
from common.events import (
    AccessV1,
    AccountChange,
    AccountStatus,
    AccountV1,
    Action,
    Backfill,
    CommandV1,
    ErasureCompletion,
    ErasureRequest,
    ErasureV1,
    Event,
    Heartbeat,
    LabelKind,
    LabelV1,
    LifecycleChange,
    Pause,
    PostLabelsV1,
    PostLifecycleV1,
    PostSnapshotV1,
    ProfileDay,
    ProfileSnapshotV1,
    Refresh,
    Resume,
    Store,
    UndecodableEvent,
    decode,
    encode,
    header,
)
from common.events.dead_letter import Record, dead_letter
from common.events.values import as_extra, read_values

WORKSPACE, ACCOUNT = UUID(int=1), UUID(int=2)
AT = datetime(2026, 3, 10, 12, 0, 0, 123_456, tzinfo=UTC)


def post(**values: object) -> PostSnapshotV1:
    return PostSnapshotV1.model_validate(
        {
            "workspace_id": WORKSPACE,
            "account_id": ACCOUNT,
            "observed_at": AT,
            "recorded_at": AT + timedelta(seconds=1),
            "field_set": "post_full.v1",
            "post_id": "7300",
            "values": values,
        }
    )


def test_headers_suffice_for_routing() -> None:
    message = encode(post(likes=5), service="ingestor", trace="00-a-b-01")
    told = {name: value.decode() for name, value in message.headers}
    assert message.key == str(ACCOUNT).encode()
    assert told["ce_specversion"] == "1.0"
    assert told["ce_type"] == message.topic == "tiktok.post-snapshots.v1"
    assert told["ce_source"] == "/toa/ingestor"
    assert told["ce_subject"] == "7300"
    assert told["ce_time"] == "2026-03-10T12:00:00.123Z"
    assert told["ce_workspaceid"] == str(WORKSPACE)
    assert told["content-type"] == "application/json"
    assert told["traceparent"] == "00-a-b-01"


def test_the_same_observation_has_the_same_id_and_another_one_has_not() -> None:
    def event_id(event: PostSnapshotV1) -> str | None:
        return header(encode(event, service="ingestor").headers, "ce_id")

    again = post(likes=5).model_copy(update={"recorded_at": AT + timedelta(days=1)})
    later = post(likes=5).model_copy(update={"observed_at": AT + timedelta(milliseconds=1)})
    assert event_id(post(likes=5)) == event_id(again) != event_id(later)


def test_null_absent_and_zero_stay_apart() -> None:
    value = json.loads(encode(post(likes=0, comments=None), service="ingestor").value or b"")["values"]
    assert value == {"likes": 0, "comments": None}


def test_a_round_trip_keeps_everything() -> None:
    event = ProfileSnapshotV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        observed_at=AT,
        recorded_at=AT,
        field_set="profile_full.v1",
        profile={"followers_count": 12, "audience_ages": [{"age": "18-24", "percentage": 0.25}]},
        days=(ProfileDay(date=date(2026, 3, 8), values={"likes": 3, "daily_total_followers": -4}),),
    )
    assert decode(ProfileSnapshotV1, encode(event, service="ingestor").value) == event


@pytest.mark.parametrize(
    ("values", "place"),
    [({"likes": -1}, "values"), ({"likes": "5"}, "values"), ({"full_video_watched_rate": 1.5}, "values")],
)
def test_values_beyond_the_catalog_cannot_be_published(values: dict[str, object], place: str) -> None:
    with pytest.raises(ValueError, match=place):
        post(**values)


@pytest.mark.parametrize("value", [None, b"", b"[]", b'{"post_id": 5}', b"\xff"])
def test_what_is_no_event_is_refused_without_quoting_it(value: bytes | None) -> None:
    with pytest.raises(UndecodableEvent) as refused:
        decode(PostSnapshotV1, value)
    assert str(refused.value)


def test_unknown_members_of_a_later_release_are_passed_over() -> None:
    value = json.loads(encode(post(likes=5), service="ingestor").value or b"")
    assert decode(PostSnapshotV1, json.dumps({**value, "mood": "good"}).encode()) == post(likes=5)


def test_reading_keeps_good_values_beside_bad_ones() -> None:
    read = read_values(
        Grain.POST,
        {
            "item_id": "7300",
            "likes": 5,
            "comments": True,
            "shares": 2**63,
            "reach": None,
            "create_time": "1772000000",
            "full_video_watched_rate": float("nan"),
            "impression_sources": [{"impression_source": "For You"}],
            "mood": "good",
        },
    )
    assert (read.values["likes"], read.values["create_time"], read.values["reach"]) == (5, 1772000000, None)
    assert set(read.dropped) == {"comments", "shares", "full_video_watched_rate", "impression_sources"}
    assert all(read.values[name] is None for name in read.dropped)
    assert json.loads(as_extra([("post", read.extra)])) == {"post": {"mood": "good"}}


def test_an_unknown_number_that_json_cannot_write_is_kept_as_a_text() -> None:
    kept = as_extra([("post", {"mood": math.inf, "b": 1, "a": [-math.inf]})])
    assert kept == '{"post": {"a": ["-Infinity"], "b": 1, "mood": "Infinity"}}'


@given(st.dictionaries(st.sampled_from(["likes", "reach", "caption", "video_duration"]), st.from_type(object)))
def test_whatever_tiktok_says_what_was_read_can_be_published(raw: dict[str, object]) -> None:
    read = read_values(Grain.POST, raw)
    assert decode(PostSnapshotV1, encode(post(**read.values), service="ingestor").value).values == read.values


def test_an_account_event_is_keyed_by_account_and_told_apart_by_revision() -> None:
    event = AccountV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        changed_at=AT,
        revision=1,
    )
    assert encode(event, service="auth-service").key == str(ACCOUNT).encode()
    assert event.identity != event.model_copy(update={"revision": 2}).identity


def test_access_records_have_keys_of_their_own() -> None:
    beat = AccessV1(access=Heartbeat(revision=7), changed_at=AT)
    message = encode(beat, service="auth-service")
    assert message.key == b"heartbeat"
    assert decode(AccessV1, message.value) == beat


def test_a_dead_letter_keeps_the_record_and_tells_the_reason() -> None:
    record = Record(topic="t.v1", partition=3, offset=9, key=b"k", value=b"\x00bad", headers=(("ce_id", b"x"),))
    letter = dead_letter(record, code="27", reason="cannot parse", at=AT, service="metrics-aggregator")
    told = {name: value.decode() for name, value in letter.headers}
    assert (letter.topic, letter.key, letter.value) == ("t.v1.dlq", b"k", b"\x00bad")
    assert told["ce_id"] == "x"
    assert (told["toa_error_code"], told["toa_error"]) == ("27", "cannot parse")
    assert (told["toa_source_topic"], told["toa_source_partition"], told["toa_source_offset"]) == ("t.v1", "3", "9")


def labelled(**changes: object) -> PostLabelsV1:
    event = PostLabelsV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        post_id="7300",
        label_ids=(UUID(int=7),),
        plan_ids=(),
        revision=1,
        changed_at=AT,
        recorded_at=AT,
    )
    return event.model_copy(update=changes)


def gone(**changes: object) -> PostLifecycleV1:
    event = PostLifecycleV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        post_id="7300",
        change=LifecycleChange.GONE,
        why="deleted",
        observed_at=AT,
        recorded_at=AT,
    )
    return event.model_copy(update=changes)


def erasure(store: Store | None = None) -> ErasureV1:
    step = ErasureCompletion(store=store, completed_at=AT) if store else ErasureRequest()
    return ErasureV1(workspace_id=WORKSPACE, account_id=ACCOUNT, erased_at=AT, step=step)


def command(action: Action) -> CommandV1:
    return CommandV1(
        workspace_id=WORKSPACE,
        account_id=ACCOUNT,
        command_id=UUID(int=9),
        action=action,
        requested_by="member-1",
        requested_at=AT,
    )


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (gone(), str(ACCOUNT)),
        (labelled(), f"{ACCOUNT}:7300"),
        (erasure(), f"{ACCOUNT}:request"),
        (erasure(Store.CLICKHOUSE), f"{ACCOUNT}:clickhouse"),
        (command(Refresh()), str(ACCOUNT)),
        (command(Pause()), str(ACCOUNT)),
        (command(Resume()), str(ACCOUNT)),
        (command(Backfill(from_day=date(2026, 2, 1), to_day=date(2026, 2, 1))), str(ACCOUNT)),
    ],
)
def test_events_of_posts_erasures_and_commands_keep_all_and_have_their_topics_key(event: Event, key: str) -> None:
    message = encode(event, service="ingestor")
    assert (message.key, message.topic) == (key.encode(), event.topic.name)
    assert header(message.headers, "ce_workspaceid") == str(WORKSPACE)
    assert header(message.headers, "ce_time") == "2026-03-10T12:00:00.123Z"
    assert decode(type(event), message.value) == event


def test_a_label_is_told_by_its_own_key_and_workspace() -> None:
    label = LabelV1(
        label_id=UUID(int=7), workspace_id=WORKSPACE, kind=LabelKind.PLAN, name="Spring", revision=2, changed_at=AT
    )
    message = encode(label, service="query-api")
    assert (message.key, header(message.headers, "ce_workspaceid")) == (str(UUID(int=7)).encode(), str(WORKSPACE))
    assert decode(LabelV1, message.value) == label


def test_a_later_revision_or_change_is_another_event() -> None:
    assert labelled().identity != labelled(revision=2).identity
    assert gone().identity != gone(change=LifecycleChange.BACK).identity
    assert erasure().identity != erasure(Store.CLICKHOUSE).identity


def test_a_step_of_an_erasure_that_is_not_known_is_no_request() -> None:
    value = json.loads(encode(erasure(), service="auth-service").value or b"")
    with pytest.raises(UndecodableEvent):
        decode(ErasureV1, json.dumps({**value, "step": {}}).encode())


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "destroy"},
        {},
        {"kind": "backfill"},
        {"kind": "backfill", "from_day": "2026-02-02", "to_day": "2026-02-01"},
        {"kind": "backfill", "from_day": "2026-02-30", "to_day": "2026-03-01"},
    ],
)
def test_a_command_that_is_not_known_or_has_no_range_is_refused(action: dict[str, str]) -> None:
    value = json.loads(encode(command(Pause()), service="query-api").value or b"")
    with pytest.raises(UndecodableEvent, match="action"):
        decode(CommandV1, json.dumps({**value, "action": action}).encode())
