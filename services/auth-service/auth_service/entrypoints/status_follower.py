"""Follows the collection statuses, all of them in every replica: keeping one twice changes nothing."""

import asyncio

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter

from auth_service.domain.errors import StoreUnavailable
from auth_service.ports_connecting import CollectionStatuses
from common.bus.follow import follow
from common.events import CollectionStatusV1, UndecodableEvent, decode
from common.events.topics import COLLECTION_STATUS
from common.runtime.logs import logger

# Before reading from the beginning again after an error.
_PAUSE_SECONDS = 1.0
_log = logger(__name__)


class StatusFollower:
    """`caught_up` is set once all that was told before the start is kept."""

    def __init__(self, statuses: CollectionStatuses, *, bootstrap: str, registry: CollectorRegistry) -> None:
        self._statuses = statuses
        self._bootstrap = bootstrap
        self._undecodable = Counter(
            "toa_auth_undecodable_records",
            "Records that are not what their topic's contract says.",
            ["topic"],
            registry=registry,
        )
        self.caught_up = asyncio.Event()

    async def run(self) -> None:
        while True:
            try:
                await follow(
                    COLLECTION_STATUS.name, bootstrap=self._bootstrap, handle=self._take, caught_up=self.caught_up
                )
            except (KafkaError, StoreUnavailable) as error:
                _log.warning("statuses are read again", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _take(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        if record.value is None:
            return
        try:
            status = decode(CollectionStatusV1, record.value)
        except UndecodableEvent as error:
            self._undecodable.labels(COLLECTION_STATUS.name).inc()
            _log.error("status skipped", partition=record.partition, offset=record.offset, reason=str(error))
            return
        await self._statuses.keep(status)
