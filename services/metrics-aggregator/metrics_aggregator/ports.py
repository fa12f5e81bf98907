"""What the pipeline needs from outside."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from common.events import Message
from metrics_aggregator.domain.touched import Touched


class Warehouse(Protocol):
    async def insert(self, landing: str, values: Sequence[bytes]) -> None:
        """Write event values as facts; safe to repeat. Raises `RowsRefused` for rows that can never be taken."""
        ...

    async def recompute(self, rollups: Sequence[str], touched: Touched) -> int:
        """Recompute the touched series of `rollups` from all facts; returns the version written, the same in each."""
        ...

    async def check(self) -> None:
        """Raise when ClickHouse cannot be used now."""
        ...


class Outlet(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and return once acknowledged."""
        ...


class Retry(Protocol):
    async def __call__(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """Do `step` again and again, waiting longer each time, until it succeeds; `RowsRefused` passes through."""
        ...


class Observer(Protocol):
    def batch_done(self, topic: str, *, taken: int, refused: int) -> None:
        """A batch may be acknowledged."""
        ...

    def step_failed(self, what: str) -> None:
        """A step failed and will be tried again."""
        ...
