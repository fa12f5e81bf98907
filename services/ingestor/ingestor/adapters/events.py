"""Events to Kafka. While Kafka is away a publication waits: what was fetched is kept, and nothing more is fetched."""

import asyncio
from collections.abc import Sequence

from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from common.bus.publish import Publisher
from common.events import Event, encode
from common.runtime.logs import logger
from ingestor.ports import BusBroken, EventTooLarge

_SERVICE = "ingestor"
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0
_LOG = logger(__name__)


class KafkaEvents:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish in order. A repeat after a lost acknowledgement has the same ids, so consumers recognise it."""
        messages = [encode(event, service=_SERVICE) for event in events]
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._publisher.publish(messages)
            except MessageSizeTooLargeError as error:
                raise EventTooLarge(f"a snapshot is too large for Kafka: {error}") from error
            except KafkaError as error:
                if not _passes(error):
                    raise BusBroken(f"publishing {len(events)} events: {type(error).__name__}: {error}") from error
                _LOG.warning("kafka away, publication waits", events=len(events), error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _passes(error: KafkaError) -> bool:
    return error.retriable or isinstance(error, KafkaConnectionError | KafkaTimeoutError)
