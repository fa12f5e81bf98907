"""Wires the ingestor: the only place that picks implementations."""

import asyncio
import gc
from contextlib import AsyncExitStack
from functools import partial

from prometheus_client import CollectorRegistry

from common.bus.publish import Publisher
from common.runtime.clock import WallClock, domain_clock
from common.runtime.logs import configure_logs
from common.runtime.process import until_stopped
from ingestor.adapters import progress_store, tiktok, tokens
from ingestor.adapters.budget_store import MongoBudget
from ingestor.adapters.events import KafkaEvents
from ingestor.adapters.meters import PrometheusMeter
from ingestor.adapters.progress_store import MongoProgress
from ingestor.entrypoints.allowance import AccountPace, Allowance, BudgetedTikTok
from ingestor.entrypoints.collector import Collector
from ingestor.entrypoints.command_consumer import CommandConsumer
from ingestor.entrypoints.erasure_consumer import ErasureConsumer
from ingestor.entrypoints.health import serve_health
from ingestor.entrypoints.roster_consumer import RosterConsumer
from ingestor.entrypoints.turns import Ports
from ingestor.settings import IngestorSettings

# A page of posts is thousands of small objects, none of them in a cycle.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


async def main(stop: asyncio.Event) -> None:
    """Run the service until `stop`."""
    settings = IngestorSettings()
    configure_logs("ingestor", settings.log_level)
    _look_for_garbage_seldom()
    registry = CollectorRegistry()
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(progress_store.connect(settings.mongo_url, settings.mongo_database))
        pace = AccountPace(settings.limits)
        ports = await _ports(settings, store, PrometheusMeter(registry), pace, opened)
        collector = Collector(ports, rhythm=settings.rhythm, concurrency=settings.ingestor_concurrency, pace=pace)
        roster = RosterConsumer(
            collector, bootstrap=settings.kafka_bootstrap, group=settings.ingestor_group, meter=ports.meter
        )
        commands = CommandConsumer(collector, bootstrap=settings.kafka_bootstrap, meter=ports.meter)
        erasures = _erasures(settings, store, ports)
        health = serve_health(
            kafka=roster.check,
            mongo=store.check,
            registry=registry,
            host=settings.health_host,
            port=settings.health_port,
            stop=stop,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(until_stopped(roster.run, stop))
            tasks.create_task(until_stopped(commands.run, stop))
            tasks.create_task(until_stopped(erasures.run, stop))
            tasks.create_task(until_stopped(partial(_collect, collector, commands), stop))
            tasks.create_task(health)


def _look_for_garbage_seldom() -> None:
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


async def _collect(collector: Collector, commands: CommandConsumer) -> None:
    """Begin when all commands are known: a paused account is not asked for once more."""
    await commands.caught_up.wait()
    await collector.run()


def _erasures(settings: IngestorSettings, store: MongoProgress, ports: Ports) -> ErasureConsumer:
    return ErasureConsumer(store, ports.events, bootstrap=settings.kafka_bootstrap, meter=ports.meter, wall=WallClock())


async def _ports(
    settings: IngestorSettings, store: MongoProgress, meter: PrometheusMeter, pace: AccountPace, opened: AsyncExitStack
) -> Ports:
    """Everything outside, connected; `opened` closes it."""
    clock, key = domain_clock(settings.clock_file), tokens.read_key(settings.service_key_file)
    publisher = await opened.enter_async_context(Publisher(settings.kafka_bootstrap))
    auth_http = await opened.enter_async_context(tokens.client(settings.auth_internal_url))
    tiktok_http = await opened.enter_async_context(tiktok.client(settings.tiktok_api_url))
    budget = MongoBudget(store.database)
    allowance = Allowance(budget, app=settings.tiktok_app_id, limits=settings.limits, clock=clock)
    asking = tiktok.HttpTikTok(tiktok_http, clock=clock, meter=meter)
    return Ports(
        clock=clock,
        tiktok=BudgetedTikTok(asking, allowance=allowance, pace=pace, clock=clock),
        tokens=tokens.AuthServiceTokens(auth_http, key=key, clock=clock, wall=WallClock()),
        store=store,
        events=KafkaEvents(publisher),
        meter=meter,
    )
