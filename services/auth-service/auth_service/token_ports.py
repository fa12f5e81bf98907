"""What keeping tokens, letting accounts go and erasing them need from outside, besides `ports`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth_service.domain.key_ring import KeyRing


class KeyRingSource(Protocol):
    def read(self) -> KeyRing:
        """The ring as it is now; raises `ValueError` or `OSError`, quoting no key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """How many documents of one kind were sealed anew, and how many could not be opened."""

    kind: str
    renewed: int
    unreadable: int


class Rewrapping(Protocol):
    """Documents of one kind that a key of the ring has sealed."""

    async def rewrap(self) -> Sequence[Rewrapped]:
        """Seal anew what the active key did not seal. Safe to break off and to repeat, beside any reader or writer."""
        ...


class WorkspaceKeys(Protocol):
    async def shred(self, workspace_id: UUID, at: datetime) -> None:
        """Destroy the workspace's key: what it sealed is unreadable for ever, and it never gets another."""
        ...
