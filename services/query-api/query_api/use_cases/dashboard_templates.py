"""Templates: the built-in one, and dashboards that a workspace keeps to begin others with."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.dashboard import MOST_DASHBOARDS, Dashboard, Template
from query_api.domain.dashboard_changes import content_of, without_accounts
from query_api.domain.errors import Conflict, NotFound
from query_api.domain.tiktok_template import TIKTOK, tiktok_template
from query_api.ports.dashboards import Randomness, TemplateStore
from query_api.use_cases.dashboards import Dashboards


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardTemplates:
    store: TemplateStore
    dashboards: Dashboards
    randomness: Randomness
    wall: Clock

    async def list(self, asker: Principal) -> Sequence[Template]:
        return (tiktok_template(), *await self.store.of_workspace(asker.workspace_id))

    async def get(self, asker: Principal, template_id: str) -> Template:
        found = tiktok_template() if template_id == TIKTOK else await self.store.get(asker.workspace_id, template_id)
        if found is None:
            raise NotFound("dashboard template")
        return found

    async def save(self, asker: Principal, dashboard_id: UUID, *, name: str | None, description: str) -> Template:
        """The dashboard's content as a template. It names no accounts."""
        if len(await self.list(asker)) >= MOST_DASHBOARDS:
            raise Conflict(f"a workspace has {MOST_DASHBOARDS} templates at most; delete one that is no longer used")
        content = without_accounts(content_of(await self.dashboards.get(asker, dashboard_id)))
        template = Template(
            template_id=str(self.randomness.new_id()),
            workspace_id=asker.workspace_id,
            name=name or content.name,
            description=description or content.description,
            content=content,
            created_by=asker.subject,
            created_at=self.wall.now(),
        )
        await self.store.add(template)
        return template

    async def use(self, asker: Principal, template_id: str, *, name: str | None) -> Dashboard:
        """A dashboard made from the template."""
        content = (await self.get(asker, template_id)).content
        return await self.dashboards.add(asker, content.model_copy(update={"name": name or content.name}))

    async def remove(self, asker: Principal, template_id: str) -> None:
        """Dashboards made from it stay."""
        if template_id == TIKTOK:
            raise Conflict("the built-in template cannot be deleted")
        if not await self.store.remove(asker.workspace_id, template_id):
            raise NotFound("dashboard template")
