"""Wires exports."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter

from common.runtime.clock import WallClock
from query_api.adapters.result_files import FsspecFiles
from query_api.adapters.sheets import XlsxSheets
from query_api.adapters.stored_deliveries import StoredDeliveries
from query_api.bootstrap.stores import Stores
from query_api.domain.links import link_key
from query_api.ports import Services
from query_api.ports.exporting import Exporting, Files
from query_api.settings import QuerySettings
from query_api.use_cases.exporting.asking import Asking
from query_api.use_cases.exporting.erasing import ErasingExports, ErasingSchedules
from query_api.use_cases.exporting.producing import Producing
from query_api.use_cases.exporting.sweeping import Sweeping
from query_api.use_cases.exporting.working import TURN_ENDS, Working

Run = Callable[[], Awaitable[None]]


def exporting_of(settings: QuerySettings, stores: Stores) -> Exporting:
    secret = (settings.link_key_file or settings.service_key_file).read_bytes()
    return Exporting(
        sheets=XlsxSheets(),
        files=FsspecFiles(settings.export_url) if settings.export_url else None,
        jobs=stores.exports,
        link_key=link_key(secret),
        public_url=settings.public_url.rstrip("/"),
    )


def export_runs(settings: QuerySettings, services: Services, registry: CollectorRegistry) -> tuple[Run, ...]:
    """What goes on beside the requests; nothing where there is no storage."""
    files = services.exporting.files
    if files is None:
        return ()
    turns = Counter(
        "toa_export_turns", "Turns of export jobs by how they ended; failed is by us.", ["outcome"], registry=registry
    )
    for outcome in TURN_ENDS:
        # From 0 on, so that the first one is a rise.
        turns.labels(outcome)
    workers = [_working(settings, services, files, turns) for _ in range(settings.export_workers)]
    sweeping = Sweeping(
        jobs=services.exporting.jobs, deliveries=services.scheduling.deliveries, files=files, wall=WallClock()
    )
    return (*(worker.run for worker in workers), sweeping.run)


def erasable_exports(services: Services) -> tuple[ErasingSchedules | ErasingExports | StoredDeliveries, ...]:
    """What holds figures of accounts; without a storage there never was a file."""
    files, schedules = services.exporting.files, ErasingSchedules(schedules=services.scheduling.schedules)
    if files is None:
        return (schedules,)
    exports = ErasingExports(jobs=services.exporting.jobs, files=files, wall=services.wall)
    return schedules, exports, StoredDeliveries(files)


def asking_of(services: Services) -> Asking:
    return Asking(
        accounts=services.accounts, access=services.access, metrics=services.metrics.custom, clock=services.clock
    )


def producing_of(services: Services) -> Producing:
    return Producing(
        warehouse=services.warehouse, sheets=services.exporting.sheets, clock=services.clock, wall=services.wall
    )


def _working(settings: QuerySettings, services: Services, files: Files, turns: Counter) -> Working:
    return Working(
        jobs=services.exporting.jobs,
        files=files,
        asking=asking_of(services),
        producing=producing_of(services),
        wall=services.wall,
        at_once=settings.exports_of_workspace,
        life=timedelta(days=settings.export_days),
        counted=lambda outcome: turns.labels(outcome).inc(),
    )
