"""What scheduled exports need from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from query_api.domain.delivery import Delivery
from query_api.domain.export_job import Job
from query_api.domain.schedule import Destination, Schedule


class NotDelivered(Exception):
    """What was sent did not arrive; its text is for the log that the workspace reads."""


class Schedules(Protocol):
    async def add(self, schedule: Schedule) -> None: ...

    async def one(self, workspace_id: UUID, schedule_id: UUID) -> Schedule | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Schedule]: ...

    async def replace(self, schedule: Schedule) -> bool:
        """Whether it was there."""
        ...

    async def remove(self, workspace_id: UUID, schedule_id: UUID) -> bool: ...

    async def due(self, at: datetime) -> Sequence[Schedule]:
        """Of all workspaces, those whose time has come."""
        ...

    async def move_on(self, schedule: Schedule, next_at: datetime) -> None:
        """To its next time, unless somebody changed it meanwhile."""
        ...


class Deliveries(Protocol):
    async def add(self, delivery: Delivery) -> None:
        """Once: one that is known is left as it is."""
        ...

    async def claim(self, *, at: datetime, until: datetime) -> Delivery | None:
        """One that is to be looked at, for its holder alone until then."""
        ...

    async def keep(self, delivery: Delivery) -> bool:
        """The claimed one as it is now; whether it still was the holder's."""
        ...

    async def of_schedule(self, workspace_id: UUID, schedule_id: UUID, *, limit: int) -> Sequence[Delivery]:
        """The newest first."""
        ...

    async def forget(self, before: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A finished export on its way: `link` lets whoever has it take the file."""

    schedule: Schedule
    delivery: Delivery
    job: Job
    link: str
    link_expires_at: datetime


class Sender(Protocol):
    async def send(self, parcel: Parcel, destination: Destination) -> str:
        """Where it went, in words without secrets; raises `NotDelivered`. The same parcel may be sent again."""
        ...


class Teller(Protocol):
    async def give_up(self, schedule: Schedule, delivery: Delivery) -> None:
        """Tell whom the schedule names that nothing was sent, and why; raises `NotDelivered`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    schedules: Schedules
    deliveries: Deliveries
