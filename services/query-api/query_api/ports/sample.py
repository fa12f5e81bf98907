"""What telling the Sample Account's figures needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from common.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far the sample was told: by which version of its figures, observed from when, through which day."""

    version: int
    first: date
    through: date


class SampleProgress(Protocol):
    """Shared by the replicas, of which one tells at a time. Every call raises `Unavailable`."""

    async def told(self) -> Told | None:
        """None when nothing was told yet."""
        ...

    async def take_turn(self, holder: str, *, at: datetime, until: datetime) -> bool:
        """Whether it is the holder's turn from now until then; taken again it lasts longer."""
        ...

    async def keep(self, holder: str, told: Told) -> bool:
        """False when the turn is somebody else's by now."""
        ...


class Events(Protocol):
    async def publish(self, events: Sequence[Event]) -> None:
        """Returns when they are kept; raises `Unavailable`. The same ones again do no harm."""
        ...
