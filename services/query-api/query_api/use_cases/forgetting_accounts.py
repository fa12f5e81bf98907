"""Dashboards, their links and annotations forget an account that is erased."""

from dataclasses import dataclass
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.dashboard_changes import without_account
from query_api.ports.dashboards import AnnotationStore, DashboardStore, ShareStore
from query_api.use_cases.dashboard_uses import changed_by_system


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgettingAccounts:
    """An `Erasable`: its id leaves every filter and link, its annotations go."""

    store: DashboardStore
    shares: ShareStore
    annotations: AnnotationStore
    wall: Clock

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        await self.shares.forget_account(workspace_id, account_id)
        await self.annotations.remove_of_account(workspace_id, account_id)
        naming = [one for one in await self.store.of_workspace(workspace_id) if account_id in one.account_ids]
        for dashboard in naming:
            await changed_by_system(self.store, dashboard, lambda one: without_account(one, account_id), self.wall)
        # Whoever was changing one at this moment may have brought it back: it is looked for once more.
        return not naming
