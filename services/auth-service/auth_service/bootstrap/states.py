"""Wires what keeps the states of connections current, and what reads them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from auth_service.adapters import tiktok
from auth_service.adapters.collection_statuses import MongoCollectionStatuses
from auth_service.adapters.connection_scans import MongoConnectionScans
from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap.internal import lending_of
from auth_service.bootstrap.stores import Stores
from auth_service.entrypoints import webhooks
from auth_service.entrypoints.business_checker import BusinessChecker
from auth_service.entrypoints.census import Census
from auth_service.entrypoints.status_follower import StatusFollower
from auth_service.entrypoints.webhook_registration import WebhookRegistration
from auth_service.settings import AuthSettings
from auth_service.use_cases.checking_business import CheckingBusiness
from auth_service.use_cases.viewing import Viewing
from common.documents.store import Database
from common.runtime.clock import WallClock, domain_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """`runs`: what is at work beside the requests."""

    viewing: Viewing
    runs: tuple[Callable[[], Awaitable[None]], ...]


def states_of(
    settings: AuthSettings, stores: Stores, client: tiktok.TikTokClient, database: Database, registry: CollectorRegistry
) -> States:
    statuses, scans = MongoCollectionStatuses(database), MongoConnectionScans(database)
    viewing = Viewing(statuses=statuses, pages=scans)
    census = Census(
        viewing=viewing,
        consents=stores.grants,
        leases=stores.leases,
        holder=str(SystemSecrets().new_id()),
        wall=WallClock(),
        domain=domain_clock(settings.clock_file),
        registry=registry,
    )
    checking = CheckingBusiness(
        checks=scans,
        connections=stores.connections,
        lending=lending_of(settings, stores, client),
        tiktok=client,
        domain=domain_clock(settings.clock_file),
    )
    follower = StatusFollower(statuses, bootstrap=settings.kafka_bootstrap, registry=registry)
    return States(
        viewing=viewing,
        runs=(follower.run, census.run, BusinessChecker(checking).run, *_registering(settings, client)),
    )


def _registering(settings: AuthSettings, client: tiktok.TikTokClient) -> tuple[Callable[[], Awaitable[None]], ...]:
    address = f"{settings.public_url}{webhooks.PATH}"
    return (WebhookRegistration(client, address).run,) if settings.register_webhook else ()
