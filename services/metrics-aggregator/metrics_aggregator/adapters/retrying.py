"""Trying again for ever, ever slower: a failing store must cost time, never data."""

import asyncio
from collections.abc import Awaitable, Callable

from common.runtime.logs import logger
from metrics_aggregator.domain.bisecting import RowsRefused
from metrics_aggregator.ports import Observer

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0


class EndlessRetry:
    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._log = logger("retry")

    async def __call__(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        wait = FIRST_WAIT_SECONDS
        while not await self._done(what, step):
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _done(self, what: str, step: Callable[[], Awaitable[None]]) -> bool:
        try:
            await step()
        except RowsRefused:
            raise
        except Exception as error:
            self._observer.step_failed(what)
            self._log.warning("step failed, trying again", step=what, error=f"{type(error).__name__}: {error}")
            return False
        return True
