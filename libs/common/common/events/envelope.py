"""CloudEvents 1.0 on Kafka, binary mode: metadata in headers, the value is the JSON data."""

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)

from common.events.topics import Topic
from common.events.trace import current

Headers = tuple[tuple[str, bytes], ...]


def epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


# A page's posts were observed and are recorded at the same two moments.
@lru_cache(maxsize=64)
def _to_milliseconds(moment: datetime) -> datetime:
    return datetime.fromtimestamp(epoch_ms(moment) / 1000, UTC)


@lru_cache(maxsize=64)
def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[
    AwareDatetime,
    AfterValidator(_to_milliseconds),
    PlainSerializer(_iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in UTC, kept to the millisecond, written as RFC 3339."""


class UndecodableEvent(ValueError):
    """A record that is not what its topic's contract says; the text names the place and never quotes the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A Kafka record to be sent."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Nothing is known of a key of a compacted topic any more: Kafka lets its older records go."""

    topic: Topic
    key: str


class Event(BaseModel):
    """Base of every event. The same fact told twice has the same `identity`, so a redelivery is recognisable."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[Topic]

    @property
    @abstractmethod
    def key(self) -> str:
        """The Kafka key."""

    @property
    @abstractmethod
    def identity(self) -> Sequence[str]:
        """What makes this event this one."""

    @property
    @abstractmethod
    def time(self) -> datetime:
        """When what it tells was so."""

    @property
    def subject(self) -> str | None:
        """The part of the key's thing it speaks of, such as a post."""
        return None

    @property
    def workspace(self) -> str | None:
        return None


class AccountEvent(Event):
    """An event about one account of one workspace, keyed by the account."""

    workspace_id: UUID
    account_id: UUID

    @property
    def key(self) -> str:
        return str(self.account_id)

    @property
    def workspace(self) -> str:
        return str(self.workspace_id)


def encode(event: Event, *, service: str, trace: str | None = None) -> Message:
    """The record that carries `event`; `trace` is a W3C traceparent, by default that of the work under way."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_type": event.topic.name,
        "ce_source": f"/toa/{service}",
        "ce_id": _event_id(event),
        "ce_time": _iso(event.time),
        "ce_subject": event.subject,
        "ce_workspaceid": event.workspace,
        "content-type": "application/json",
        "traceparent": trace or current(),
    }
    return Message(
        topic=event.topic.name,
        key=event.key.encode(),
        value=event.model_dump_json().encode(),
        headers=tuple((name, value.encode()) for name, value in attributes.items() if value is not None),
    )


def tombstone(ended: Tombstone) -> Message:
    """The record that carries it: a key without a value."""
    return Message(topic=ended.topic.name, key=ended.key.encode(), value=None, headers=())


SomeEvent = TypeVar("SomeEvent", bound=Event)


def decode(model: type[SomeEvent], value: bytes | None, *, strict: bool = False) -> SomeEvent:
    """The event in a record's value; raises `UndecodableEvent`. When `strict`, no value is read as another type's."""
    if value is None:
        raise UndecodableEvent("the record has no value")
    try:
        return model.model_validate_json(value, strict=strict)
    except ValidationError as error:
        raise UndecodableEvent(_places(error)) from None


def header(headers: Sequence[tuple[str, bytes]], name: str) -> str | None:
    """The text of header `name`, or None."""
    return next((value.decode() for key, value in headers if key == name), None)


def _event_id(event: Event) -> str:
    return hashlib.sha256("\x1f".join(event.identity).encode()).hexdigest()[:32]


def _places(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in row['loc']) or 'value'}: {row['msg']}"
        for row in error.errors(include_input=False, include_url=False)
    )


__all__ = [
    "AccountEvent",
    "Event",
    "Headers",
    "Message",
    "Timestamp",
    "Tombstone",
    "UndecodableEvent",
    "decode",
    "encode",
    "epoch_ms",
    "header",
    "tombstone",
]
