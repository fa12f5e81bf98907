"""How long auth-service itself takes to connect an account, against its database writes alone, done by hand."""

import gc
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from auth_service import bootstrap
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.tiktok import TikTokClient
from auth_service.bootstrap.connecting import connecting_of, releasing_of, tiktok_app
from auth_service.bootstrap.key_rings import cipher_of
from auth_service.bootstrap.public import public
from auth_service.bootstrap.signing_in import provider_http, signing_in_of
from auth_service.bootstrap.states import states_of
from auth_service.domain.connection import Profile
from auth_service.domain.errors import StoreUnavailable
from auth_service.domain.grant import Issued
from auth_service.settings import AuthSettings
from auth_service.use_cases.creating import Creating
from benchmarks.browsing import Browser
from benchmarks.floors.writing import Written, heard, writing
from benchmarks.report import Line
from benchmarks.rig import Rig, running_rig
from common.catalog import SCOPES
from common.documents import store
from common.runtime.clock import WallClock

PARTS = ("kafka", "mongo")
_EMAIL, _PASSWORD = "bench@example.test", SecretStr("correct horse battery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`seconds` of all `connects`; `writes`: how many commands changed the database."""

    contender: str
    connects: int
    writes: int
    seconds: float


class _ImmediateTikTok(TikTokClient):
    """Answers at once, so that nothing of what is measured is TikTok's."""

    async def exchange(self, code: str) -> Issued:
        return Issued(
            open_id=code,
            access_token=SecretStr(f"act.{code}"),
            refresh_token=SecretStr(f"rft.{code}"),
            scopes=tuple(sorted(SCOPES)),
        )

    async def profile(self, access_token: SecretStr, *, open_id: str, scopes: Sequence[str]) -> Profile:
        return Profile(username=open_id, display_name=open_id, avatar_url=None, is_business_account=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """The public app as the service wires it, in this process, and somebody who is signed in."""

    app: FastAPI
    bearer: str
    written: Written = field(default_factory=Written)


async def connecting(*, connects: int, rounds: int) -> list[Line]:
    """The service, and a loop of the same writes in a database of its own."""
    runs: list[Run] = []
    async with running_rig(PARTS) as rig:
        os.environ.update(rig.service("auth-service").environment)
        await _round(rig, connects=max(connects // 10, 5))
        for _ in range(rounds):
            runs += await _round(rig, connects=connects)
            print("; ".join(f"{run.contender}: {run.seconds / run.connects * 1e3:.1f} ms" for run in runs[-2:]))
    ours, floor = ([run.seconds for run in runs if run.contender == name] for name in ("auth-service", "writes"))
    ratio = median(our / their for our, their in zip(ours, floor, strict=True))
    said = f"{median(ours) / connects * 1e3:.1f} and {median(floor) / connects * 1e3:.1f} ms a connect"
    return [Line(name="connect / its writes", ratio=ratio, limit=1.5, at_most=True, n=rounds, said=said, runs=runs)]


async def _round(rig: Rig, *, connects: int) -> list[Run]:
    """Account after account: ours, then at once the writes that it did, so that both meet the same machine."""
    spent = {"auth-service": 0.0, "writes": 0.0}
    written = 0
    async with _service(_new_name()) as service, _indexed(_new_name()) as name, writing(rig.mongo, name) as write:
        for number in range(connects):
            service.written.commands.clear()
            spent["auth-service"] += await _connected(service, number)
            spent["writes"] += await write(service.written.commands)
            written += len(service.written.commands)
    return [
        Run(contender=contender, connects=connects, writes=written, seconds=seconds)
        for contender, seconds in spent.items()
    ]


def _new_name() -> str:
    return f"bench_{uuid4().hex[:8]}"


async def _connected(service: _Service, number: int) -> float:
    """The seconds of one account."""
    # From an address of its own: how many may come from one is limited.
    browser = Browser(service.app, address=f"10.0.{number // 250}.{number % 250}", bearer=service.bearer)
    begun = time.perf_counter()
    await _connect(browser, f"open-{number}")
    return time.perf_counter() - begun


async def _connect(browser: Browser, code: str) -> None:
    """As a person does it: start, consent, look at what came, keep it."""
    started = await browser.post("/auth/v1/connections", {"channel": "tiktok"}, expected=201)
    state = _asked_in(started.json()["authorize_url"], "state")
    back = await browser.get("/oauth/tiktok/callback/", {"code": code, "state": state}, expected=303)
    pending = f"/auth/v1/connections/pending/{_asked_in(back.headers['location'], 'pending')}"
    await browser.get(pending, {}, expected=200)
    await browser.post(f"{pending}/confirm", {}, expected=201)


def _asked_in(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query)[name][0]


@asynccontextmanager
async def _service(database_name: str) -> AsyncIterator[_Service]:
    settings = AuthSettings().model_copy(update={"mongo_database": database_name})
    with heard(database_name) as written:
        async with (
            store.opened(settings.mongo_url, database_name, failed=StoreUnavailable) as database,
            httpx.AsyncClient() as http,
            provider_http() as elsewhere,
        ):
            await make_indexes(database)
            stores = bootstrap.stores(database, cipher_of(settings), lambda: None)
            tiktok = _ImmediateTikTok(http, tiktok_app(settings))
            app = public(
                settings,
                stores,
                connecting_of(settings, stores, tiktok, releasing_of(settings, stores, tiktok)),
                client=tiktok,
                states=states_of(settings, stores, tiktok, database, CollectorRegistry()),
                elsewhere=elsewhere,
            )
            # As the service does when it begins to serve.
            gc.freeze()
            yield _Service(app=app, bearer=await _bearer(settings, stores), written=written)


async def _bearer(settings: AuthSettings, stores: bootstrap.Stores) -> str:
    """The access token of a new workspace's owner."""
    passwords, secrets, wall = Argon2Passwords(PasswordHasher()), SystemSecrets(), WallClock()
    creating = Creating(
        users=stores.users,
        workspaces=stores.workspaces,
        keys=stores.keys,
        passwords=passwords,
        secrets=secrets,
        wall=wall,
    )
    await creating.create(name="Bench", email=_EMAIL, password=_PASSWORD, timezone="UTC")
    tokens = JwtAccessTokens(read_session_keys(settings.session_key_file), settings.public_url)
    signed = await signing_in_of(settings, stores, tokens).sign_in(_EMAIL, _PASSWORD, address="10.0.0.1")
    return signed.access_token


@asynccontextmanager
async def _indexed(database_name: str) -> AsyncIterator[str]:
    """A new database with the service's indexes: what they cost is a part of a write."""
    async with store.opened(AuthSettings().mongo_url, database_name, failed=StoreUnavailable) as database:
        await make_indexes(database)
        yield database_name
