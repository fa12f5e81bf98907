"""The wiring: the only place that picks implementations, and the life of the process."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Mount

from auth_service.adapters import mongo, tiktok
from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_key
from auth_service.adapters.accounts import MongoConnections, MongoGrants
from auth_service.adapters.consents import MongoConnectStates, MongoPendings
from auth_service.adapters.indexes import make_indexes
from auth_service.adapters.passwords import Argon2Passwords
from auth_service.adapters.people import MongoApiKeys, MongoSessions, MongoUsers, MongoWorkspaces
from auth_service.adapters.randomness import SystemSecrets
from auth_service.adapters.relay import SERVICE, Relay
from auth_service.adapters.service_callers import SignedCallers
from auth_service.adapters.token_cipher import TokenCipher, read_key_ring
from auth_service.domain.errors import AuthError
from auth_service.entrypoints import callback, command_line, internal
from auth_service.entrypoints.apps import internal_app, public_app
from auth_service.entrypoints.connections import connections_router
from auth_service.entrypoints.sessions import key_set_router, sessions_router
from auth_service.entrypoints.sweeper import Sweeper
from auth_service.settings import AuthSettings, StoreSettings, fault
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.lending_tokens import LendingTokens
from auth_service.use_cases.releasing import Releasing
from auth_service.use_cases.signing_in import SigningIn
from common.bus.publish import Publisher
from common.runtime import process
from common.runtime.clock import WallClock, domain_clock
from common.runtime.health import health_app
from common.runtime.logs import configure_logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    users: MongoUsers
    workspaces: MongoWorkspaces
    keys: MongoApiKeys
    sessions: MongoSessions
    states: MongoConnectStates
    pendings: MongoPendings
    grants: MongoGrants
    connections: MongoConnections


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs in the serving process."""

    public: FastAPI
    second: Starlette
    relay: Relay
    sweeper: Sweeper


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code."""
    command = command_line.parse(arguments)
    work: Callable[[], int]
    try:
        work = partial(_command, command, StoreSettings()) if command else partial(_service, AuthSettings())
    except ValueError as error:
        sys.stderr.write(f"auth-service cannot start: {fault(error)}\n")
        return 2
    return work()


def _service(settings: AuthSettings) -> int:
    configure_logs(SERVICE, settings.log_level)
    process.run(lambda stop: serve(settings, stop))
    return 0


def _command(command: command_line.CreateWorkspace, settings: StoreSettings) -> int:
    configure_logs(SERVICE, settings.log_level)
    return asyncio.run(_create_workspace(command, settings))


async def serve(settings: AuthSettings, stop: asyncio.Event) -> None:
    """Both ports, the relay and the sweep, until `stop`; one that fails ends all."""
    async with parts(settings) as made, asyncio.TaskGroup() as tasks:
        tasks.create_task(process.serve(made.public, host=settings.http_host, port=settings.http_port, stop=stop))
        tasks.create_task(process.serve(made.second, host=settings.health_host, port=settings.health_port, stop=stop))
        tasks.create_task(process.until_stopped(made.relay.run, stop))
        tasks.create_task(process.until_stopped(made.sweeper.run, stop))


@asynccontextmanager
async def parts(settings: AuthSettings) -> AsyncIterator[Parts]:
    cipher = TokenCipher(read_key_ring(settings.token_keys_file))
    nudged = asyncio.Event()
    async with (
        mongo.opened(settings.mongo_url, settings.mongo_database) as database,
        Publisher(settings.kafka_bootstrap) as publisher,
        httpx.AsyncClient(base_url=f"{settings.tiktok_api_url}/", timeout=tiktok.SECONDS_TO_ANSWER) as http,
    ):
        await make_indexes(database)
        made = stores(database, cipher, nudged.set)
        client = tiktok.TikTokClient(http, _app(settings))
        yield _parts(settings, stores=made, client=client, database=database, publisher=publisher, nudged=nudged)


def stores(database: mongo.Database, cipher: TokenCipher, written: Callable[[], None]) -> Stores:
    return Stores(
        users=MongoUsers(database),
        workspaces=MongoWorkspaces(database, written),
        keys=MongoApiKeys(database, written),
        sessions=MongoSessions(database),
        states=MongoConnectStates(database),
        pendings=MongoPendings(database, cipher),
        grants=MongoGrants(database, cipher),
        connections=MongoConnections(database, written),
    )


def _app(settings: AuthSettings) -> tiktok.TikTokApp:
    return tiktok.TikTokApp(
        app_id=settings.tiktok_app_id,
        client_key=settings.tiktok_client_key,
        secret=settings.tiktok_app_secret,
        authorize_url=settings.tiktok_authorize_url,
        redirect_uri=f"{settings.public_url}{callback.PATH}",
    )


def _parts(
    settings: AuthSettings,
    *,
    stores: Stores,
    client: tiktok.TikTokClient,
    database: mongo.Database,
    publisher: Publisher,
    nudged: asyncio.Event,
) -> Parts:
    wall, registry = WallClock(), CollectorRegistry()
    releasing = _releasing(settings, stores, client)
    second = health_app(
        checks={"mongo": database.ping, "kafka": publisher.check},
        registry=registry,
        routes=[Mount(internal.PREFIX, app=_internal(settings, stores, client))],
    )
    return Parts(
        public=_public(settings, stores=stores, client=client, releasing=releasing),
        second=second,
        relay=Relay(
            outboxes=(stores.workspaces.outbox, stores.keys.outbox, stores.connections.outbox),
            publisher=publisher,
            wall=wall,
            nudged=nudged,
            registry=registry,
        ),
        sweeper=Sweeper(states=stores.states, sessions=stores.sessions, releasing=releasing, wall=wall),
    )


def _releasing(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> Releasing:
    return Releasing(
        pendings=stores.pendings,
        connections=stores.connections,
        grants=stores.grants,
        tiktok=client,
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def _public(settings: AuthSettings, *, stores: Stores, client: tiktok.TikTokClient, releasing: Releasing) -> FastAPI:
    tokens = JwtAccessTokens(read_session_key(settings.session_key_file), settings.public_url)
    signing_in = SigningIn(
        users=stores.users,
        workspaces=stores.workspaces,
        sessions=stores.sessions,
        passwords=Argon2Passwords(PasswordHasher()),
        tokens=tokens,
        secrets=SystemSecrets(),
        wall=WallClock(),
    )
    connecting = Connecting(
        states=stores.states,
        pendings=stores.pendings,
        grants=stores.grants,
        connections=stores.connections,
        tiktok=client,
        releasing=releasing,
        secrets=SystemSecrets(),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )
    routers = (
        sessions_router(signing_in, secure_cookies=settings.public_url.startswith("https://")),
        key_set_router(tokens),
        connections_router(connecting, signing_in),
        callback.callback_router(connecting, settings.public_url),
    )
    return public_app(routers)


def _internal(settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient) -> FastAPI:
    lending = LendingTokens(
        connections=stores.connections,
        grants=stores.grants,
        tiktok=client,
        margin=timedelta(minutes=settings.token_margin_minutes),
        domain=domain_clock(settings.clock_file),
        wall=WallClock(),
    )
    return internal_app((internal.tokens_router(lending, SignedCallers(settings.service_public_keys)),))


async def _create_workspace(command: command_line.CreateWorkspace, settings: StoreSettings) -> int:
    async with mongo.opened(settings.mongo_url, settings.mongo_database) as database:
        creating = Creating(
            users=MongoUsers(database),
            workspaces=MongoWorkspaces(database, _unheard),
            keys=MongoApiKeys(database, _unheard),
            passwords=Argon2Passwords(PasswordHasher()),
            secrets=SystemSecrets(),
            wall=WallClock(),
        )
        try:
            await make_indexes(database)
            await command_line.create_workspace(command, creating)
        except (AuthError, OSError) as error:
            sys.stderr.write(f"create-workspace: {error}\n")
            return 1
    return 0


def _unheard() -> None:
    """A command writes and ends; the serving process finds its events by the sweep."""
