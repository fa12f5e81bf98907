"""What others need of dashboards: which of them use a metric or a label, and that they forget an erased account."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.dashboard_changes import SYSTEM, without_account
from query_api.domain.dashboard_words import uses_label, uses_metric
from query_api.ports import Unavailable
from query_api.ports.dashboards import AnnotationStore, DashboardStore, ShareStore, Use

_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesOfDashboards:
    store: DashboardStore

    async def of_metric(self, workspace_id: UUID, slug: str) -> Sequence[Use]:
        using = ((one, uses_metric(one, slug)) for one in await self.store.of_workspace(workspace_id))
        return [
            Use(dashboard_id=one.dashboard_id, name=one.name, widget_ids=tuple(widget.widget_id for widget in widgets))
            for one, widgets in using
            if widgets
        ]

    async def of_label(self, workspace_id: UUID, label_id: UUID) -> Sequence[Use]:
        return [
            Use(
                dashboard_id=one.dashboard_id,
                name=one.name,
                widget_ids=tuple(
                    widget.widget_id
                    for widget in one.widgets
                    if widget.filters and label_id in (*(widget.filters.labels or ()), *(widget.filters.plans or ()))
                ),
            )
            for one in await self.store.of_workspace(workspace_id)
            if uses_label(one, label_id)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgettingAccounts:
    store: DashboardStore
    shares: ShareStore
    annotations: AnnotationStore
    wall: Clock

    async def forget(self, workspace_id: UUID, account_id: UUID) -> None:
        for dashboard in await self.store.of_workspace(workspace_id):
            if account_id in dashboard.account_ids:
                await self._forget(workspace_id, dashboard.dashboard_id, account_id)
        await self.shares.forget_account(workspace_id, account_id)
        await self.annotations.remove_of_account(workspace_id, account_id)

    async def _forget(self, workspace_id: UUID, dashboard_id: UUID, account_id: UUID) -> None:
        """Again whenever somebody else was changing it."""
        for _ in range(_TRIES):
            present = await self.store.get(workspace_id, dashboard_id)
            if present is None or account_id not in present.account_ids:
                return
            told = {"version": present.version + 1, "changed_by": SYSTEM, "changed_at": self.wall.now()}
            if await self.store.replace(without_account(present, account_id).model_copy(update=told)):
                return
        raise Unavailable("a dashboard that somebody changes all the time")
