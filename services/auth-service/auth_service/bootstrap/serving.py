"""The serving process: what runs in it, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Mount

from auth_service.adapters import mongo, tiktok
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.relay import Relay
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.bootstrap.connecting import connecting_of, releasing_of, tiktok_app
from auth_service.bootstrap.internal import internal
from auth_service.bootstrap.mail import mailer_of
from auth_service.bootstrap.public import public
from auth_service.bootstrap.signing_in import forgetting_of, provider_http
from auth_service.bootstrap.stores import Stores, stores
from auth_service.entrypoints.forgetting import Forgetting
from auth_service.entrypoints.internal import PREFIX
from auth_service.entrypoints.mailer import Mailer
from auth_service.entrypoints.sweeper import Sweeper
from auth_service.settings import AuthSettings
from auth_service.use_cases.connecting import Connecting
from common.bus.publish import Publisher
from common.runtime import process
from common.runtime.clock import WallClock
from common.runtime.health import health_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs in the serving process."""

    public: FastAPI
    second: Starlette
    relay: Relay
    sweeper: Sweeper
    mailer: Mailer | None
    forgetting: Forgetting


async def serve(settings: AuthSettings, stop: asyncio.Event) -> None:
    """Both ports, the relay and the sweep, until `stop`; one that fails ends all."""
    async with parts(settings) as made, asyncio.TaskGroup() as tasks:
        tasks.create_task(process.serve(made.public, host=settings.http_host, port=settings.http_port, stop=stop))
        tasks.create_task(process.serve(made.second, host=settings.health_host, port=settings.health_port, stop=stop))
        tasks.create_task(process.until_stopped(made.relay.run, stop))
        tasks.create_task(process.until_stopped(made.sweeper.run, stop))
        tasks.create_task(process.until_stopped(made.forgetting.run, stop))
        if made.mailer:
            tasks.create_task(process.until_stopped(made.mailer.run, stop))


@asynccontextmanager
async def parts(settings: AuthSettings) -> AsyncIterator[Parts]:
    cipher = TokenCipher(read_key_ring(settings.token_keys_file))
    nudged = asyncio.Event()
    async with (
        mongo.opened(settings.mongo_url, settings.mongo_database) as database,
        Publisher(settings.kafka_bootstrap) as publisher,
        httpx.AsyncClient(base_url=f"{settings.tiktok_api_url}/", timeout=tiktok.SECONDS_TO_ANSWER) as http,
        provider_http() as elsewhere,
    ):
        await make_indexes(database)
        made = stores(database, cipher, nudged.set)
        client = tiktok.TikTokClient(http, tiktok_app(settings))
        app = public(settings, made, _connecting(settings, made, client), elsewhere)
        yield _parts(settings, app, stores=made, client=client, database=database, publisher=publisher, nudged=nudged)


def _connecting(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Connecting:
    return connecting_of(settings, stores, client, releasing_of(settings, stores, client))


def _parts(
    settings: AuthSettings,
    app: FastAPI,
    *,
    stores: Stores,
    client: tiktok.TikTokClient,
    database: mongo.Database,
    publisher: Publisher,
    nudged: asyncio.Event,
) -> Parts:
    wall, registry = WallClock(), CollectorRegistry()
    second = health_app(
        checks={"mongo": database.ping, "kafka": publisher.check},
        registry=registry,
        routes=[Mount(PREFIX, app=internal(settings, stores, client))],
    )
    return Parts(
        public=app,
        second=second,
        relay=Relay(
            outboxes=(stores.workspaces.outbox, stores.keys.outbox, stores.connections.outbox),
            publisher=publisher,
            wall=wall,
            nudged=nudged,
            registry=registry,
        ),
        sweeper=_sweeper(settings, stores, client),
        mailer=mailer_of(settings, stores, registry),
        forgetting=forgetting_of(stores),
    )


def _sweeper(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Sweeper:
    releasing = releasing_of(settings, stores, client)
    return Sweeper(states=stores.states, sessions=stores.sessions, releasing=releasing, wall=WallClock())
