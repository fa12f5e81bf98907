"""Dead letters: records nobody can use, kept with their bytes and the reason, to be re-driven."""

from dataclasses import dataclass
from datetime import datetime

from common.events.envelope import Headers, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A consumed record, as far as a dead letter needs it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def dead_letter(record: Record, *, code: str, reason: str, at: datetime, service: str) -> Message:
    """The record for `<topic>.dlq`: original key, value and headers, and `toa_error_*` headers beside them."""
    added = {
        "toa_error_code": code,
        "toa_error": reason,
        "toa_error_service": service,
        "toa_error_at": at.isoformat(timespec="milliseconds"),
        "toa_source_topic": record.topic,
        "toa_source_partition": str(record.partition),
        "toa_source_offset": str(record.offset),
    }
    return Message(
        topic=f"{record.topic}.dlq",
        key=record.key or b"",
        value=record.value,
        headers=(*record.headers, *((name, text.encode()) for name, text in added.items())),
    )
