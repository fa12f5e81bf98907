"""Taking away results that have expired, and forgetting jobs and deliveries that ended long ago."""

import asyncio
from dataclasses import dataclass

from common.runtime.clock import Clock
from common.runtime.logs import logger
from query_api.domain import delivery
from query_api.domain.export_job import REMEMBERED
from query_api.ports import Unavailable
from query_api.ports.exporting import Files, Jobs
from query_api.ports.schedules import Deliveries

_EVERY_SECONDS = 60.0

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    jobs: Jobs
    deliveries: Deliveries
    files: Files
    wall: Clock

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                _log.warning("expired exports wait", reason=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    async def sweep(self) -> None:
        now = self.wall.now()
        for job in await self.jobs.expired(now):
            # The file first: a job is told expired only when nothing of it is left.
            await self.files.remove(job.folder)
            await self.jobs.expire(job)
        await self.jobs.forget(now - REMEMBERED)
        await self.deliveries.forget(now - delivery.REMEMBERED)
