"""The floor of ingest, as one writes it by hand: httpx asks page after page, aiokafka sends each post as it came.

The same requests in the same order per account, as many at once; a page is acknowledged before the next is asked.
Nothing is checked, counted, saved or told.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import httpx
from aiokafka import AIOKafkaProducer

from benchmarks.floors.asked import post_fields, profile_days, profile_fields
from common.events.topics import POST_SNAPSHOTS, PROFILE_SNAPSHOTS
from common.runtime.settings import Settings

# aiokafka ships no types.
Producer: TypeAlias = Any


class FetchingSettings(Settings):
    kafka_bootstrap: str
    tiktok_api_url: str
    ingestor_concurrency: int
    bench_tokens: Mapping[str, str]
    """By open_id."""


class _Loop:
    def __init__(self, http: httpx.AsyncClient, producer: Producer) -> None:
        self._http = http
        self._producer = producer

    async def work(self, accounts: "asyncio.Queue[tuple[str, str]]") -> None:
        while not accounts.empty():
            await self._account(*accounts.get_nowait())

    async def _account(self, open_id: str, token: str) -> None:
        first, last = profile_days()
        days = {"start_date": first, "end_date": last}
        profile = await self._get("/business/get/", token, business_id=open_id, fields=profile_fields(), **days)
        await self._send(PROFILE_SNAPSHOTS.name, open_id, [profile])
        cursor: dict[str, str] = {}
        while True:
            page = await self._get(
                "/business/video/list/", token, business_id=open_id, fields=post_fields(), max_count="20", **cursor
            )
            await self._send(POST_SNAPSHOTS.name, open_id, page["videos"])
            if not page["has_more"]:
                return
            cursor = {"cursor": str(page["cursor"])}

    async def _get(self, path: str, token: str, **params: str) -> Any:
        response = await self._http.get(path, params=params, headers={"Access-Token": token})
        envelope = response.json()
        if envelope["code"] != 0:
            raise RuntimeError(f"{path}: {envelope}")
        return envelope["data"]

    async def _send(self, topic: str, open_id: str, values: Sequence[object]) -> None:
        sent = [
            await self._producer.send(topic, key=open_id.encode(), value=json.dumps(value).encode()) for value in values
        ]
        await asyncio.gather(*sent)


async def _run(settings: FetchingSettings) -> None:
    accounts: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    for pair in settings.bench_tokens.items():
        accounts.put_nowait(pair)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=5,
    )
    async with producer, httpx.AsyncClient(base_url=settings.tiktok_api_url, timeout=60) as http:
        await asyncio.gather(*(_Loop(http, producer).work(accounts) for _ in range(settings.ingestor_concurrency)))


if __name__ == "__main__":
    asyncio.run(_run(FetchingSettings()))
