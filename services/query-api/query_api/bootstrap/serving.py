"""The serving process: what runs in it, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.types import ASGIApp

from common.bus.publish import Publisher
from common.documents import store
from common.runtime import process
from common.runtime.chores import Chores
from common.runtime.clock import WallClock, domain_clock
from common.runtime.health import Check, health_app
from query_api.adapters.answer_cache import MemoryAnswers
from query_api.adapters.clickhouse_looker import ClickHouseLooker
from query_api.adapters.clickhouse_shelf import ClickHouseShelf
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse, Limits
from query_api.adapters.following import Undecodable
from query_api.adapters.key_uses import ToldKeyUses, read_key
from query_api.adapters.rate_limits import MemoryRateLimits
from query_api.adapters.sealed_answers import SealedByServiceKey
from query_api.adapters.session_tokens import JwtSessions
from query_api.adapters.turns import TakingTurns
from query_api.bootstrap.dashboards import dashboard_ports, sweeping_links
from query_api.bootstrap.erasing import erasing_chore
from query_api.bootstrap.exporting import export_runs, exporting_of
from query_api.bootstrap.imports import import_chores, import_ports
from query_api.bootstrap.labels import label_chore, label_ports, rule_runs
from query_api.bootstrap.metrics import metric_ports
from query_api.bootstrap.projections import Projections, projections_of
from query_api.bootstrap.relaying import relay_of
from query_api.bootstrap.replays import replays_chore
from query_api.bootstrap.sample import sample_runs
from query_api.bootstrap.scheduling import delivery_runs, scheduling_of
from query_api.bootstrap.stores import Stores, stores_of
from query_api.domain.rate import Quota
from query_api.entrypoints.app import public_app
from query_api.ports import Services, Unavailable
from query_api.settings import QuerySettings

_SECONDS_FOR_KEYS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is opened before anything can be wired, and closed after everything has ended."""

    database: store.Database
    http: httpx.AsyncClient
    warehouse: ClickHouseWarehouse
    publisher: Publisher
    nudged: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs in the process; `runs` go on until they are stopped."""

    public: ASGIApp
    second: Starlette
    runs: tuple[Callable[[], Awaitable[None]], ...]


async def serve(settings: QuerySettings, stop: asyncio.Event) -> None:
    """Both ports and what runs beside them, until `stop`; one that fails ends all."""
    async with outside(settings) as opened, asyncio.TaskGroup() as tasks:
        seal = SealedByServiceKey(read_key(settings.service_key_file))
        stores = stores_of(opened.database, opened.nudged.set, seal=seal)
        await stores.prepare()
        made = _parts(settings, opened, stores)
        tasks.create_task(process.serve(made.public, host=settings.http_host, port=settings.http_port, stop=stop))
        tasks.create_task(process.serve(made.second, host=settings.health_host, port=settings.health_port, stop=stop))
        for run in made.runs:
            tasks.create_task(process.until_stopped(run, stop))


@asynccontextmanager
async def outside(settings: QuerySettings) -> AsyncIterator[Outside]:
    warehouse = ClickHouseWarehouse(
        url=settings.clickhouse_url, database=settings.clickhouse_database, limits=_limits(settings)
    )
    async with (
        store.opened(settings.mongo_url, settings.mongo_database, failed=_away) as database,
        httpx.AsyncClient(timeout=_SECONDS_FOR_KEYS) as http,
        Publisher(settings.kafka_bootstrap) as publisher,
    ):
        try:
            nudged = asyncio.Event()
            yield Outside(database=database, http=http, warehouse=warehouse, publisher=publisher, nudged=nudged)
        finally:
            await warehouse.close()


def _away(_: str) -> Unavailable:
    return Unavailable("the database")


def _limits(settings: QuerySettings) -> Limits:
    return Limits(
        query_seconds=settings.query_seconds,
        query_bytes=settings.query_bytes,
        export_seconds=settings.export_seconds,
        export_rows=settings.export_rows,
    )


def _parts(settings: QuerySettings, opened: Outside, stores: Stores) -> Parts:
    registry = CollectorRegistry()
    service_key = read_key(settings.service_key_file)
    key_uses = ToldKeyUses(opened.http, base_url=settings.auth_internal_url, key=service_key, wall=WallClock())
    undecodable = Undecodable(registry)
    projections = projections_of(settings, stores, undecodable, registry)
    answers = MemoryAnswers(changes=projections.rollups, most_bytes=settings.answers_bytes, registry=registry)
    services = _services(settings, opened, stores, projections=projections, key_uses=key_uses, answers=answers)
    return Parts(
        public=public_app(
            services,
            registry=registry,
            web_dir=settings.web_dir,
            image_sources=settings.image_sources,
            origins=settings.cors_origins.split(),
        ),
        second=health_app(checks=_checks(opened, projections), registry=registry),
        runs=(
            *projections.runs,
            key_uses.run,
            relay_of(stores, opened.database, opened.publisher, nudged=opened.nudged, registry=registry).run,
            *rule_runs(settings, services.labels, undecodable),
            sweeping_links(stores),
            *sample_runs(settings, stores),
            *export_runs(settings, services, registry),
            *delivery_runs(settings, services, registry),
            _chores(settings, opened, stores, services).run,
        ),
    )


def _chores(settings: QuerySettings, opened: Outside, stores: Stores, services: Services) -> Chores:
    of_labels = label_chore(settings, services.labels)
    of_imports = import_chores(services.imports, opened.publisher, opened.database)
    erasing, replays = erasing_chore(stores, services), replays_chore(stores)
    return Chores((of_labels, erasing, replays, *of_imports), waits_for=Unavailable)


def _services(
    settings: QuerySettings,
    opened: Outside,
    stores: Stores,
    *,
    projections: Projections,
    key_uses: ToldKeyUses,
    answers: MemoryAnswers,
) -> Services:
    return Services(
        warehouse=_in_turn(settings, opened.warehouse),
        accounts=stores.kept_accounts,
        access=projections.access,
        sessions=JwtSessions(http=opened.http, jwks_url=settings.jwks_url, issuer=settings.public_url),
        key_uses=key_uses,
        labels=label_ports(stores, opened.warehouse),
        looker=ClickHouseLooker(warehouse=opened.warehouse),
        dashboards=dashboard_ports(settings, stores),
        answers=answers,
        changes=projections.changes,
        rate_limits=MemoryRateLimits(Quota(requests=settings.rate_limit)),
        shelf=ClickHouseShelf(opened.warehouse),
        metrics=metric_ports(stores),
        exporting=exporting_of(settings, stores),
        scheduling=scheduling_of(stores),
        imports=import_ports(stores, opened.warehouse),
        replays=stores.replays,
        clock=domain_clock(settings.clock_file),
        wall=WallClock(),
    )


def _in_turn(settings: QuerySettings, warehouse: ClickHouseWarehouse) -> TakingTurns:
    return TakingTurns(behind=warehouse, running=settings.workspace_running, waiting=settings.workspace_waiting)


def _checks(opened: Outside, projections: Projections) -> Mapping[str, Check]:
    return {
        "clickhouse": opened.warehouse.check,
        "mongo": opened.database.ping,
        "access": projections.access.follower.check,
        "accounts": projections.accounts.follower.check,
    }
