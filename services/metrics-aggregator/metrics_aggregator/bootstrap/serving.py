"""The wiring of the serving process: ClickHouse, Kafka, the Faust app and the health port."""

import asyncio
import gc
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import faust
from clickhouse_connect.driver.asyncclient import AsyncClient
from faust.types import TP

from common.bus.publish import Publisher
from common.events.envelope import epoch_ms
from common.events.topics import POST_SNAPSHOTS
from common.runtime import process
from common.runtime.clock import WallClock
from common.runtime.health import health_app
from common.runtime.logs import configure_logs, logger
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.account_tables import ClickHouseAccountTables
from metrics_aggregator.adapters.batching import BatchConsumer
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.contracts import StrictContracts
from metrics_aggregator.adapters.dead_letters import KafkaDeadLetters
from metrics_aggregator.adapters.erasure_topic import follow_erasures
from metrics_aggregator.adapters.faust_app import bytes_topic, create_faust_app
from metrics_aggregator.adapters.group import KafkaGroup, KafkaInputs
from metrics_aggregator.adapters.metrics import Lag, LagCollector, Metrics, TimedWarehouse
from metrics_aggregator.adapters.retrying import EndlessRetry
from metrics_aggregator.adapters.sharded_tables import ShardedAccountTables
from metrics_aggregator.adapters.shards import ShardedWarehouse, open_shards
from metrics_aggregator.domain.erasures import Ledger
from metrics_aggregator.entrypoints.agents import add_agent
from metrics_aggregator.entrypoints.letter_count import count_letters
from metrics_aggregator.ports import Warehouse
from metrics_aggregator.rollups import ROLLUPS
from metrics_aggregator.settings import AggregatorSettings
from metrics_aggregator.use_cases.erasing import Erasing
from metrics_aggregator.use_cases.lane import Lane
from metrics_aggregator.use_cases.pipeline import ROUTES, SERVICE, Pipeline

# A batch that waits for ClickHouse longer than this at a stop is left unacknowledged and read again at the next start.
STOP_SECONDS = 10
# As much garbage as in this time is kept: a few thousand small objects, as only what waits and fails makes cycles.
COLLECT_SECONDS = 10.0


def serve() -> int:
    """Serve until SIGTERM."""
    settings = AggregatorSettings()
    configure_logs(SERVICE, settings.log_level)
    _collect_no_garbage_by_count()
    process.run(lambda stop: _serve(settings, stop))
    return 0


def _collect_no_garbage_by_count() -> None:
    """A record is a dozen small objects, none of them in a cycle; looking for cycles after so many of them was a third
    of all work, and a seventh after 50,000."""
    gc.collect()
    gc.freeze()
    gc.disable()


async def _collect_garbage() -> None:
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """What the worker is connected to, what it counts, and the erasures it knows."""

    shards: Sequence[AsyncClient]
    outlet: Publisher
    letters: KafkaDeadLetters
    metrics: Metrics
    ledger: Ledger


async def _serve(settings: AggregatorSettings, stop: asyncio.Event) -> None:
    async with (
        open_shards(settings) as shards,
        Publisher(settings.kafka_bootstrap) as outlet,
        KafkaDeadLetters(settings.kafka_bootstrap, group=settings.consumer_group) as letters,
    ):
        outside = _Outside(shards=shards, outlet=outlet, letters=letters, metrics=Metrics(), ledger=Ledger())
        await _work(settings, outside, stop)


async def _work(settings: AggregatorSettings, outside: _Outside, stop: asyncio.Event) -> None:
    metrics, ledger = outside.metrics, outside.ledger
    warehouse = TimedWarehouse(ShardedWarehouse([ClickHouseWarehouse(client) for client in outside.shards]), metrics)
    app = _faust_app(settings, _pipeline(settings, outside, warehouse))
    joined = _joined(app)
    metrics.registry.register(LagCollector(lambda: _lags(app) if joined.complete else ()))
    health = health_app(
        checks={"clickhouse": warehouse.check, "kafka": outside.outlet.check, "group": joined},
        registry=metrics.registry,
    )
    erasing = _erasing(settings, outside, is_mine=lambda: joined.complete and _is_first(app))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(process.serve(health, host=settings.health_host, port=settings.health_port, stop=stop))
        await _know_erasures(settings, ledger, tasks, stop)
        tasks.create_task(process.until_stopped(erasing.run, stop))
        tasks.create_task(process.until_stopped(lambda: count_letters(outside.letters, metrics), stop))
        tasks.create_task(process.until_stopped(_collect_garbage, stop))
        await _run_faust(app, stop)
        stop.set()


