"""The serving process: what runs in it, and for how long."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Mount

from auth_service.adapters import tiktok
from auth_service.adapters.erasure_topic import ErasureTopic
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.relay import Relay
from auth_service.bootstrap.chores import chores_of
from auth_service.bootstrap.connecting import connecting_of, releasing_of, tiktok_app
from auth_service.bootstrap.internal import internal
from auth_service.bootstrap.key_rings import cipher_of
from auth_service.bootstrap.mail import mailing_of
from auth_service.bootstrap.public import public
from auth_service.bootstrap.relaying import relay_of
from auth_service.bootstrap.signing_in import provider_http
from auth_service.bootstrap.states import States, states_of
from auth_service.bootstrap.stores import Stores, stores
from auth_service.domain.errors import StoreUnavailable
from auth_service.entrypoints.internal import PREFIX
from auth_service.settings import AuthSettings
from common.bus.publish import Publisher
from common.documents import store
from common.runtime import process
from common.runtime.chores import Chores
from common.runtime.health import health_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs in the serving process."""

    public: FastAPI
    second: Starlette
    relay: Relay
    states: States
    chores: Chores
    erasure_topic: ErasureTopic


async def serve(settings: AuthSettings, stop: asyncio.Event) -> None:
    """Both ports, the relay, the chores and what is followed, until `stop`; one that fails ends all."""
    async with parts(settings) as made, asyncio.TaskGroup() as tasks:
        # What is there by now stays: it need not be looked through for garbage while requests are answered.
        gc.freeze()
        tasks.create_task(process.serve(made.public, host=settings.http_host, port=settings.http_port, stop=stop))
        tasks.create_task(process.serve(made.second, host=settings.health_host, port=settings.health_port, stop=stop))
        tasks.create_task(process.until_stopped(made.relay.run, stop))
        for run in made.states.runs:
            tasks.create_task(process.until_stopped(run, stop))
        tasks.create_task(process.until_stopped(made.chores.run, stop))
        tasks.create_task(process.until_stopped(made.erasure_topic.run, stop))


@asynccontextmanager
async def parts(settings: AuthSettings) -> AsyncIterator[Parts]:
    cipher = cipher_of(settings)
    nudged = asyncio.Event()
    async with (
        store.opened(settings.mongo_url, settings.mongo_database, failed=StoreUnavailable) as database,
        Publisher(settings.kafka_bootstrap) as publisher,
        httpx.AsyncClient(base_url=f"{settings.tiktok_api_url}/", timeout=tiktok.SECONDS_TO_ANSWER) as http,
        provider_http() as elsewhere,
    ):
        await make_indexes(database)
        made = stores(database, cipher, nudged.set)
        client = tiktok.TikTokClient(http, tiktok_app(settings))
        yield _parts(
            settings,
            stores=made,
            client=client,
            elsewhere=elsewhere,
            database=database,
            publisher=publisher,
            nudged=nudged,
        )


def _parts(
    settings: AuthSettings,
    *,
    stores: Stores,
    client: tiktok.TikTokClient,
    elsewhere: httpx.AsyncClient,
    database: store.Database,
    publisher: Publisher,
    nudged: asyncio.Event,
) -> Parts:
    registry = CollectorRegistry()
    releasing = releasing_of(settings, stores, client)
    connecting = connecting_of(settings, stores, client, releasing)
    states = states_of(settings, stores, client, database, registry)
    inside = Mount(PREFIX, app=internal(settings, stores, client))
    checks = {"mongo": database.ping, "kafka": publisher.check}
    return Parts(
        public=public(settings, stores, connecting, client=client, states=states, elsewhere=elsewhere),
        states=states,
        second=health_app(checks=checks, registry=registry, routes=[inside]),
        relay=relay_of(stores, database, publisher, nudged=nudged, registry=registry),
        chores=chores_of(settings, stores, client, mailing_of(settings, stores, registry)),
        erasure_topic=ErasureTopic(settings.kafka_bootstrap, stores.erasures, stores.workspace_keys),
    )
