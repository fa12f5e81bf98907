"""A sandbox in this process, on a clock file that stands practically still until a test moves it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from common.runtime import process
from common.runtime.clock import FileClock, set_clock
from sandbox.bootstrap import open_sandbox
from sandbox.domain.scopes import DESCRIPTIONS
from sandbox.domain.world import World
from sandbox.settings import SandboxSettings

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
REDIRECT = "https://app.example/oauth/callback/"
# Slow enough that a whole test run takes less than a millisecond of domain time.
STILL = 1e-7


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    path = tmp_path / "clock.json"
    set_clock(path, now=START, rate=STILL)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    return SandboxSettings(
        http_port=0,
        sandbox_seed=7,
        sandbox_state_dir=tmp_path / "state",
        tiktok_app_id="7123",
        tiktok_app_secret="not-a-real-secret",
        tiktok_client_key="key-1",
        # On a clock that stands, every limit of a second would be a limit for ever; test_limits.py sets them.
        sandbox_account_minute_limit=0,
        sandbox_app_minute_limit=0,
        sandbox_app_second_limit=0,
    )


@pytest.fixture
def app(settings: SandboxSettings, clock_file: Path) -> Iterator[Starlette]:
    with open_sandbox(settings, FileClock(clock_file)) as sandbox:
        yield sandbox.app


@pytest.fixture
async def tiktok(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as client:
        yield client


@pytest.fixture
async def served(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The same sandbox over a real socket, for what only a socket shows."""
    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """The address of `app`, served in this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    stop = asyncio.Event()
    task = asyncio.create_task(process.serve(app, host="127.0.0.1", port=port, stop=stop, date_header=False))
    try:
        await listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        await task


async def listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                return writer.close()


@pytest.fixture(scope="session")
def world() -> World:
    return World(7)


@pytest.fixture(scope="session")
def open_ids(world: World) -> dict[str, str]:
    return {account.character.username: account.open_id for account in world.accounts}


@pytest.fixture
def consent(tiktok: httpx.AsyncClient, open_ids: dict[str, str]) -> Callable[[str, list[str]], Awaitable[str]]:
    """Allow as the named account; the code TikTok sends back."""

    async def allow(username: str, scopes: list[str]) -> str:
        form = {
            "client_key": "key-1",
            "redirect_uri": REDIRECT,
            "state": "s",
            "account": open_ids[username],
            "decision": "allow",
            "scopes": scopes,
        }
        reply = await tiktok.post("/v2/auth/authorize", data=form)
        assert reply.status_code == 302, reply.text
        return httpx.URL(reply.headers["location"]).params["code"]

    return allow


@pytest.fixture
def connect(
    tiktok: httpx.AsyncClient, consent: Callable[[str, list[str]], Awaitable[str]]
) -> Callable[..., Awaitable[dict[str, str]]]:
    """Consent and exchange the code; TikTok's token data. All scopes unless named."""

    async def exchange(username: str, scopes: list[str] | None = None) -> dict[str, str]:
        body = {
            "client_id": "7123",
            "client_secret": "not-a-real-secret",
            "grant_type": "authorization_code",
            "auth_code": await consent(username, scopes or list(DESCRIPTIONS)),
            "redirect_uri": REDIRECT,
        }
        reply = (await tiktok.post("/open_api/v1.3/tt_user/oauth2/token/", json=body)).json()
        assert reply["code"] == 0, reply
        data: dict[str, str] = reply["data"]
        return data

    return exchange
