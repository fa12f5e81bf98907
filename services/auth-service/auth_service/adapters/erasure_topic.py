"""The completions that other services tell: every replica reads all of them, from the beginning."""

import asyncio

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from auth_service.adapters.erasures import MongoErasures
from auth_service.adapters.workspace_keys import MongoWorkspaceKeys
from auth_service.domain.errors import StoreUnavailable
from common.bus.follow import follow
from common.events import ErasureV1, UndecodableEvent, decode
from common.events.topics import ERASURES
from common.runtime.logs import logger

_WAIT_SECONDS = 1.0
_log = logger(__name__)


class ErasureTopic:
    def __init__(self, bootstrap: str, erasures: MongoErasures, workspace_keys: MongoWorkspaceKeys) -> None:
        self._bootstrap = bootstrap
        self._erasures = erasures
        self._workspace_keys = workspace_keys

    async def run(self) -> None:
        """Note completions for ever. What is read again after an error is noted once."""
        while True:
            try:
                await follow(ERASURES.name, bootstrap=self._bootstrap, handle=self._note, caught_up=asyncio.Event())
            except (KafkaError, OSError, StoreUnavailable) as error:
                _log.warning("completions are read again", reason=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_WAIT_SECONDS)

    async def _note(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            event = decode(ErasureV1, record.value)
        except UndecodableEvent as error:
            _log.error(
                "a step of an erasure cannot be read", place=f"{record.partition}:{record.offset}", error=str(error)
            )
            return
        # Another replica may have shredded it; this service tells its own completion after that.
        self._workspace_keys.forget(event.workspace_id)
        await self._erasures.complete(event)
