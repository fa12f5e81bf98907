"""A topic's news, from now on; and whether they are all of them."""

import asyncio
import time
from collections.abc import Callable

from aiokafka.errors import KafkaError

from common.bus.follow import Handle, follow_from_now
from common.events import Topic
from common.runtime.logs import logger

# Before following again after an error.
_PAUSE_SECONDS = 1.0
# Kafka confirms about once a second that there is nothing else.
TRUSTED_SECONDS = 3.0

_log = logger(__name__)


class News:
    """Hands every record published from `since` on (`time.monotonic()`) to `handle`.

    `begun` is called when it begins, or begins again. `since` is None while nobody can say that nothing was missed.
    """

    def __init__(self, topic: Topic, *, bootstrap: str, handle: Handle, begun: Callable[[], None]) -> None:
        self._topic = topic
        self._bootstrap = bootstrap
        self._handle = handle
        self._begun = begun
        self._since: float | None = None
        self._confirmed = 0.0

    @property
    def since(self) -> float | None:
        return self._since if time.monotonic() - self._confirmed <= TRUSTED_SECONDS else None

    def forget(self) -> None:
        """Something was missed: what counts begins now."""
        if self._since is not None:
            self._since = time.monotonic()
            self._begun()

    async def run(self) -> None:
        while True:
            try:
                await follow_from_now(
                    self._topic.name, bootstrap=self._bootstrap, handle=self._handle, confirm=self._confirm
                )
            except (KafkaError, TimeoutError) as error:
                _log.warning("news begin again", topic=self._topic.name, reason=f"{type(error).__name__}: {error}")
            self._since = None
            await asyncio.sleep(_PAUSE_SECONDS)

    def _confirm(self, asked: float) -> None:
        self._confirmed = asked
        if self._since is None:
            self._since = time.monotonic()
            self._begun()
