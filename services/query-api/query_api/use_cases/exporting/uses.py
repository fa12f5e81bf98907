"""What others need of schedules: which of them name a metric or a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from query_api.domain.schedule import Schedule
from query_api.ports.metrics import MetricUser
from query_api.ports.schedules import Schedules


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesOfSchedules:
    """Those of a widget name none of its metrics: they come with the widget."""

    schedules: Schedules

    async def users_of(self, workspace_id: UUID) -> Mapping[str, Sequence[MetricUser]]:
        found: dict[str, list[MetricUser]] = {}
        for schedule in await self.schedules.of_workspace(workspace_id):
            for slug in schedule.question.subject.metrics:
                found.setdefault(slug, []).append(_user(schedule))
        return found

    async def users_of_labels(self, workspace_id: UUID) -> Mapping[UUID, Sequence[MetricUser]]:
        found: dict[UUID, list[MetricUser]] = {}
        for schedule in await self.schedules.of_workspace(workspace_id):
            for label_id in schedule.question.labels_named:
                found.setdefault(label_id, []).append(_user(schedule))
        return found


def _user(schedule: Schedule) -> MetricUser:
    return MetricUser(kind="schedule", id=str(schedule.schedule_id), name=schedule.name)
