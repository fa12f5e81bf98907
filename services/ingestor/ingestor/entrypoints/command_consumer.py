"""The commands topic, all of it in every replica: whoever owns the account obeys, and its progress tells what was done.

Nothing is committed and no partition is dealt out, so it does not matter in which one an account's commands stand.
"""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from aiokafka import ConsumerRecord

from common.bus.follow import follow
from common.events import CommandV1, UndecodableEvent, decode
from common.events.topics import COMMANDS
from common.runtime.logs import logger
from ingestor.domain.commands import Order
from ingestor.ports import Meter

_LOG = logger(__name__)


class Obedient(Protocol):
    """Who does what is commanded."""

    def command(self, order: Order) -> None: ...


class CommandConsumer:
    """`caught_up` is set once all commands given before the start are known."""

    def __init__(self, obedient: Obedient, *, bootstrap: str, meter: Meter) -> None:
        self._obedient = obedient
        self._bootstrap = bootstrap
        self._meter = meter
        self.caught_up = asyncio.Event()

    async def run(self) -> None:
        """Follow the topic for ever; ends by cancellation or by an error of Kafka."""
        await follow(COMMANDS.name, bootstrap=self._bootstrap, handle=self._take, caught_up=self.caught_up)

    async def _take(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            command = decode(CommandV1, record.value)
        except UndecodableEvent as error:
            self._meter.unusable("command", 1)
            _LOG.error("command skipped", partition=record.partition, offset=record.offset, reason=str(error))
            return
        written_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        self._obedient.command(Order(command=command, offset=record.offset, written_at=written_at))
