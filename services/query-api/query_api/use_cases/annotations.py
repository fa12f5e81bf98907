"""Annotations: written on days, read by range, each change against the version it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.annotation import MOST_ANNOTATIONS, Annotation, Noted, concerns
from query_api.domain.dashboard import Dashboard
from query_api.domain.date_range import DateRange
from query_api.domain.errors import BadInput, Conflict, NotFound
from query_api.ports.dashboards import AnnotationStore, Randomness
from query_api.use_cases.dashboards import Dashboards

# Shown with a dashboard whose range is not given in days: as far back as is shown by default, and what is to come.
_SHOWN_BACK, _SHOWN_AHEAD = timedelta(days=400), timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    store: AnnotationStore
    dashboards: Dashboards
    randomness: Randomness
    wall: Clock

    async def between(self, asker: Principal, days: DateRange) -> Sequence[Annotation]:
        readable = await self.dashboards.readable(asker)
        found = await self.store.between(asker.workspace_id, days.start, days.end)
        return [annotation for annotation in found if annotation.is_for(readable)]

    async def on_dashboard(self, asker: Principal, dashboard: Dashboard, *, today: date) -> Sequence[Annotation]:
        start = dashboard.filters.start or today - _SHOWN_BACK
        end = dashboard.filters.end or today + _SHOWN_AHEAD
        if start >= end:
            return ()
        found = await self.between(asker, DateRange(start, end))
        return [annotation for annotation in found if concerns(annotation, dashboard.dashboard_id)]

    async def get(self, asker: Principal, annotation_id: UUID) -> Annotation:
        found = await self.store.get(asker.workspace_id, annotation_id)
        if found is None or not found.is_for(await self.dashboards.readable(asker)):
            raise NotFound("annotation")
        return found

    async def create(self, asker: Principal, noted: Noted) -> Annotation:
        await self._check(asker, noted)
        if await self.store.count(asker.workspace_id) >= MOST_ANNOTATIONS:
            raise Conflict(f"a workspace has {MOST_ANNOTATIONS} annotations at most; delete some that are old")
        now = self.wall.now()
        made = Annotation.model_validate(
            {
                **dict(noted),
                "annotation_id": self.randomness.new_id(),
                "workspace_id": asker.workspace_id,
                "version": 1,
                "created_by": asker.subject,
                "created_at": now,
                "changed_by": asker.subject,
                "changed_at": now,
            }
        )
        await self.store.add(made)
        return made

    async def replace(self, asker: Principal, annotation_id: UUID, noted: Noted, *, version: int) -> Annotation:
        present = await self._at(asker, annotation_id, version)
        await self._check(asker, noted)
        told = {"version": version + 1, "changed_by": asker.subject, "changed_at": self.wall.now()}
        changed = present.model_copy(update={**dict(noted), **told})
        if not await self.store.replace(changed):
            raise _changed(version)
        return changed

    async def remove(self, asker: Principal, annotation_id: UUID, *, version: int) -> None:
        await self._at(asker, annotation_id, version)
        if not await self.store.remove(asker.workspace_id, annotation_id, version=version):
            raise _changed(version)

    async def _at(self, asker: Principal, annotation_id: UUID, version: int) -> Annotation:
        present = await self.get(asker, annotation_id)
        if present.version != version:
            raise _changed(version)
        return present

    async def _check(self, asker: Principal, noted: Noted) -> None:
        if noted.dashboard_id is not None:
            await self.dashboards.whole(asker.workspace_id, noted.dashboard_id)
        if noted.account_id is not None and noted.account_id not in await self.dashboards.readable(asker):
            raise BadInput(
                "account_id",
                f"'{noted.account_id}' is not an account you may read",
                "take an id from GET /v1/accounts, or leave it out for the whole workspace",
            )


def _changed(version: int) -> Conflict:
    return Conflict(f"somebody changed it meanwhile, version {version} is not the newest; read it again")
