"""What others need of schedules: which of them name a metric or a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from query_api.domain.schedule import Schedule
from query_api.ports.schedules import Schedules
from query_api.ports.uses import User


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesOfSchedules:
    """Those of a widget name none of its metrics: they come with the widget."""

    schedules: Schedules

    async def users_of(self, workspace_id: UUID) -> Mapping[str, Sequence[User]]:
        found: dict[str, list[User]] = {}
        for schedule in await self.schedules.of_workspace(workspace_id):
            for slug in schedule.question.subject.metrics:
                found.setdefault(slug, []).append(_user(schedule))
        return found

    async def users_of_labels(self, workspace_id: UUID) -> Mapping[UUID, Sequence[User]]:
        found: dict[UUID, list[User]] = {}
        for schedule in await self.schedules.of_workspace(workspace_id):
            for label_id in schedule.question.labels_named:
                found.setdefault(label_id, []).append(_user(schedule))
        return found

    async def merged(self, workspace_id: UUID, label_id: UUID, into: UUID) -> None:
        for schedule in await self.schedules.of_workspace(workspace_id):
            if label_id in schedule.question.labels_named:
                await self.schedules.replace(replace(schedule, question=schedule.question.merged(label_id, into)))


def _user(schedule: Schedule) -> User:
    return User(kind="schedule", id=str(schedule.schedule_id), name=schedule.name)
