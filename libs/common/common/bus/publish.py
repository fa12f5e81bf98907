"""Publishing: acknowledged by all replicas, idempotent, compressed."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from common.events.envelope import Message
from common.runtime.logs import logger

# A few milliseconds of waiting fill a batch; more would be felt by a person who waits for a page.
_LINGER_MS = 5
_LARGEST_RECORD_BYTES = 4 * 1024 * 1024
# A page of posts has 100 KB, and a request carries one batch a partition: with aiokafka's 16 KB it took seven.
_BATCH_BYTES = 256 * 1024
_STOP_SECONDS = 5.0
# A page of posts has one key.
_REMEMBERED_KEYS = 4_096
_BY_HASH = DefaultPartitioner()

_log = logger("publisher")


class Publisher:
    """A producer for `Message`s. Use as an async context manager; it connects on entry."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            partitioner=_partition,
            linger_ms=_LINGER_MS,
            max_batch_size=_BATCH_BYTES,
            max_request_size=_LARGEST_RECORD_BYTES,
        )
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # With its broker dead an idempotent producer would wait for ever; what it holds was never acknowledged.
        stopping = asyncio.ensure_future(self._started().stop())
        _, pending = await asyncio.wait({stopping}, timeout=_STOP_SECONDS)
        if pending:
            stopping.cancel()
            _log.warning("the brokers did not answer at the stop; nothing acknowledged is lost")

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send `messages` in order and return once Kafka has acknowledged all; raises `KafkaError` otherwise."""
        producer = self._started()
        sent = [
            await producer.send(message.topic, key=message.key, value=message.value, headers=list(message.headers))
            for message in messages
        ]
        await asyncio.gather(*sent)

    async def check(self) -> None:
        """Raise when the brokers do not answer; for a readiness check."""
        if not await self._started().client.force_metadata_update():
            raise ConnectionError("the brokers do not answer a request for metadata")

    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the publisher is used outside its `async with`")
        return self._producer


def _partition(key: bytes, partitions: Sequence[int], _: Sequence[int]) -> int:
    return partitions[_place(key, len(partitions))]


@lru_cache(maxsize=_REMEMBERED_KEYS)
def _place(key: bytes, partitions: int) -> int:
    """Where Kafka's own clients put `key`: the hash is worked out in Python, byte by byte."""
    places = list(range(partitions))
    return int(_BY_HASH(key, places, places))
