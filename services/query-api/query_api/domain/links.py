"""Links that let whoever holds them take one file until they expire."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LinkKey:
    """Secret bytes that only this service's replicas have."""

    secret: bytes

    def signature(self, workspace_id: UUID, export_id: UUID, expires: int) -> str:
        """`expires` in seconds since 1970."""
        return hmac.new(self.secret, f"{workspace_id}.{export_id}.{expires}".encode(), hashlib.sha256).hexdigest()

    def holds(self, workspace_id: UUID, export_id: UUID, expires: int, signature: str, *, now: datetime) -> bool:
        right = hmac.compare_digest(self.signature(workspace_id, export_id, expires).encode(), signature.encode())
        return right and now < datetime.fromtimestamp(expires, UTC)


def link_key(file: bytes) -> LinkKey:
    """From the bytes of any secret file; another use of the same file gets another key."""
    return LinkKey(hmac.new(file, b"toa export links", hashlib.sha256).digest())
