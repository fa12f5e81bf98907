"""Deliveries of schedules: found due once, made by an export job, judged, sent, tried again, given up.

Each delivery goes on by steps. A step is one replica's turn; what it finds out is kept in one write, so that a killed
replica leaves the delivery where it was, and the next one does that step again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from common.runtime.clock import Clock
from common.runtime.logs import logger
from query_api.domain.delivery import (
    ENDED,
    LEASE,
    LOOK_AGAIN,
    Delivery,
    DeliveryState,
    delivery_of,
    held_because,
)
from query_api.domain.errors import Refused
from query_api.domain.export_job import Job, JobState
from query_api.domain.export_question import kept
from query_api.domain.manifest import rests_on
from query_api.domain.schedule import Schedule, next_time
from query_api.ports import TooMuch, Unavailable
from query_api.ports.exporting import Jobs
from query_api.ports.schedules import Deliveries, NotDelivered, Parcel, Schedules, Sender, Teller
from query_api.use_cases.exporting.asking import Asking
from query_api.use_cases.exporting.ordering import Ordering
from query_api.use_cases.exporting.producing import Producing

_LOOK_SECONDS = 1.0
_GONE = "the schedule was removed"
_TOO_MUCH = "it reads more than one export may; choose a shorter range or fewer accounts"

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """`senders` by the kind of destination."""

    schedules: Schedules
    deliveries: Deliveries
    jobs: Jobs
    ordering: Ordering
    asking: Asking
    producing: Producing
    senders: Mapping[str, Sender]
    teller: Teller
    wall: Clock
    counted: Callable[[str], None]
    """Told of each delivery that ended: delivered or failed."""

    async def run(self) -> None:
        while True:
            try:
                await self.find_due()
                while await self.step():
                    pass
            except Unavailable as error:
                _log.warning("deliveries wait", reason=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def find_due(self) -> None:
        """A delivery for each schedule whose time has come. Of several missed times only the last one is made up for:
        they would all send the same."""
        now = self.wall.now()
        for schedule in await self.schedules.due(now):
            due_at, following = _last_missed(schedule, now)
            # In this order: killed between, the next one adds the same delivery, which is then known.
            await self.deliveries.add(delivery_of(schedule, due_at, now=now))
            await self.schedules.move_on(schedule, following)

    async def step(self) -> bool:
        """One step of one delivery; whether there was one."""
        now = self.wall.now()
        delivery = await self.deliveries.claim(at=now, until=now + LEASE)
        if delivery is None:
            return False
        schedule = await self.schedules.one(delivery.workspace_id, delivery.schedule_id)
        after = await self._after(schedule, delivery) if schedule else delivery.failed(now, _GONE)
        if await self.deliveries.keep(after):
            await self._ended(schedule, after)
        return True

    async def _ended(self, schedule: Schedule | None, delivery: Delivery) -> None:
        if delivery.state in ENDED:
            self.counted(delivery.state)
        if schedule and delivery.state is DeliveryState.FAILED:
            await self._tell(schedule, delivery)

    async def _after(self, schedule: Schedule, delivery: Delivery) -> Delivery:
        try:
            return await self._next(schedule, delivery)
        except Refused as refused:
            return delivery.held(self.wall.now(), str(refused))
        except TooMuch:
            return delivery.failed(self.wall.now(), _TOO_MUCH)
        except NotDelivered as error:
            return delivery.tried(self.wall.now(), str(error))
        except Unavailable as error:
            return delivery.tried(self.wall.now(), f"{error} does not answer")
        # Whatever else it is, other deliveries must go on.
        except Exception:
            _log.exception("a delivery failed", delivery_id=str(delivery.delivery_id))
            return delivery.tried(self.wall.now(), "a fault of ours")

    async def _next(self, schedule: Schedule, delivery: Delivery) -> Delivery:
        if delivery.export_id is None:
            return await self._ordered(schedule, delivery)
        job = await self.jobs.one(delivery.workspace_id, delivery.export_id)
        if job is None or job.state in (JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED):
            reason = job.reason if job else None
            return replace(delivery, export_id=None).tried(self.wall.now(), reason or "its export was not made")
        if job.state is not JobState.DONE:
            return replace(delivery, next_try_at=self.wall.now() + LOOK_AGAIN)
        return await self._sent(schedule, delivery, job)

    async def _ordered(self, schedule: Schedule, delivery: Delivery) -> Delivery:
        exportable = await self.asking.relative(schedule.question, workspace_id=schedule.workspace_id)
        now = self.wall.now()
        if reason := held_because(rests_on(await self.producing.described(exportable)), schedule.require):
            return delivery.held(now, reason)
        job = Job(
            # Another one for each turn; the turn that is kept names its own.
            export_id=uuid5(delivery.delivery_id, str(delivery.turn)),
            workspace_id=schedule.workspace_id,
            subject=schedule.subject,
            question=kept(exportable),
            created_at=now,
            not_before=now,
        )
        await self.jobs.add(job)
        return replace(delivery, export_id=job.export_id, next_try_at=now + LOOK_AGAIN)

    async def _sent(self, schedule: Schedule, delivery: Delivery, job: Job) -> Delivery:
        # The file's own facts: figures may have changed since it was ordered.
        if reason := held_because(job.manifest or {}, schedule.require):
            return delivery.held(self.wall.now(), reason)
        link = self.ordering.delivered_link(job)
        parcel = Parcel(schedule=schedule, delivery=delivery, job=job, link=link.url, link_expires_at=link.expires_at)
        where = await self.senders[schedule.destination.kind].send(parcel, schedule.destination)
        return delivery.delivered(self.wall.now(), where)

    async def _tell(self, schedule: Schedule, delivery: Delivery) -> None:
        try:
            await self.teller.give_up(schedule, delivery)
        except NotDelivered as error:
            noted = delivery.noted(self.wall.now(), "not told", str(error))
            await self.deliveries.keep(noted)


def _last_missed(schedule: Schedule, now: datetime) -> tuple[datetime, datetime]:
    """The last time up to now, and the one after it."""
    due_at = schedule.next_at
    while (following := next_time(schedule.cron, schedule.timezone, after=due_at)) <= now:
        due_at = following
    return due_at, following
