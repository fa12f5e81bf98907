"""The base of what is kept: frozen, ids written as text, secrets hidden in every representation."""

import hashlib
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

Id = Annotated[UUID, PlainSerializer(str, return_type=str)]
"""A UUIDv7, written as text wherever it leaves the process."""


class Record(BaseModel):
    """Frozen; an error about it never quotes its values, which may be secrets."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def fingerprint(secret: str) -> str:
    """The SHA-256 of a random secret, in hex: what is kept in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()
