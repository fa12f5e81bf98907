"""Work for a client that has gone away."""

import asyncio

import pytest
from fastapi import Request

from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse, Limits
from query_api.entrypoints.connection import ClientGone, while_connected
from query_api.ports import Unavailable


async def test_work_is_cancelled_when_its_client_hangs_up() -> None:
    cancelled, hung_up = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def receive() -> dict[str, object]:
        if hung_up.is_set():
            return {"type": "http.disconnect"}
        hung_up.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    with pytest.raises(ClientGone):
        await while_connected(Request({"type": "http"}, receive), work())
    assert cancelled.is_set()


async def test_work_that_fails_fails_as_itself() -> None:
    async def work() -> None:
        raise Unavailable("the warehouse")

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    with pytest.raises(Unavailable):
        await while_connected(Request({"type": "http"}, receive), work())


async def test_a_clickhouse_that_is_away_is_unavailable() -> None:
    limits = Limits(query_seconds=1, query_bytes=10**8, export_seconds=1, export_rows=10)
    warehouse = ClickHouseWarehouse(url="http://127.0.0.1:1", database="toa", limits=limits)
    with pytest.raises(Unavailable):
        await warehouse.check()
