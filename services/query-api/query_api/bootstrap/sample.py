"""Wires the Sample Account: what tells its figures beside the requests."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from aiokafka.errors import KafkaError

from common.bus.publish import Publisher
from common.runtime.clock import WallClock, domain_clock
from common.runtime.logs import logger
from query_api.adapters.events import KafkaEvents
from query_api.bootstrap.stores import Stores
from query_api.ports import Unavailable
from query_api.settings import QuerySettings
from query_api.use_cases.telling_sample import TellingSample

_LOOK_SECONDS = 20.0

_log = logger(__name__)


def sample_runs(settings: QuerySettings, stores: Stores) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Nothing where the setting says so."""
    if not settings.sample_account:
        return ()
    telling = TellingSample(
        progress=stores.sample, clock=domain_clock(settings.clock_file), wall=WallClock(), holder=uuid4().hex
    )

    async def run() -> None:
        while True:
            try:
                await _tell(telling, settings.kafka_bootstrap)
            except (Unavailable, KafkaError) as error:
                _log.warning("the sample is told later", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(_LOOK_SECONDS)

    return (run,)


async def _tell(telling: TellingSample, bootstrap: str) -> None:
    """Connects only when there is something to tell, which is once a day."""
    if await telling.is_due():
        async with Publisher(bootstrap) as publisher:
            await telling.tell(KafkaEvents(publisher))
