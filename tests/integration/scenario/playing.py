"""The scenario from its first day to the last fact written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx

from common.bus.publish import Publisher
from sandbox.domain.population import characters

from .collecting import Collection
from .delivery import Delivery
from .heart import let_in
from .judging import Judge
from .reading import Reader
from .stand import standing

SEED, DAYS = 4, 60


@asynccontextmanager
async def played(folder: Path, *, accounts: int, settle_seconds: float, days: int = DAYS) -> AsyncIterator[Judge]:
    """The judge of a finished scenario over the first `accounts` accounts of the seed's population."""
    async with standing(folder) as stand, Publisher(stand.kafka) as publisher:
        collection = Collection.of(characters(SEED, accounts), seed=SEED, days=days)
        delivery = Delivery(publisher, Random(SEED))
        await collection.run(delivery)
        await stand.settle(delivery.topics, seconds=settle_seconds)
        with let_in(stand.kafka, collection.workspace_id):
            async with httpx.AsyncClient(base_url=stand.query_api, timeout=60) as client:
                knowns = list(collection.knowns.values())
                yield Judge(stand.warehouse, Reader(client), collection.workspace_id, days, knowns)
