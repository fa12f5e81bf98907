"""What others need of dashboards: which of them name a metric or a label, and that they follow one that was merged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.dashboard import Dashboard, Filters, Given
from query_api.domain.dashboard_changes import SYSTEM, with_filters, with_merged
from query_api.domain.dashboard_words import labels_used, metrics_used
from query_api.ports import Unavailable
from query_api.ports.dashboards import DashboardStore, TemplateStore
from query_api.ports.uses import User

_TRIES = 20

Content = tuple[User, Dashboard | Given]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesOfDashboards:
    """Of the workspace's dashboards and the templates it keeps."""

    store: DashboardStore
    templates: TemplateStore
    wall: Clock

    async def users_of(self, workspace_id: UUID) -> Mapping[str, Sequence[User]]:
        found: dict[str, list[User]] = {}
        for user, content in await self._contents(workspace_id):
            for slug in metrics_used(content.widgets):
                found.setdefault(slug, []).append(user)
        return found

    async def users_of_labels(self, workspace_id: UUID) -> Mapping[UUID, Sequence[User]]:
        found: dict[UUID, list[User]] = {}
        for user, content in await self._contents(workspace_id):
            for label in labels_used(content.all_filters):
                found.setdefault(label, []).append(user)
        return found

    async def merged(self, workspace_id: UUID, label_id: UUID, into: UUID) -> None:
        def change(filters: Filters) -> Filters:
            return with_merged(filters, label_id, into)

        for dashboard in await self.store.of_workspace(workspace_id):
            if label_id in labels_used(dashboard.all_filters):
                await changed_by_system(self.store, dashboard, lambda one: with_filters(one, change), self.wall)
        for template in await self.templates.of_workspace(workspace_id):
            if label_id in labels_used(template.content.all_filters):
                content = with_filters(template.content, change)
                await self.templates.replace(template.model_copy(update={"content": content}))

    async def _contents(self, workspace_id: UUID) -> Sequence[Content]:
        dashboards = await self.store.of_workspace(workspace_id)
        templates = await self.templates.of_workspace(workspace_id)
        return [
            *((User(kind="dashboard", id=str(one.dashboard_id), name=one.name), one) for one in dashboards),
            *((User(kind="template", id=one.template_id, name=one.name), one.content) for one in templates),
        ]


async def changed_by_system(
    store: DashboardStore, dashboard: Dashboard, change: Callable[[Dashboard], Dashboard], wall: Clock
) -> None:
    """Changed by nobody in particular; again whenever somebody else was changing it. Raises `Unavailable`."""
    present: Dashboard | None = dashboard
    for _ in range(_TRIES):
        if present is None or (later := change(present)) == present:
            return
        told = {"version": present.version + 1, "changed_by": SYSTEM, "changed_at": wall.now()}
        if await store.replace(later.model_copy(update=told)):
            return
        present = await store.get(dashboard.workspace_id, dashboard.dashboard_id)
    raise Unavailable("a dashboard that somebody changes all the time")