def _pipeline(settings: AggregatorSettings, outside: _Outside, warehouse: Warehouse) -> Pipeline:
    return Pipeline(
        contracts=StrictContracts(),
        warehouse=warehouse,
        outlet=outside.outlet,
        retry=EndlessRetry(outside.metrics),
        wall_clock=WallClock(),
        observer=outside.metrics,
        facts_only=settings.facts_only,
        ledger=outside.ledger,
    )


def _erasing(settings: AggregatorSettings, outside: _Outside, *, is_mine: Callable[[], bool]) -> Erasing:
    placement = Placement(settings.clickhouse_cluster)
    return Erasing(
        ledger=outside.ledger,
        tables=ShardedAccountTables([ClickHouseAccountTables(client, placement) for client in outside.shards]),
        inputs=KafkaInputs(KafkaGroup(settings.kafka_bootstrap, group=settings.consumer_group), tuple(ROUTES)),
        outlet=outside.outlet,
        retry=EndlessRetry(outside.metrics),
        wall_clock=WallClock(),
        rollups=tuple(ROLLUPS),
        is_mine=is_mine,
    )


async def _know_erasures(
    settings: AggregatorSettings, ledger: Ledger, tasks: asyncio.TaskGroup, stop: asyncio.Event
) -> None:
    """Return once every erasure there is is known, or at `stop`: before it nothing may be taken in."""
    caught_up = asyncio.Event()

    async def follow() -> None:
        await follow_erasures(settings.kafka_bootstrap, ledger, caught_up=caught_up)

    async def wait() -> None:
        await caught_up.wait()

    tasks.create_task(process.until_stopped(follow, stop))
    await process.until_stopped(wait, stop)


def _is_first(app: faust.App) -> bool:
    """Whether this worker has the partition whose holder does what only one needs to do."""
    return TP(POST_SNAPSHOTS.name, 0) in app.consumer.assignment()


def _faust_app(settings: AggregatorSettings, pipeline: Pipeline) -> faust.App:
    app = create_faust_app(
        bootstrap=settings.kafka_bootstrap,
        group=settings.consumer_group,
        instance_id=settings.instance_id,
        # Faust makes folders for tables at each start. There are none, so all workers share one empty place.
        data_folder=str(Path(tempfile.gettempdir()) / "toa-aggregator"),
    )
    for name in ROUTES:
        add_agent(app, bytes_topic(app, name), lambda topic: _lane(app, pipeline, topic))
    return app


def _lane(app: faust.App, pipeline: Pipeline, topic: str) -> Lane:
    return Lane(pipeline, topic, waiting=lambda: _waiting(app, topic))


def _waiting(app: faust.App, topic: str) -> int:
    consumer = app.consumer
    return consumer.waiting(topic) if isinstance(consumer, BatchConsumer) else 0


async def _run_faust(app: faust.App, stop: asyncio.Event) -> None:
    app.finalize()
    await app.start()
    ended = asyncio.ensure_future(app.wait_until_stopped())
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        logger("faust").critical("the worker ended by itself", reason=repr(app.crash_reason))
        os._exit(1)
    try:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    except TimeoutError:
        logger("faust").warning("a batch is still waiting for its sink; it will be read again")
        os._exit(0)
    ended.cancel()


def _lags(app: faust.App) -> Iterable[Lag]:
    consumer = app.consumer
    return consumer.lags(epoch_ms(WallClock().now())) if isinstance(consumer, BatchConsumer) else ()


def _joined(app: faust.App) -> "_JoinCheck":
    check = _JoinCheck()
    app.on_rebalance_complete.connect(check.completed)
    return check


class _JoinCheck:
    """Ready once the worker has its first assignment."""

    def __init__(self) -> None:
        self.complete = False

    async def completed(self, *_: object, **__: object) -> None:
        self.complete = True

    async def __call__(self) -> None:
        if not self.complete:
            raise RuntimeError("not yet a member of the consumer group")
