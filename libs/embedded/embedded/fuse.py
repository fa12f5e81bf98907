"""Killing a process between any two of its steps, as kill -9 does: what tests of crashes light."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch


class Fuse:
    """Kills the process before and after each of its steps but for the first `spared`."""

    def __init__(self, spared: int, steps: Mapping[type, Sequence[str]]) -> None:
        """`steps`: by class the names of the coroutine methods that reach out of the process."""
        self._spared = spared
        self._steps = steps

    @contextmanager
    def lit(self) -> Iterator[None]:
        with ExitStack() as patches:
            for kind, names in self._steps.items():
                for name in names:
                    patches.enter_context(patch.object(kind, name, self._burning(getattr(kind, name))))
            yield

    def _burn(self) -> None:
        if self._spared == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._spared -= 1

    # Any: it stands for methods of every kind.
    def _burning(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def burning(*args: Any, **named: Any) -> Any:
            self._burn()
            result = await method(*args, **named)
            self._burn()
            return result

        return burning


def killed(life: Coroutine[Any, Any, None]) -> bool:
    """Whether a process of its own that runs `life` was killed; raises `RuntimeError` where it ended otherwise."""
    child = os.fork()
    if child == 0:
        asyncio.run(life)
        os._exit(0)
    life.close()
    _, status = os.waitpid(child, 0)
    if status not in (0, signal.SIGKILL):
        raise RuntimeError(f"it ended by itself: {status}")
    return status == signal.SIGKILL
