"""Exports while ClickHouse dies, hangs, or says something in the middle."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from common.warehouse.migrate import migrate
from embedded import ports, readiness
from query_api.adapters.cut_streams import CutShort, rows_only

from .system import Api, Platform, Tenant, until

ROWS, AT_ONCE = 200_000, 50_000
PARAMETERS = {"from": "2026-02-01", "to": "2026-03-12"}
TAG = "abcdef0123456789"
MARK = f"\r\n__exception__\r\n{TAG}\r\n".encode()


async def _given(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _read(pieces: list[bytes], tag: str | None = TAG) -> tuple[bytes, str | None]:
    """The rows, and what ClickHouse says behind them."""
    rows = b""
    try:
        async for piece in rows_only(_given(pieces), tag=tag):
            rows += piece
    except CutShort as cut:
        return rows, cut.said
    return rows, None


@pytest.mark.parametrize("at", range(len(MARK) + 8))
async def test_wherever_the_mark_is_torn_it_is_no_data(at: int) -> None:
    rows, message = b"1,2\n3,4\n", b"Code: 241. DB::Exception: memory\r\n32 abcdef\r\n__exception__\r\n"
    whole = rows + MARK + message
    torn = [whole[: at + 4], whole[at + 4 :]]
    given, said = await _read(torn)
    assert said == "Code: 241. DB::Exception: memory"
    assert rows.startswith(given), "pieces before it may be held back, never more given"
    assert (await _read([rows, MARK + message]))[0] in (b"", rows)


async def test_rows_that_look_like_a_mark_are_rows() -> None:
    looks = b'"x\r\n__exception__\r\nother"\n'
    assert await _read([looks, b"1\n", b"", b"2\n"]) == (looks + b"1\n2\n", None)
    assert (await _read([looks], tag=None))[1] is not None, "an older ClickHouse has no tag"
    assert await _read([]) == (b"", None)


@pytest.fixture
def fragile(platform: Platform, tmp_path: Path) -> Iterator[tuple[Platform, "subprocess.Popen[bytes]"]]:
    """A ClickHouse of its own, to be treated badly."""
    port = ports.choose({"clickhouse": 0})["clickhouse"]
    command = [sys.executable, "-m", "embedded.clickhouse", "--data", str(tmp_path / "clickhouse"), "--port", str(port)]
    with (tmp_path / "clickhouse.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        made = replace(platform, clickhouse=f"http://127.0.0.1:{port}")

        async def ready() -> None:
            await readiness.clickhouse(made.clickhouse)
            await migrate(made.clickhouse, database="toa")

        asyncio.run(ready())
        yield made, process
        process.send_signal(signal.SIGCONT)
        process.kill()


@pytest.fixture
def posted(fragile: tuple[Platform, "subprocess.Popen[bytes]"], new_api: Callable[..., Api]) -> Iterator[Tenant]:
    platform, _ = fragile
    api = new_api({"TOA_CLICKHOUSE_URL": platform.clickhouse, "TOA_EXPORT_SECONDS": "1", "TOA_QUERY_SECONDS": "1"})
    tenant = Tenant(platform=platform, url=api.url)
    tenant.publish_key()
    account = tenant.connect()
    tenant.until_accounts(1)
    for first in range(0, ROWS, AT_ONCE):
        platform.sql(
            f"""INSERT INTO post_latest
            (workspace_id, account_id, channel, post_id, published_at, format, caption, video_views,
             first_observed_at, observed_at, version)
            SELECT '{tenant.workspace_id}', '{account}', 'tiktok', toString(number),
                toDateTime('2026-03-01 00:00:00', 'UTC') + number, 'video', repeat('words ', 20), number,
                now64(3), now64(3), 1
            FROM numbers({first}, {AT_ONCE})"""
        )
    yield tenant
    os.kill(api.process.pid, signal.SIGTERM)
    api.process.wait(60)


def _read_while_it_dies(
    client: httpx.Client, tenant: Tenant, clickhouse: "subprocess.Popen[bytes]", received: list[bytes]
) -> None:
    address = f"{tenant.url}/v1/widgets/post_explorer"
    with client.stream("GET", address, params={**PARAMETERS, "format": "jsonl"}, headers=tenant.headers) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            if not received:
                clickhouse.kill()
                clickhouse.wait()
            received.append(piece)


def test_a_clickhouse_that_dies_or_hangs_never_makes_a_short_file(
    posted: Tenant, fragile: tuple[Platform, "subprocess.Popen[bytes]"]
) -> None:
    _, clickhouse = fragile
    address = f"{posted.url}/v1/widgets/post_explorer"

    clickhouse.send_signal(signal.SIGSTOP)
    for form in ("csv", "parquet", "xlsx"):
        slow = httpx.get(address, params={**PARAMETERS, "format": form}, headers=posted.headers, timeout=60)
        assert (slow.status_code, slow.json()["type"]) == (503, "unavailable")
        assert slow.headers["retry-after"].isdecimal()
    clickhouse.send_signal(signal.SIGCONT)

    # A client with a small buffer that reads slowly holds the answer back until ClickHouse is dead.
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])
    received: list[bytes] = []
    with httpx.Client(transport=small, timeout=60) as client:
        until(
            lambda: client.get(address, params={**PARAMETERS, "limit": 1}, headers=posted.headers).is_success,
            seconds=60,
        )
        with pytest.raises(httpx.RemoteProtocolError):
            _read_while_it_dies(client, posted, clickhouse, received)
    assert received
    assert b"".join(received).count(b"\n") < ROWS

    for form in ("csv", "jsonl", "parquet", "xlsx"):
        away = httpx.get(address, params={**PARAMETERS, "format": form}, headers=posted.headers, timeout=60)
        assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
