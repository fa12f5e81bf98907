"""One run of a schedule: due at a moment, held while its figures will not do, sent, or given up; and its log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast
from uuid import UUID, uuid5

from common.catalog.coverage import Status
from query_api.domain.schedule import Require, Schedule

# Looked at again after it: figures come by the hour.
HOLD_PAUSE = timedelta(minutes=15)
# After a try to send that failed; each further one after twice as long, up to the last.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
LEASE = timedelta(minutes=3)
LOOK_AGAIN = timedelta(seconds=1)
REMEMBERED = timedelta(days=90)
_LONGEST_LOG = 100

_NEVER_SENT = {Status.LATE, Status.LOST_ACCESS, Status.NOT_COLLECTED, Status.PAUSED, Status.AMBIGUOUS}
_NOT_FINAL = {Status.PROVISIONAL}


class DeliveryState(StrEnum):
    PENDING = "pending"
    HELD = "held"
    """Its figures are empty or not complete enough; they are looked at again."""
    DELIVERED = "delivered"
    FAILED = "failed"


ENDED = frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`export_id` is the job that makes its file; its id stays the same however often it is sent."""

    delivery_id: UUID
    schedule_id: UUID
    workspace_id: UUID
    due_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    next_try_at: datetime
    give_up_at: datetime
    export_id: UUID | None = None
    log: tuple[Entry, ...] = ()
    turn: int = 0
    lease_until: datetime | None = None

    def noted(self, at: datetime, outcome: str, detail: str) -> "Delivery":
        return replace(self, log=(*self.log, Entry(at=at, outcome=outcome, detail=detail))[-_LONGEST_LOG:])

    def held(self, at: datetime, reason: str) -> "Delivery":
        """Held until the next look, or given up where that would be too late. The file that was made is none of it."""
        again = at + HOLD_PAUSE
        if again > self.give_up_at:
            return self.failed(at, reason)
        kept = self if self.log and self.log[-1].detail == reason else self.noted(at, "held", reason)
        return replace(kept, state=DeliveryState.HELD, next_try_at=again, export_id=None)

    def tried(self, at: datetime, reason: str) -> "Delivery":
        """A try that failed and may do better later."""
        again = at + min(FIRST_PAUSE * 2**self.tries, LONGEST_PAUSE)
        if again > self.give_up_at:
            return self.failed(at, reason)
        return replace(self.noted(at, "tried", reason), tries=self.tries + 1, next_try_at=again)

    def failed(self, at: datetime, reason: str) -> "Delivery":
        return replace(self.noted(at, "failed", reason), state=DeliveryState.FAILED)

    def delivered(self, at: datetime, where: str) -> "Delivery":
        return replace(self.noted(at, "delivered", where), state=DeliveryState.DELIVERED)


def delivery_of(schedule: Schedule, due_at: datetime, *, now: datetime) -> Delivery:
    """The same moment of the same schedule is the same delivery, whoever finds it due."""
    return Delivery(
        delivery_id=uuid5(schedule.schedule_id, due_at.isoformat(timespec="milliseconds")),
        schedule_id=schedule.schedule_id,
        workspace_id=schedule.workspace_id,
        due_at=due_at,
        next_try_at=now,
        give_up_at=now + timedelta(hours=schedule.hold_hours),
    )


def held_because(facts: Mapping[str, object], require: Require) -> str | None:
    """Why figures must not be sent as a success; None when they may. `facts` as in a manifest."""
    if facts["as_of"] is None or facts.get("rows") == 0:
        return "there are no figures in the range"
    bad = _NEVER_SENT | (_NOT_FINAL if require is Require.FINAL else set())
    found = [row for row in cast(Sequence[Mapping[str, object]], facts["coverage"]) if row["status"] in bad]
    return _told(found) if found else None


def _told(rows: Sequence[Mapping[str, object]]) -> str:
    states = ", ".join(sorted({str(row["status"]) for row in rows}))
    metrics = ", ".join(sorted({metric for row in rows for metric in cast(Iterable[str], row["metrics"])}))
    days = f"{min(str(row['from']) for row in rows)} to before {max(str(row['to']) for row in rows)}"
    return f"figures are {states}: {metrics}, from {days}"
