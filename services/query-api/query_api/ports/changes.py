"""Changes of figures, as they are told to clients that listen."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from query_api.domain.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came since the last look. When something was `missed`, what came before it is not told."""

    changes: tuple[Change, ...]
    missed: bool
    ended: bool
    """Nothing more comes: the process ends."""


class Listener(Protocol):
    async def heard(self, *, seconds: float) -> Heard:
        """At once when something is there; nothing after `seconds` without news."""
        ...

    def leave(self) -> None:
        """Hear nothing more."""
        ...


class ChangeStreams(Protocol):
    @property
    def place(self) -> int:
        """Where the news are now; who listens from here misses nothing that is told later."""
        ...

    def listen(self, subject: str, workspace_id: UUID, *, after: int | None) -> Listener:
        """The changes of a workspace from now on, or from the place `after`; raises `TooOften` at too many of them.

        What was told about that time may come once more; what is not kept any more counts as missed.
        """
        ...
