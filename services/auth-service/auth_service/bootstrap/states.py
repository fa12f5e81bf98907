"""Wires what tells how connections stand."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from auth_service.adapters.collection_statuses import MongoCollectionStatuses
from auth_service.adapters.connection_scans import MongoConnectionScans
from auth_service.adapters.leases import MongoLeases
from auth_service.adapters.mongo import Database
from auth_service.adapters.randomness import SystemSecrets
from auth_service.entrypoints.census import Census
from auth_service.entrypoints.status_follower import StatusFollower
from auth_service.settings import AuthSettings
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import WallClock


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What keeps the states current, and what reads them."""

    viewing: Viewing
    follower: StatusFollower
    census: Census


def states_of(settings: AuthSettings, database: Database, registry: CollectorRegistry) -> States:
    statuses = MongoCollectionStatuses(database)
    viewing = Viewing(statuses=statuses, pages=MongoConnectionScans(database))
    return States(
        viewing=viewing,
        follower=StatusFollower(statuses, bootstrap=settings.kafka_bootstrap, registry=registry),
        census=Census(
            viewing=viewing,
            leases=MongoLeases(database),
            holder=str(SystemSecrets().new_id()),
            wall=WallClock(),
            registry=registry,
        ),
    )
