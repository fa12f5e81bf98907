"""Letting go of an erased account: its exports with their files, and what schedules ask of it."""

from dataclasses import dataclass, replace
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.export_job import Job, JobState
from query_api.ports.exporting import Files, Jobs
from query_api.ports.schedules import Schedules


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasingExports:
    jobs: Jobs
    files: Files
    wall: Clock

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """An export of several accounts goes as a whole: its file cannot be taken apart."""
        gone = [await self._erased(job) for job in await self.jobs.of_account(workspace_id, account_id)]
        return all(gone)

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        gone = [await self._erased(job) for job in await self.jobs.of_workspace(workspace_id)]
        return all(gone)

    async def _erased(self, job: Job) -> bool:
        """Its document goes last: while it is there, files are found again."""
        stopped = await self.jobs.cancel(job.workspace_id, job.export_id, at=self.wall.now())
        await self.files.remove(job.folder)
        if self._may_still_write(stopped or job):
            return False
        await self.jobs.remove(job)
        return True

    def _may_still_write(self, job: Job) -> bool:
        """A worker hears that its job was cancelled when it next says that it lives."""
        if job.state is not JobState.CANCELLED or job.lease_until is None:
            return False
        return job.lease_until > self.wall.now()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasingSchedules:
    schedules: Schedules

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """One that asks of the account alone goes; others ask of the accounts that are left."""
        for schedule in await self.schedules.of_workspace(workspace_id):
            named = schedule.question.accounts
            if named is None or account_id not in named:
                continue
            left = tuple(one for one in named if one != account_id)
            if left:
                await self.schedules.replace(replace(schedule, question=replace(schedule.question, accounts=left)))
            else:
                await self.schedules.remove(workspace_id, schedule.schedule_id)
        return True

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        for schedule in await self.schedules.of_workspace(workspace_id):
            await self.schedules.remove(workspace_id, schedule.schedule_id)
        return True
