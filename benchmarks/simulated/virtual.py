"""An event loop without waiting: when nothing is ready, its time jumps to the next timer. For work without input."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

START = datetime(2026, 3, 10, tzinfo=UTC)

Result = TypeVar("Result")


class _Jumping(selectors.DefaultSelector):
    """Waits in virtual time, of which `now` seconds have passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("all tasks wait, and nothing is left that could wake them")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Jumping()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


class VirtualClock:
    """A domain clock on the running loop's time, from `START` on, `rate` times as fast."""

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return START + self._ahead + timedelta(seconds=asyncio.get_running_loop().time() * self._rate)

    def jump(self, by: timedelta) -> None:
        self._ahead += by


def run_virtually(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, which waits for nothing but timers."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
