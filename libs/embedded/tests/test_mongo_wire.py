"""Reading MongoDB's wire messages: what is forwarded, what a command is called, what is refused."""

import contextlib
import struct

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.mongo import wire
from embedded.mongo.refusals import refusal


def message(payload: bytes, *, op_code: int = wire.OP_MSG, request_id: int = 7) -> bytes:
    return wire.HEADER.pack(wire.HEADER.size + len(payload), request_id, 0, op_code) + payload


def body_section(command: dict[str, object]) -> bytes:
    return b"\x00" + bson.encode(command)


def sequence_section(name: str, *documents: dict[str, object]) -> bytes:
    content = name.encode() + b"\x00" + b"".join(map(bson.encode, documents))
    return b"\x01" + struct.pack("<i", 4 + len(content)) + content


def op_msg(*sections: bytes, flags: int = 0) -> bytes:
    return message(struct.pack("<I", flags) + b"".join(sections))


INSERT = body_section({"insert": "posts", "$db": "query"})


def test_a_plain_command_is_forwarded_as_it_came() -> None:
    sent = op_msg(INSERT)
    request = wire.parse(sent)
    assert (request.command, request.wants_reply, request.message) == ("insert", True, sent)


@pytest.mark.parametrize(
    "sections",
    [
        (INSERT, sequence_section("documents", {"_id": 1}, {"_id": 2})),
        (sequence_section("documents", {"_id": 1}), INSERT),
        (sequence_section("documents", {"_id": 1}), INSERT, sequence_section("more", {"find": 1})),
    ],
    ids=["behind", "before", "around"],
)
def test_document_sequences_may_stand_anywhere(sections: tuple[bytes, ...]) -> None:
    assert wire.parse(op_msg(*sections)).command == "insert"


def test_an_unacknowledged_write_wants_no_reply_but_the_server_is_made_to_give_one() -> None:
    request = wire.parse(op_msg(INSERT, flags=wire.MORE_TO_COME))
    assert not request.wants_reply
    assert request.message == op_msg(INSERT)


def test_exhaust_is_an_offer_that_need_not_be_taken() -> None:
    request = wire.parse(op_msg(INSERT, flags=1 << 16))
    assert request.wants_reply
    assert request.message == op_msg(INSERT)


def test_a_checksum_is_cut_off_and_the_length_is_right_again() -> None:
    request = wire.parse(op_msg(INSERT, b"\xde\xad\xbe\xef", flags=wire.CHECKSUM_PRESENT))
    assert request.message == op_msg(INSERT)
    assert wire.length(request.message[:4]) == len(request.message)


def test_the_handshake_of_older_drivers_is_understood() -> None:
    payload = struct.pack("<I", 4) + b"admin.$cmd\x00" + struct.pack("<ii", 0, -1) + bson.encode({"ismaster": 1})
    sent = message(payload, op_code=wire.OP_QUERY)
    assert (wire.parse(sent).command, wire.parse(sent).message) == ("ismaster", sent)


@pytest.mark.parametrize(
    ("sent", "because"),
    [
        (message(b"\x00" * 9, op_code=2012), "op code 2012"),
        (op_msg(), "without a body"),
        (op_msg(INSERT, INSERT), "second body"),
        (op_msg(b"\x02" + INSERT[1:]), "unknown kind 2"),
        (op_msg(INSERT[:-4]), "are left"),
        (op_msg(b"\x00\x05\x00\x00\x00\x00"), "without a name"),
        (message(struct.pack("<I", 0) + b"admin", op_code=wire.OP_QUERY), "without a collection"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(sent: bytes, because: str) -> None:
    with pytest.raises(wire.WireError, match=because):
        wire.parse(sent)


@given(st.binary(max_size=80), st.sampled_from([wire.OP_MSG, wire.OP_QUERY, 1]))
def test_no_bytes_whatever_raise_anything_else(payload: bytes, op_code: int) -> None:
    sent = message(payload, op_code=op_code)
    with contextlib.suppress(wire.WireError):
        wire.length(sent[:4])
        request = wire.parse(sent)
        wire.writes_its_result(request.body)
        refusal(request)


@pytest.mark.parametrize("size", [-1, 0, 25, wire.LONGEST_MESSAGE_BYTES + 1])
def test_a_length_that_no_driver_sends_is_refused(size: int) -> None:
    with pytest.raises(wire.WireError, match=f"{size} bytes"):
        wire.length(struct.pack("<i", size))


@pytest.mark.parametrize(
    ("pipeline", "writes"),
    [
        ([], False),
        ([{"$match": {}}], False),
        ([{"$match": {}}, {"$out": "copy"}], True),
        ([{"$merge": {"into": "copy"}}], True),
    ],
)
def test_an_aggregation_that_ends_in_out_or_merge_is_a_write(pipeline: list[dict[str, object]], writes: bool) -> None:
    assert wire.writes_its_result(bson.encode({"aggregate": "posts", "pipeline": pipeline})) is writes


def test_a_reply_answers_its_request() -> None:
    reply = wire.reply_to(op_msg(INSERT), {"ok": 1.0})
    assert wire.HEADER.unpack_from(reply)[2] == 7
    assert bson.decode(wire.parse(reply).body) == {"ok": 1.0}
