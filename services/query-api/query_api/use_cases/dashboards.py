"""Dashboards: made, read, changed and deleted, each change against the version it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.catalog import catalog
from common.events import SAMPLE_ACCOUNT_ID
from common.runtime.clock import Clock
from query_api.domain.access import Principal, readable
from query_api.domain.dashboard import MOST_DASHBOARDS, Dashboard, Given
from query_api.domain.dashboard_changes import (
    SYSTEM,
    content_of,
    first_id,
    limited_to,
    new_dashboard,
    renamed,
    replaced,
)
from query_api.domain.dashboard_layout import check_layout
from query_api.domain.dashboard_words import Words, check_words
from query_api.domain.errors import Conflict, NotAllowed, NotFound
from query_api.domain.tiktok_template import tiktok_template
from query_api.ports import Accounts
from query_api.ports.dashboards import AnnotationStore, DashboardStore, Randomness, Vocabulary

_CHANGED = "somebody changed it meanwhile: it has version {present}, not {given}; read it again and change that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboards:
    store: DashboardStore
    annotations: AnnotationStore
    accounts: Accounts
    vocabulary: Vocabulary
    randomness: Randomness
    wall: Clock

    async def list(self, asker: Principal) -> Sequence[Dashboard]:
        """A workspace that never had one gets the TikTok dashboard by being looked at."""
        found = await self.store.of_workspace(asker.workspace_id)
        first = first_id(asker.workspace_id)
        if any(one.dashboard_id == first for one in found):
            return found
        await self._begin(asker.workspace_id)
        return await self.store.of_workspace(asker.workspace_id)

    async def get(self, asker: Principal, dashboard_id: UUID) -> Dashboard:
        """As the asker may see it: its filters name no account that they may not read."""
        found = await self.whole(asker.workspace_id, dashboard_id)
        return limited_to(found, await self.readable(asker))

    async def whole(self, workspace_id: UUID, dashboard_id: UUID) -> Dashboard:
        found = await self.store.get(workspace_id, dashboard_id)
        if found is None and dashboard_id == first_id(workspace_id):
            await self._begin(workspace_id)
            found = await self.store.get(workspace_id, dashboard_id)
        if found is None:
            raise NotFound("dashboard")
        return found

    async def create(self, asker: Principal, given: Given) -> Dashboard:
        await self._check(asker, given)
        return await self.add(asker, given)

    async def add(self, asker: Principal, given: Given) -> Dashboard:
        """Made of what was kept before: what has gone since is told beside its widget, as it is there."""
        if len(await self.list(asker)) >= MOST_DASHBOARDS:
            raise Conflict(f"a workspace has {MOST_DASHBOARDS} dashboards at most; delete one that is no longer used")
        made = self._new(given, self.randomness.new_id(), asker.workspace_id, by=asker.subject)
        await self.store.add(made)
        return made

    async def duplicate(self, asker: Principal, dashboard_id: UUID, *, name: str | None) -> Dashboard:
        """Without the accounts that the asker may not read."""
        content = content_of(await self.get(asker, dashboard_id))
        named = content.model_copy(update={"name": name or f"{content.name[:110]} (copy)"})
        return await self.add(asker, named)

    async def replace(self, asker: Principal, dashboard_id: UUID, given: Given, *, version: int) -> Dashboard:
        present = await self._own(asker, dashboard_id, version)
        await self._check(asker, given)
        changed = replaced(present, given, by=asker.subject, at=self.wall.now(), new_id=self.randomness.new_id)
        return await self._put(changed)

    async def rename(
        self, asker: Principal, dashboard_id: UUID, *, name: str | None, description: str | None, version: int
    ) -> Dashboard:
        present = await self._own(asker, dashboard_id, version)
        return await self._put(
            renamed(present, name=name, description=description, by=asker.subject, at=self.wall.now())
        )

    async def remove(self, asker: Principal, dashboard_id: UUID, *, version: int) -> None:
        """Its links end with it, its annotations go."""
        present = await self._own(asker, dashboard_id, version)
        if not await self.store.remove(
            asker.workspace_id, dashboard_id, version=version, by=asker.subject, at=self.wall.now()
        ):
            raise Conflict(_CHANGED.format(present="a newer one", given=present.version))
        await self.annotations.remove_of_dashboard(asker.workspace_id, dashboard_id)

    async def words(self, asker: Principal) -> Words:
        """What the asker can name."""
        return Words(
            metrics={**catalog().metrics, **await self.vocabulary.custom_metrics(asker.workspace_id)},
            labels=await self.vocabulary.labels(asker.workspace_id),
            accounts=await self.readable(asker),
        )

    async def readable(self, asker: Principal) -> frozenset[UUID]:
        """The accounts the asker may read; the Sample Account is everybody's."""
        known = readable(asker, await self.accounts.of_workspace(asker.workspace_id))
        return frozenset({*(account.account_id for account in known), SAMPLE_ACCOUNT_ID})

    async def _check(self, asker: Principal, given: Given) -> None:
        check_layout(given.widgets)
        check_words(given.widgets, given.filters, await self.words(asker))

    async def _own(self, asker: Principal, dashboard_id: UUID, version: int) -> Dashboard:
        """The dashboard, if the asker may change it and knows its newest version."""
        present = await self.whole(asker.workspace_id, dashboard_id)
        if asker.accounts is not None and not present.account_ids <= {*asker.accounts, SAMPLE_ACCOUNT_ID}:
            raise NotAllowed(
                "this dashboard is about accounts that you may not read; make a copy and change that", scope="manage"
            )
        if present.version != version:
            raise Conflict(_CHANGED.format(present=present.version, given=version))
        return present

    async def _put(self, changed: Dashboard) -> Dashboard:
        if not await self.store.replace(changed):
            raise Conflict(_CHANGED.format(present="a newer one", given=changed.version - 1))
        return changed

    async def _begin(self, workspace_id: UUID) -> None:
        """Somebody else may be doing so at this moment; and one that was deleted is not made again."""
        content = tiktok_template().content
        await self.store.add(self._new(content, first_id(workspace_id), workspace_id, by=SYSTEM))

    def _new(self, given: Given, dashboard_id: UUID, workspace_id: UUID, *, by: str) -> Dashboard:
        return new_dashboard(
            given,
            dashboard_id=dashboard_id,
            workspace_id=workspace_id,
            by=by,
            at=self.wall.now(),
            new_id=self.randomness.new_id,
        )
