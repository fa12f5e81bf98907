"""The wiring: the only place that picks implementations, and the life of the process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from common.runtime import process
from common.runtime.clock import WallClock, domain_clock
from common.runtime.health import Check, health_app
from common.runtime.logs import configure_logs
from query_api.adapters import mongo
from query_api.adapters.access_projection import AccessProjection
from query_api.adapters.accounts_projection import AccountsProjection
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse, Limits
from query_api.adapters.following import Follower, Undecodable
from query_api.adapters.key_uses import ToldKeyUses, read_key
from query_api.adapters.session_tokens import JwtSessions
from query_api.entrypoints.app import public_app
from query_api.ports import Services
from query_api.settings import QuerySettings

SERVICE = "query-api"
_SECONDS_FOR_KEYS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs in the process."""

    public: FastAPI
    second: Starlette
    followers: tuple[Follower, ...]
    key_uses: ToldKeyUses


def run() -> None:
    settings = QuerySettings()
    configure_logs(SERVICE, settings.log_level)
    process.run(lambda stop: serve(settings, stop))


async def serve(settings: QuerySettings, stop: asyncio.Event) -> None:
    """Both ports and the followers, until `stop`; one that fails ends all."""
    async with parts(settings) as made, asyncio.TaskGroup() as tasks:
        tasks.create_task(process.serve(made.public, host=settings.http_host, port=settings.http_port, stop=stop))
        tasks.create_task(process.serve(made.second, host=settings.health_host, port=settings.health_port, stop=stop))
        tasks.create_task(process.until_stopped(made.key_uses.run, stop))
        for follower in made.followers:
            tasks.create_task(process.until_stopped(follower.run, stop))


@asynccontextmanager
async def parts(settings: QuerySettings) -> AsyncIterator[Parts]:
    warehouse = ClickHouseWarehouse(
        url=settings.clickhouse_url, database=settings.clickhouse_database, limits=_limits(settings)
    )
    async with (
        mongo.opened(settings.mongo_url, settings.mongo_database) as accounts,
        httpx.AsyncClient(timeout=_SECONDS_FOR_KEYS) as http,
    ):
        await accounts.prepare()
        try:
            yield _parts(settings, warehouse=warehouse, accounts=accounts, http=http)
        finally:
            await warehouse.close()


def _limits(settings: QuerySettings) -> Limits:
    return Limits(
        query_seconds=settings.query_seconds,
        query_bytes=settings.query_bytes,
        export_seconds=settings.export_seconds,
        export_rows=settings.export_rows,
    )


def _parts(
    settings: QuerySettings, *, warehouse: ClickHouseWarehouse, accounts: mongo.MongoAccounts, http: httpx.AsyncClient
) -> Parts:
    registry, wall = CollectorRegistry(), WallClock()
    undecodable = Undecodable(registry)
    key_uses = ToldKeyUses(
        http, base_url=settings.auth_internal_url, key=read_key(settings.service_key_file), wall=wall
    )
    access = AccessProjection(bootstrap=settings.kafka_bootstrap, wall=wall, undecodable=undecodable, registry=registry)
    connected = AccountsProjection(bootstrap=settings.kafka_bootstrap, store=accounts, undecodable=undecodable)
    services = Services(
        warehouse=warehouse,
        accounts=accounts,
        access=access,
        sessions=JwtSessions(http=http, jwks_url=settings.jwks_url, issuer=settings.public_url),
        key_uses=key_uses,
        clock=domain_clock(settings.clock_file),
        wall=wall,
    )
    return Parts(
        public=public_app(services, registry=registry, web_dir=settings.web_dir, image_sources=settings.image_sources),
        second=health_app(checks=_checks(warehouse, accounts, access, connected), registry=registry),
        followers=(access.follower, connected.follower),
        key_uses=key_uses,
    )


def _checks(
    warehouse: ClickHouseWarehouse,
    accounts: mongo.MongoAccounts,
    access: AccessProjection,
    connected: AccountsProjection,
) -> Mapping[str, Check]:
    return {
        "clickhouse": warehouse.check,
        "mongo": accounts.check,
        "access": access.follower.check,
        "accounts": connected.follower.check,
    }
