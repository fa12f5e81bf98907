"""Serving and health on real sockets."""

import asyncio
import socket

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from common.runtime.health import health_app
from common.runtime.process import serve, until_stopped


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def broken() -> None:
    raise ConnectionError("the store is away")


async def fine() -> None:
    return None


async def test_the_second_port_tells_life_readiness_and_metrics() -> None:
    registry = CollectorRegistry()
    Counter("toa_things", "Things", registry=registry).inc(3)
    app = health_app(checks={"store": broken, "bus": fine}, registry=registry)
    port, stop = free_port(), asyncio.Event()
    serving = asyncio.ensure_future(serve(app, host="127.0.0.1", port=port, stop=stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        async with asyncio.timeout(120):
            while not await _listens(client):
                await asyncio.sleep(0.01)
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["failures"] == {"store": "ConnectionError: the store is away"}
        assert "toa_things_total 3.0" in (await client.get("/metrics")).text
    stop.set()
    await asyncio.wait_for(serving, 120)


async def _listens(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).is_success
    except httpx.ConnectError:
        return False


async def test_endless_work_ends_with_the_stop_and_its_errors_are_raised() -> None:
    stop = asyncio.Event()

    async def endless() -> None:
        await asyncio.Event().wait()

    ending = asyncio.ensure_future(until_stopped(endless, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(ending, 120)
    with pytest.raises(ConnectionError, match="away"):
        await until_stopped(broken, asyncio.Event())
