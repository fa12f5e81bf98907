"""Reading the snapshot topics again from a time."""

from dataclasses import dataclass
from datetime import datetime

from metrics_aggregator.ports import Group
from metrics_aggregator.use_cases.pipeline import ROUTES


class WorkersRunning(RuntimeError):
    """The group's place cannot be moved under workers that are at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    group: Group

    async def replay(self, since: datetime) -> int:
        """Let workers that start from now on read again what was written at `since` or later; returns how much."""
        if workers := await self.group.workers():
            raise WorkersRunning(
                f"{workers} worker(s) are running; stop them first (one that has ended may count for 10 seconds)"
            )
        return await self.group.seek(tuple(ROUTES), since)
