"""The floor of connecting: the writes alone, one after the other, as one does them with the driver."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import monitoring

_WRITES = frozenset({"insert", "update", "delete", "findAndModify"})
# What the driver adds to each command by itself.
_DRIVERS_OWN = frozenset({"lsid", "$db", "$clusterTime", "$readPreference", "txnNumber"})

Command = Mapping[str, Any]
"""Any: what is in it is BSON's."""


@dataclass
class Written:
    """Commands that changed a database, in their order."""

    commands: list[Command] = field(default_factory=list)


class _Listener(monitoring.CommandListener):
    def __init__(self, database: str, written: Written) -> None:
        self._database = database
        self._written = written

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.database_name == self._database and event.command_name in _WRITES:
            own = {name: value for name, value in event.command.items() if name not in _DRIVERS_OWN}
            self._written.commands.append(own)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing is left to be heard."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing is left to be heard."""


@contextmanager
def heard(database: str) -> Iterator[Written]:
    """What clients that are made in the block, and after it, write into `database`."""
    written = Written()
    monitoring.register(_Listener(database, written))
    yield written


@asynccontextmanager
async def writing(url: str, database: str) -> AsyncIterator[Callable[[Sequence[Command]], Awaitable[float]]]:
    """Gives a function that writes commands into `database` and tells the seconds that took."""
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(url, tz_aware=True)

    async def write(commands: Sequence[Command]) -> float:
        begun = time.perf_counter()
        for command in commands:
            await client[database].command(dict(command))
        return time.perf_counter() - begun

    try:
        await client[database].command("ping")
        yield write
    finally:
        client.close()
