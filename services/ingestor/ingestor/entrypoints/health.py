"""The second port: alive, ready while Kafka and Mongo answer, and the metrics."""

import asyncio

from prometheus_client import CollectorRegistry

from common.runtime.health import Check, health_app
from common.runtime.process import serve


async def serve_health(
    *, kafka: Check, mongo: Check, registry: CollectorRegistry, host: str, port: int, stop: asyncio.Event
) -> None:
    app = health_app(checks={"kafka": kafka, "mongo": mongo}, registry=registry)
    await serve(app, host=host, port=port, stop=stop)
