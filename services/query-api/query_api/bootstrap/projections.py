"""Wires what follows Kafka: each topic this service keeps a picture of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from common.runtime.clock import WallClock
from query_api.adapters.access_projection import AccessProjection
from query_api.adapters.accounts_projection import AccountsProjection
from query_api.adapters.change_streams import MemoryChangeStreams
from query_api.adapters.erasures_projection import ErasuresProjection
from query_api.adapters.following import Undecodable
from query_api.adapters.rollup_changes import RollupChanges
from query_api.bootstrap.stores import Stores
from query_api.settings import QuerySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Projections:
    access: AccessProjection
    accounts: AccountsProjection
    erasures: ErasuresProjection
    rollups: RollupChanges
    changes: MemoryChangeStreams

    @property
    def runs(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        followed = (self.access.follower.run, self.accounts.follower.run, self.erasures.follower.run)
        return (*followed, *(news.run for news in self.rollups.news), self.changes.run)


def projections_of(
    settings: QuerySettings, stores: Stores, undecodable: Undecodable, registry: CollectorRegistry
) -> Projections:
    changes = MemoryChangeStreams(wall=WallClock(), most_of_one=settings.change_streams, registry=registry)
    return Projections(
        access=AccessProjection(
            bootstrap=settings.kafka_bootstrap, wall=WallClock(), undecodable=undecodable, registry=registry
        ),
        accounts=AccountsProjection(
            bootstrap=settings.kafka_bootstrap,
            store=stores.kept_accounts,
            ledger=stores.erasures,
            undecodable=undecodable,
        ),
        erasures=ErasuresProjection(
            bootstrap=settings.kafka_bootstrap, ledger=stores.erasures, undecodable=undecodable
        ),
        rollups=RollupChanges(bootstrap=settings.kafka_bootstrap, undecodable=undecodable, listening=changes),
        changes=changes,
    )
