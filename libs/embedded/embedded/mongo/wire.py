"""MongoDB's wire messages, as far as a front between a driver and a server must read them.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bson
from bson.errors import BSONError

HEADER = struct.Struct("<iiii")  # length of all, request id, id answered, op code
INT = struct.Struct("<i")
OP_QUERY = 2004
OP_MSG = 2013

# A header, flags, and one section with an empty document; the other is what the server says in its hello.
SHORTEST_MESSAGE_BYTES = 26
LONGEST_MESSAGE_BYTES = 48_000_000

CHECKSUM_PRESENT = 1
MORE_TO_COME = 2
CHECKSUM_BYTES = 4
KIND_BODY = 0
KIND_SEQUENCE = 1


class WireError(Exception):
    """A message that is not MongoDB's wire protocol, or a part of it that was never offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message of a driver: `message` is what to forward, `body` the command as BSON."""

    message: bytes
    command: str
    body: bytes
    wants_reply: bool


def length(prefix: bytes) -> int:
    """The whole length of a message, from its first four bytes."""
    (total,) = INT.unpack(prefix)
    if not SHORTEST_MESSAGE_BYTES <= total <= LONGEST_MESSAGE_BYTES:
        raise WireError(f"a message of {total} bytes; this is not a MongoDB driver")
    return int(total)


def parse(message: bytes) -> Request:
    """Read one whole message, and take from it the flags that the server behind us does not know."""
    *_, op_code = HEADER.unpack_from(message)
    if op_code == OP_MSG:
        return _parse_msg(message)
    if op_code == OP_QUERY:
        return _parse_query(message)
    raise WireError(f"op code {op_code}; only OP_MSG ({OP_MSG}) and OP_QUERY ({OP_QUERY}) are offered")


def _parse_msg(message: bytes) -> Request:
    (flags,) = struct.unpack_from("<I", message, HEADER.size)
    end = len(message) - (CHECKSUM_BYTES if flags & CHECKSUM_PRESENT else 0)
    body = _body_section(message, start=HEADER.size + 4, end=end)
    return Request(
        message=_without_flags(message[:end]) if flags else message,
        command=_first_key(body),
        body=body,
        wants_reply=not flags & MORE_TO_COME,
    )


def _without_flags(message: bytes) -> bytes:
    """With no flag the server always replies, so that the front knows when a write is done; exhaust is only allowed."""
    return INT.pack(len(message)) + message[4 : HEADER.size] + bytes(4) + message[HEADER.size + 4 :]


def _body_section(message: bytes, *, start: int, end: int) -> bytes:
    """The one section of kind 0; the server itself reads the document sequences (kind 1)."""
    body = None
    for kind, section in _sections(message, start=start, end=end):
        if kind == KIND_BODY and body is None:
            body = section
        elif kind != KIND_SEQUENCE:
            raise WireError(f"an OP_MSG with a second body or a section of unknown kind {kind}")
    if body is None:
        raise WireError("an OP_MSG without a body")
    return body


def _sections(message: bytes, *, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    position = start
    while position < end:
        size = _size_at(message, position + 1, end)
        yield message[position], message[position + 1 : position + 1 + size]
        position += 1 + size


def whole(message: bytes) -> dict[str, Any]:  # Any: as BSON's own decoder
    """A command with the documents that came beside its body."""
    request = parse(message)
    command = decode(request.body)
    *_, op_code = HEADER.unpack_from(message)
    if op_code == OP_MSG:
        for kind, section in _sections(request.message, start=HEADER.size + 4, end=len(request.message)):
            if kind == KIND_SEQUENCE:
                name_end = section.index(0, 4)
                command[section[4:name_end].decode()] = bson.decode_all(section[name_end + 1 :])
    return command


def _size_at(message: bytes, position: int, end: int) -> int:
    """A section's or document's own length, checked against what is there."""
    if position + 5 > end:
        raise WireError("a message that ends inside a section")
    (size,) = INT.unpack_from(message, position)
    if size < 5 or position + size > end:
        raise WireError(f"a section of {size} bytes where {end - position} are left")
    return int(size)


def _parse_query(message: bytes) -> Request:
    """The handshake of drivers: flags, a collection name, two numbers, the command."""
    try:
        start = message.index(0, HEADER.size + 4) + 1 + 8
    except ValueError as error:
        raise WireError("an OP_QUERY without a collection name") from error
    body = message[start : start + _size_at(message, start, len(message))]
    return Request(message=message, command=_first_key(body), body=body, wants_reply=True)


def _first_key(document: bytes) -> str:
    """A command's name is the first key of its document."""
    name_end = document.find(0, 5)
    if document[4] == 0 or name_end < 0:
        raise WireError("a command without a name")
    return document[5:name_end].decode(errors="replace")


def decode(body: bytes) -> dict[str, Any]:  # Any: as BSON's own decoder
    """A command as Python values."""
    try:
        return bson.decode(body)
    except BSONError as error:
        raise WireError(f"a command that is not BSON: {error}") from error


def writes_its_result(body: bytes) -> bool:
    """Whether an aggregation ends in a stage that writes."""
    pipeline = decode(body).get("pipeline")
    last = pipeline[-1] if isinstance(pipeline, list) and pipeline else None
    return isinstance(last, dict) and bool(last.keys() & {"$out", "$merge"})


def reply_to(request: bytes, document: Mapping[str, object]) -> bytes:
    """An OP_MSG that answers `request` with `document`."""
    _, request_id, *_ = HEADER.unpack_from(request)
    return _msg(document, request_id=0, answers=request_id)


def with_body(request: bytes, document: Mapping[str, object]) -> bytes:
    """An OP_MSG with the id of `request` and another command."""
    _, request_id, *_ = HEADER.unpack_from(request)
    return _msg(document, request_id=request_id, answers=0)


def _msg(document: Mapping[str, object], *, request_id: int, answers: int) -> bytes:
    payload = bytes(4) + bytes([KIND_BODY]) + bson.encode(document)
    return HEADER.pack(HEADER.size + len(payload), request_id, answers, OP_MSG) + payload
