"""Carrying out export jobs: each by one worker, which says that it lives; from the start again when one dies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

from common.runtime.clock import Clock
from common.runtime.logs import logger
from query_api.domain.asking import Format
from query_api.domain.digesting import Digesting
from query_api.domain.errors import Refused
from query_api.domain.export_job import LEASE, PAUSE, RENEWED_EVERY, Job, JobState
from query_api.domain.manifest import manifest
from query_api.domain.parquet_footer import TAIL_BYTES, footer_bytes, rows_in
from query_api.ports import TooMuch, Unavailable
from query_api.ports.exporting import Files, Jobs
from query_api.use_cases.exporting.asking import Asking
from query_api.use_cases.exporting.producing import Producing

TURN_ENDS = ("done", "refused", "failed", "retried", "lost")
_LOOK_SECONDS = 1.0
_TOO_MUCH = "It reads more than one export may; ask for a shorter range or fewer accounts."
_OUR_FAULT = "It failed by a fault of ours; try again, and tell us its id if that stays."

_log = logger(__name__)


class _Lost(Exception):
    """The job was cancelled, or another worker has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """One worker: a job at a time. `at_once` is how many of a workspace may run, on all replicas together."""

    jobs: Jobs
    files: Files
    asking: Asking
    producing: Producing
    wall: Clock
    at_once: int
    life: timedelta
    """How long a result is kept."""
    counted: Callable[[str], None]
    """Told which of `TURN_ENDS` each turn of a job had: refused is by a rule and for good, failed is by us."""
    holder: str = field(default_factory=lambda: uuid4().hex)

    async def run(self) -> None:
        while True:
            try:
                worked = await self.work()
            except Unavailable as error:
                worked = False
                _log.warning("exports wait", reason=str(error))
            if not worked:
                await asyncio.sleep(_LOOK_SECONDS)

    async def work(self) -> bool:
        """Do one job; whether there was one."""
        now = self.wall.now()
        job = await self.jobs.claim(holder=self.holder, at=now, until=now + LEASE, at_once=self.at_once)
        if job is None:
            return False
        try:
            await self._done(job)
            self.counted("done")
        except _Lost:
            self.counted("lost")
            await self.files.remove(job.path)
        except Refused as refused:
            await self._fail(job, str(refused), "refused")
        except TooMuch:
            await self._fail(job, _TOO_MUCH, "refused")
        except (Unavailable, asyncio.CancelledError) as error:
            self.counted("retried")
            await self._later(job, error)
        # Whatever else it is, the next job may do better.
        except Exception:
            _log.exception("an export failed", export_id=str(job.export_id))
            await self._fail(job, _OUR_FAULT, "failed")
        return True

    async def _done(self, job: Job) -> None:
        exportable = await self.asking.again(job.question, workspace_id=job.workspace_id)
        described = await self.producing.described(exportable)
        digesting = Digesting(exportable.form)
        source = self.producing.pieces(described, rows_of_a_sheet=digesting.more_rows)
        async with self._renewed(job, digesting), aclosing(source) as pieces:
            await self.files.write(job.path, pieces, take=digesting.take)
        if exportable.form is Format.PARQUET:
            digesting.more_rows(await self._parquet_rows(job.path, digesting.bytes))
        digest, now = digesting.digest(), self.wall.now()
        finished = replace(
            job,
            state=JobState.DONE,
            ended_at=now,
            expires_at=now + self.life,
            rows=digest.rows,
            bytes=digest.bytes,
            manifest=manifest(described, digest),
        )
        if not await self.jobs.finish(finished):
            raise _Lost

    async def _parquet_rows(self, path: str, size: int) -> int:
        tail = await self._part(path, size - TAIL_BYTES, size)
        end = size - TAIL_BYTES
        return rows_in(await self._part(path, end - footer_bytes(tail), end))

    async def _part(self, path: str, start: int, end: int) -> bytes:
        async with aclosing(self.files.read(path, start=start, end=end)) as pieces:
            return b"".join([piece async for piece in pieces])

    @asynccontextmanager
    async def _renewed(self, job: Job, digesting: Digesting) -> AsyncIterator[None]:
        """Keeps the lease while the body runs; raises `_Lost` out of it, which stops it, when the job is not ours."""
        try:
            async with asyncio.TaskGroup() as tasks:
                renewing = tasks.create_task(self._renew(job, digesting))
                yield
                renewing.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _renew(self, job: Job, digesting: Digesting) -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY.total_seconds())
            until = self.wall.now() + LEASE
            if not await self.jobs.renew(job, until=until, rows=digesting.rows, size=digesting.bytes):
                raise _Lost

    async def _fail(self, job: Job, reason: str, outcome: str) -> None:
        self.counted(outcome)
        await self.jobs.finish(replace(job, state=JobState.FAILED, ended_at=self.wall.now(), reason=reason))
        await self.files.remove(job.folder)

    async def _later(self, job: Job, error: BaseException) -> None:
        """What is away may be back, and a process that is stopped leaves its job to the others."""
        stopped = isinstance(error, asyncio.CancelledError)
        await self.jobs.put_back(job, not_before=self.wall.now() + (timedelta() if stopped else PAUSE))
        if stopped:
            raise error
        _log.warning("an export is tried again", export_id=str(job.export_id), reason=str(error))
