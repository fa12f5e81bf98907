"""What the server behind accepts without doing it; it is refused here, so that nobody relies on it."""

from collections.abc import Mapping
from typing import Any

from embedded.mongo import wire

CANNOT_CREATE_INDEX = 67  # MongoDB's own error code


def refusal(request: wire.Request) -> Mapping[str, object] | None:
    """The error to answer with, if this command would be done wrongly."""
    if request.command != "createIndexes":
        return None
    indexes = wire.decode(request.body).get("indexes")
    if isinstance(indexes, list) and any(map(_is_unique_in_part, indexes)):
        why = "a unique index with a partialFilterExpression would be unique over all documents on this server"
        return {"ok": 0.0, "errmsg": why, "code": CANNOT_CREATE_INDEX, "codeName": "CannotCreateIndex"}
    return None


def _is_unique_in_part(index: Any) -> bool:  # Any: as decoded
    return isinstance(index, Mapping) and bool(index.get("unique")) and "partialFilterExpression" in index
