"""Runs statements in threads, a bounded number at a time, and stops them when nobody waits for them any more."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from embedded.clickhouse import errors, pipe
from embedded.clickhouse.engine import Engine, Job, Outcome

AT_ONCE = 16
LONGEST_QUEUEING_SECONDS = 60.0
# A statement may not be known to the engine yet when it is to be killed, so that is told again.
_KILL_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way: `chunks` as the engine writes them, then `outcome`."""

    read_end: int
    future: asyncio.Future[Outcome]

    def chunks(self) -> AsyncIterator[bytes]:
        return pipe.chunks(self.read_end)

    async def outcome(self) -> Outcome:
        """Raises ClickHouseError, also when chunks were given before."""
        return await asyncio.shield(self.future)


class Runner:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="statement")
        self._tags: set[str] = set()
        self._drained = 0
        self._killers = ThreadPoolExecutor(2, thread_name_prefix="kill")

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn; a ClickHouseError when it does not come."""
        try:
            async with asyncio.timeout(LONGEST_QUEUEING_SECONDS):
                await self._slots.acquire()
        except TimeoutError as error:
            reason = f"Too many simultaneous queries. Maximum: {AT_ONCE}"
            raise errors.refusal(
                errors.TOO_MANY_SIMULTANEOUS_QUERIES, "TOO_MANY_SIMULTANEOUS_QUERIES", reason
            ) from error
        try:
            yield
        finally:
            self._slots.release()

    async def run(self, job: Job) -> Outcome:
        """To be called in a slot. Cancelling it kills the statement."""
        future = self._start(job, done=None)
        try:
            return await asyncio.shield(future)
        finally:
            await self._stop(job, future)

    @asynccontextmanager
    async def answer(self, job_into: Callable[[str], Job]) -> AsyncIterator[Answer]:
        """Run the job that `job_into(path)` makes; leaving early kills it. To be called in a slot.

        The engine writes into a pipe: any format streams, and it waits while the client is slow.
        """
        read_end, write_end = pipe.make()
        job = job_into(f"/dev/fd/{write_end}")
        future = self._start(job, done=lambda: os.close(write_end))
        try:
            yield Answer(read_end, future)
        finally:
            # Frees the engine where it waits for room in the pipe.
            os.close(read_end)
            await self._stop(job, future)

    async def drain(self, seconds: float) -> bool:
        """Let nothing start any more; whether what runs ended in time. May be called again for more time."""
        try:
            async with asyncio.timeout(seconds):
                while self._drained < AT_ONCE:
                    await self._slots.acquire()
                    self._drained += 1
        except TimeoutError:
            return False
        return True

    async def kill_all(self) -> None:
        for tag in tuple(self._tags):
            await self._kill(tag)

    def _start(self, job: Job, *, done: Callable[[], None] | None) -> asyncio.Future[Outcome]:
        self._tags.add(job.tag)

        def work() -> Outcome:
            try:
                return self._engine.run(job)
            finally:
                if done is not None:
                    done()

        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _stop(self, job: Job, future: asyncio.Future[Outcome]) -> None:
        while not future.done():
            await self._kill(job.tag)
            await asyncio.wait({future}, timeout=_KILL_PAUSE_SECONDS)
        self._tags.discard(job.tag)
        # Whoever wanted its error has it; nobody else is to hear of it.
        future.exception()

    async def _kill(self, tag: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._killers, self._engine.kill, tag)
