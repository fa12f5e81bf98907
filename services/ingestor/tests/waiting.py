"""Waiting for a condition with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable

DEADLINE_SECONDS = 120.0


async def eventually(claim: Callable[[], bool], *, within: float = DEADLINE_SECONDS, what: str = "it") -> None:
    """Return once `claim` holds."""
    until = time.monotonic() + within
    while not claim():
        assert time.monotonic() < until, f"{what} did not come true within {within} s"
        await asyncio.sleep(0.01)


async def eventually_async(claim: Callable[[], Awaitable[bool]], *, within: float, what: str) -> None:
    until = time.monotonic() + within
    while not await claim():
        assert time.monotonic() < until, f"{what} did not come true within {within} s"
        await asyncio.sleep(0.1)
