"""News of figures: which account's changed, where, and since when."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Rollups of one account were made anew; `start` and `end` (excluded) None is any day.

    `place` grows with the time at which it was told, in milliseconds, and means the same in every replica.
    """

    workspace_id: UUID
    account_id: UUID
    rollups: tuple[str, ...]
    start: date | None
    end: date | None
    place: int
