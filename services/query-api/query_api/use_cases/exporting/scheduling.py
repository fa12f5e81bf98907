"""Keeping schedules: made, changed, paused, run now, removed; and what became of their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils import compat

from common.events import KeyScope
from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.delivery import Delivery, delivery_of
from query_api.domain.errors import Conflict, NotFound
from query_api.domain.schedule import Destination, RelativeQuestion, Require, Schedule, checked_times
from query_api.ports.schedules import Deliveries, Schedules
from query_api.use_cases.exporting.asking import Asking

MOST_SCHEDULES = 200
_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a schedule."""

    name: str
    question: RelativeQuestion
    cron: str
    timezone: str
    destination: Destination
    require: Require
    hold_hours: int
    notify: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """`principal` must have the scopes `manage` and `export`; sees schedules over accounts it may read, no others."""

    schedules: Schedules
    deliveries: Deliveries
    asking: Asking
    wall: Clock

    async def make(self, principal: Principal, wanted: Wanted) -> Schedule:
        """Raises `BadInput` for what could not be run."""
        _allowed(principal)
        if len(await self.schedules.of_workspace(principal.workspace_id)) >= MOST_SCHEDULES:
            raise Conflict(f"a workspace has at most {MOST_SCHEDULES} schedules; remove one")
        schedule = await self._checked(principal, wanted, compat.uuid7())
        await self.schedules.add(schedule)
        return schedule

    async def change(self, principal: Principal, schedule_id: UUID, wanted: Wanted) -> Schedule:
        known = await self.one(principal, schedule_id)
        changed = await self._checked(principal, wanted, schedule_id)
        return await self._replaced(replace(changed, created_at=known.created_at, paused=known.paused))

    async def one(self, principal: Principal, schedule_id: UUID) -> Schedule:
        _allowed(principal)
        found = await self.schedules.one(principal.workspace_id, schedule_id)
        if found is None or not found.may_be_seen_by(principal):
            raise NotFound("schedule")
        return found

    async def all(self, principal: Principal) -> Sequence[Schedule]:
        _allowed(principal)
        found = await self.schedules.of_workspace(principal.workspace_id)
        return [schedule for schedule in found if schedule.may_be_seen_by(principal)]

    async def pause(self, principal: Principal, schedule_id: UUID, *, paused: bool) -> Schedule:
        """What was missed in a pause is not made up for."""
        known = await self.one(principal, schedule_id)
        next_at = checked_times(known.cron, known.timezone, now=self.wall.now())
        return await self._replaced(replace(known, paused=paused, next_at=next_at))

    async def remove(self, principal: Principal, schedule_id: UUID) -> None:
        schedule = await self.one(principal, schedule_id)
        await self.schedules.remove(schedule.workspace_id, schedule_id)

    async def run_now(self, principal: Principal, schedule_id: UUID) -> Delivery:
        schedule = await self.one(principal, schedule_id)
        now = self.wall.now()
        delivery = delivery_of(schedule, now.replace(microsecond=now.microsecond // 1000 * 1000), now=now)
        await self.deliveries.add(delivery)
        return delivery

    async def log(self, principal: Principal, schedule_id: UUID) -> Sequence[Delivery]:
        schedule = await self.one(principal, schedule_id)
        return await self.deliveries.of_schedule(schedule.workspace_id, schedule_id, limit=_LISTED)

    async def _checked(self, principal: Principal, wanted: Wanted, schedule_id: UUID) -> Schedule:
        question = await self._limited(principal, wanted.question)
        now = self.wall.now()
        return Schedule(
            schedule_id=schedule_id,
            workspace_id=principal.workspace_id,
            subject=principal.subject,
            name=wanted.name,
            question=question,
            cron=wanted.cron,
            timezone=wanted.timezone,
            destination=wanted.destination,
            require=wanted.require,
            hold_hours=wanted.hold_hours,
            notify=wanted.notify,
            next_at=checked_times(wanted.cron, wanted.timezone, now=now),
            created_at=now,
        )

    async def _limited(self, principal: Principal, question: RelativeQuestion) -> RelativeQuestion:
        """Somebody who may read only some accounts never schedules others, also not those connected later."""
        exportable = await self.asking.relative_of(principal, question)
        if question.accounts is None and principal.accounts is None:
            return question
        return replace(question, accounts=tuple(account.account_id for account in exportable.question.accounts))

    async def _replaced(self, schedule: Schedule) -> Schedule:
        if not await self.schedules.replace(schedule):
            raise NotFound("schedule")
        return schedule


def _allowed(principal: Principal) -> None:
    principal.require(KeyScope.MANAGE)
    principal.require(KeyScope.EXPORT)
