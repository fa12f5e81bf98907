"""The erasures in Kafka: every worker reads all of them, from the beginning and for ever."""

import asyncio

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from common.bus.follow import follow
from common.events import ErasureV1, UndecodableEvent, decode
from common.events.topics import ERASURES
from common.runtime.logs import logger
from metrics_aggregator.domain.erasures import Ledger

WAIT_SECONDS = 1.0

_LOG = logger("erasures")


async def follow_erasures(bootstrap: str, ledger: Ledger, *, caught_up: asyncio.Event) -> None:
    """Let `ledger` learn what is told, for ever; `caught_up` is set once it knows all there was at the start."""

    async def handle(record: "ConsumerRecord[bytes, bytes]") -> None:
        _learn(ledger, record)

    while True:
        try:
            await follow(ERASURES.name, bootstrap=bootstrap, handle=handle, caught_up=caught_up)
        except (KafkaError, OSError) as error:
            # What is known stays known, and what is read twice is learnt once.
            _LOG.warning("the erasures cannot be read, trying again", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(WAIT_SECONDS)


def _learn(ledger: Ledger, record: "ConsumerRecord[bytes, bytes]") -> None:
    try:
        ledger.learn(decode(ErasureV1, record.value))
    except UndecodableEvent as error:
        # Not for the dead letters: every worker reads it at every start. Whoever asked finds no completion.
        place = f"{record.partition}:{record.offset}"
        _LOG.error("an erasure cannot be read; it is not done", place=place, error=str(error))
