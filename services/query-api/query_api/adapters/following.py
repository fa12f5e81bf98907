"""A topic followed for ever, through errors of Kafka and of the store behind the projection."""

import asyncio

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter

from common.bus.follow import Handle, follow
from common.events import Topic
from common.runtime.logs import logger
from query_api.ports import Unavailable

# Before reading from the beginning again after an error, in seconds.
_PAUSE_SECONDS = 1.0

_log = logger(__name__)


class Follower:
    """Hands every record of a topic to a projection. Not caught up from an error until all is read again."""

    def __init__(self, topic: Topic, *, bootstrap: str, handle: Handle) -> None:
        self._topic = topic
        self._bootstrap = bootstrap
        self._handle = handle
        self._caught_up = asyncio.Event()

    @property
    def caught_up(self) -> bool:
        return self._caught_up.is_set()

    async def check(self) -> None:
        """Raise `Unavailable` while not everything that was there has been read."""
        if not self.caught_up:
            raise Unavailable(f"{self._topic.name} is still being read")

    async def run(self) -> None:
        while True:
            try:
                await follow(
                    self._topic.name, bootstrap=self._bootstrap, handle=self._handle, caught_up=self._caught_up
                )
            except (KafkaError, Unavailable) as error:
                _log.warning("follower begins again", topic=self._topic.name, reason=f"{type(error).__name__}: {error}")
            self._caught_up.clear()
            await asyncio.sleep(_PAUSE_SECONDS)


class Undecodable:
    """Records nobody can read, counted and logged by place, never by content."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counter = Counter(
            "toa_undecodable_records",
            "Records that are not what their topic's contract says.",
            ["topic"],
            registry=registry,
        )

    def note(self, *, topic: str, partition: int, offset: int, reason: str) -> None:
        self._counter.labels(topic).inc()
        _log.error("undecodable record", topic=topic, partition=partition, offset=offset, reason=reason)
