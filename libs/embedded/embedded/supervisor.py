"""Keeps the parts of a system running: starts them in order of need, restarts one that dies, stops all in reverse."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext

from embedded import processes
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.parts import Part

# A part that dies this often within the span will die again: the system stops and says where to look.
MOST_RESTARTS = 5
RESTART_SPAN_SECONDS = 120.0
FIRST_RESTART_WAIT_SECONDS = 0.2
# After SIGTERM a part gets this long before SIGKILL.
STOP_SECONDS = 15.0
# A log larger than this at a start becomes `.1`.
LARGEST_LOG_BYTES = 20_000_000


class PartFailed(EmbeddedError):
    """A part could not be started or kept running."""


@dataclass(slots=True)
class Running:
    """A part's present process."""

    part: Part
    process: processes.Child
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_RESTARTS))


class Supervisor:
    """Use `start`, then `watch` until it raises or `stop` is called.

    `say` gets a line for each event; `changed` is called when a process id changed.
    """

    def __init__(
        self, home: Home, parts: Sequence[Part], *, say: Callable[[str], None], changed: Callable[[], None]
    ) -> None:
        self._home = home
        self._parts = parts
        self._say = say
        self._changed = changed
        self._servers: ForkServerContext | None = None
        self._running: dict[str, Running] = {}
        self._started: dict[str, asyncio.Event] = {part.name: asyncio.Event() for part in parts}
        self._stopping = asyncio.Event()

    @property
    def pids(self) -> Mapping[str, int]:
        return {name: running.process.pid for name, running in self._running.items()}

    async def start(self) -> None:
        """Start every part as soon as what it needs is ready; returns when all are ready."""
        if any(part.forked for part in self._parts):
            self._servers = processes.fork_servers()
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in self._parts:
                    tasks.create_task(self._start_after_needs(part))
        except* EmbeddedError as failed:
            raise failed.exceptions[0] from None

    async def watch(self) -> None:
        """Restart parts that die; raises `PartFailed` when one dies too often."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for running in list(self._running.values()):
                    tasks.create_task(self._keep(running))
        except* EmbeddedError as failed:
            raise failed.exceptions[0] from None

    async def restart(self, name: str) -> None:
        """Start a part that has died, and wait until it is ready; for whoever does not `watch`."""
        running = self._running[name]
        await running.process.wait()
        running.process = await self._spawn(running.part)
        self._changed()
        await self._until_ready(running.part, running.process)

    async def stop(self) -> None:
        """End every part once those that need it have ended, each within `STOP_SECONDS`."""
        self._stopping.set()
        ended = {name: asyncio.Event() for name in self._running}
        async with asyncio.TaskGroup() as tasks:
            for name in ended:
                tasks.create_task(self._end_after_users(name, ended))

    async def _end_after_users(self, name: str, ended: Mapping[str, asyncio.Event]) -> None:
        for other, event in ended.items():
            if name in self._needs(other):
                await event.wait()
        await self._end(self._running[name])
        ended[name].set()

    def _needs(self, name: str) -> set[str]:
        """What a part needs, and what that needs in turn."""
        direct = {need for part in self._parts if part.name == name for need in part.needs}
        return direct.union(*(self._needs(need) for need in direct))

    async def _start_after_needs(self, part: Part) -> None:
        for name in part.needs:
            if name in self._started:
                await self._started[name].wait()
        began = time.monotonic()
        process = await self._spawn(part)
        if part.once:
            await self._finish(part, process)
        else:
            self._running[part.name] = Running(part, process)
            self._changed()
            await self._until_ready(part, process)
        self._say(f"{part.name} {'done' if part.once else 'ready'} after {time.monotonic() - began:.1f} s")
        self._started[part.name].set()

    async def _spawn(self, part: Part) -> processes.Child:
        log = self._home.log(part.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        return await processes.start(
            part.command,
            environment={**os.environ, **part.environment},
            log=log,
            servers=self._servers if part.forked else None,
        )

    async def _finish(self, part: Part, process: processes.Child) -> None:
        if code := await process.wait():
            raise PartFailed(self._last_words(part, f"ended with {code}"))

    async def _until_ready(self, part: Part, process: processes.Child) -> None:
        if part.ready is None:
            return
        ready = asyncio.ensure_future(part.ready())
        died = asyncio.ensure_future(process.wait())
        await asyncio.wait({ready, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if not ready.done():
            ready.cancel()
            raise PartFailed(self._last_words(part, f"ended with {process.returncode} before it was ready"))
        ready.result()

    async def _keep(self, running: Running) -> None:
        while True:
            code = await running.process.wait()
            if self._stopping.is_set():
                return
            self._say(f"{running.part.name} died with {code}; starting it again")
            await self._wait_before_restart(running)
            if self._stopping.is_set():
                return
            running.process = await self._spawn(running.part)
            self._changed()

    async def _wait_before_restart(self, running: Running) -> None:
        now = time.monotonic()
        running.deaths.append(now)
        if len(running.deaths) == MOST_RESTARTS and now - running.deaths[0] < RESTART_SPAN_SECONDS:
            raise PartFailed(
                self._last_words(running.part, f"died {MOST_RESTARTS} times within {RESTART_SPAN_SECONDS:g} s")
            )
        recent = sum(1 for death in running.deaths if now - death < RESTART_SPAN_SECONDS)
        await asyncio.sleep(FIRST_RESTART_WAIT_SECONDS * 2 ** (recent - 1))

    async def _end(self, running: Running) -> None:
        process = running.process
        if process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._say(f"{running.part.name} did not stop within {STOP_SECONDS:g} s and was killed")
            process.kill()
            await process.wait()

    def _last_words(self, part: Part, what: str) -> str:
        """What happened, the last line the part said, and where the rest is."""
        log = self._home.log(part.name)
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-1:]
        said = f": {lines[0][:300]}" if lines else ""
        return f"{part.name} {what}{said} (all of it: {log})"
