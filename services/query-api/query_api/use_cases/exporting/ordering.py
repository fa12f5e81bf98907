"""Ordering an export as a job, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils import compat

from common.events import KeyScope
from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.errors import Conflict, NotFound
from query_api.domain.export_job import Job
from query_api.domain.export_question import kept
from query_api.domain.exportable import Exportable
from query_api.domain.links import LinkKey
from query_api.ports.exporting import Jobs

LINK_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """`principal` must have the scope `export`, and sees exports of accounts it may read, and no others."""

    jobs: Jobs
    link_key: LinkKey
    public_url: str
    wall: Clock

    async def order(self, principal: Principal, exportable: Exportable) -> Job:
        principal.require(KeyScope.EXPORT)
        now = self.wall.now()
        job = Job(
            export_id=compat.uuid7(),
            workspace_id=principal.workspace_id,
            subject=principal.subject,
            question=kept(exportable),
            created_at=now,
            not_before=now,
        )
        await self.jobs.add(job)
        return job

    async def one(self, principal: Principal, export_id: UUID) -> Job:
        principal.require(KeyScope.EXPORT)
        job = await self.jobs.one(principal.workspace_id, export_id)
        if job is None or not job.may_be_seen_by(principal):
            raise NotFound("export")
        return job

    async def newest(
        self, principal: Principal, *, before: UUID | None, limit: int
    ) -> tuple[Sequence[Job], UUID | None]:
        """Those of the next `limit` that may be seen, and after which one to go on; None at the end."""
        principal.require(KeyScope.EXPORT)
        found = await self.jobs.newest(principal.workspace_id, before=before, limit=limit)
        more = found[-1].export_id if len(found) == limit else None
        return [job for job in found if job.may_be_seen_by(principal)], more

    async def cancel(self, principal: Principal, export_id: UUID) -> Job:
        job = await self.one(principal, export_id)
        cancelled = await self.jobs.cancel(job.workspace_id, export_id, at=self.wall.now())
        if cancelled is None:
            raise Conflict(
                f"the export is {(await self.one(principal, export_id)).state.value} and cannot be cancelled"
            )
        return cancelled

    def link(self, job: Job) -> Link | None:
        """For whoever may see the job, who can take another one; None without a file."""
        now = self.wall.now()
        if job.expires_at is None or not job.has_file(now):
            return None
        return self._until(job, min(now + LINK_LIFE, job.expires_at))

    def delivered_link(self, job: Job) -> Link:
        """For somebody to whom the export is sent: as long as the file is there."""
        return self._until(job, job.expires_at or self.wall.now())

    def _until(self, job: Job, expires_at: datetime) -> Link:
        expires = int(expires_at.timestamp())
        signature = self.link_key.signature(job.workspace_id, job.export_id, expires)
        address = f"{self.public_url}/v1/exports/{job.export_id}/file"
        url = f"{address}?workspace={job.workspace_id}&expires={expires}&signature={signature}"
        return Link(url=url, expires_at=datetime.fromtimestamp(expires, UTC))

    async def by_link(self, workspace_id: UUID, export_id: UUID, *, expires: int, signature: str) -> Job:
        """The finished export of a link that holds; raises `NotFound` for any other, whatever is wrong with it."""
        now = self.wall.now()
        job = None
        if self.link_key.holds(workspace_id, export_id, expires, signature, now=now):
            job = await self.jobs.one(workspace_id, export_id)
        if job is None or not job.has_file(now):
            raise NotFound("file (its link may have expired: take a new one from the export)")
        return job
