"""Records as documents: the record's own id is `_id`, everything else keeps its name."""

from typing import TypeVar

from auth_service.domain.record import Record
from common.documents.store import Document

SomeRecord = TypeVar("SomeRecord", bound=Record)


def document(record: Record, key: str) -> dict[str, object]:
    """`record` with its field `key` as `_id`."""
    fields = record.model_dump()
    return {"_id": fields.pop(key), **fields}


def fields(record: Record, key: str) -> dict[str, object]:
    """What a `$set` may write: all of `record` but its id."""
    return {name: value for name, value in record.model_dump().items() if name != key}


def record(model: type[SomeRecord], found: Document | None, key: str) -> SomeRecord | None:
    return None if found is None else model.model_validate({**found, key: found["_id"]})
