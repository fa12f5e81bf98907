"""Events of this service to Kafka."""

from collections.abc import Sequence

from aiokafka.errors import KafkaError

from common.bus.publish import Publisher
from common.events import Event, encode
from query_api.ports import Unavailable

_SERVICE = "query-api"


class KafkaEvents:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(self, events: Sequence[Event]) -> None:
        try:
            await self._publisher.publish(encode(event, service=_SERVICE) for event in events)
        except KafkaError as error:
            raise Unavailable(f"Kafka ({type(error).__name__})") from error
