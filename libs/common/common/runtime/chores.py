"""Chores: what is done again and again beside the requests, each at its own pace, on every replica."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`work` finds by itself what there is to do, so that several replicas may do it and a killed one left nothing."""

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[None]]


class Chores:
    def __init__(self, chores: Sequence[Chore], *, waits_for: type[Exception]) -> None:
        """`waits_for`: what the service raises while something it leans on does not answer; the next time may do."""
        self._chores = chores
        self._waits_for = waits_for

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for chore in self._chores:
                tasks.create_task(self._repeat(chore))

    async def _repeat(self, chore: Chore) -> None:
        while True:
            try:
                await chore.work()
            except self._waits_for as error:
                _log.warning("chore waits", chore=chore.name, reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(chore.every_seconds)
