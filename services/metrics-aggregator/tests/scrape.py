"""What a worker tells of itself on its second port."""

import asyncio
from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families

NO_LABELS: Mapping[str, str] = {}
BUSY_SECONDS = 300


async def samples(
    client: httpx.AsyncClient, health: str, name: str, labels: Mapping[str, str] = NO_LABELS
) -> list[float]:
    """Of every series of `name` that has `labels`; `health` is the worker's address."""
    text = (await client.get(f"{health}/metrics")).raise_for_status().text
    return [
        one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    ]


async def until_busy(health: str) -> None:
    """Wait until the worker has taken records and is not yet done with them."""
    async with asyncio.timeout(BUSY_SECONDS), httpx.AsyncClient() as client:
        while not await _busy(client, health):
            await asyncio.sleep(0.01)


async def _busy(client: httpx.AsyncClient, health: str) -> bool:
    try:
        return any(await samples(client, health, "toa_aggregator_lag_seconds"))
    except httpx.HTTPError:
        return False
