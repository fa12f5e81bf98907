"""Wires what follows Kafka: each topic this service keeps a picture of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from common.events import AccountV1
from common.runtime.clock import WallClock
from query_api.adapters.access_projection import AccessProjection
from query_api.adapters.accounts_projection import AccountsProjection
from query_api.adapters.following import Undecodable
from query_api.bootstrap.stores import Stores
from query_api.settings import QuerySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Projections:
    access: AccessProjection
    accounts: AccountsProjection

    @property
    def runs(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return (self.access.follower.run, self.accounts.follower.run)


def projections_of(
    settings: QuerySettings, stores: Stores, undecodable: Undecodable, registry: CollectorRegistry
) -> Projections:
    return Projections(
        access=AccessProjection(
            bootstrap=settings.kafka_bootstrap, wall=WallClock(), undecodable=undecodable, registry=registry
        ),
        accounts=AccountsProjection(
            bootstrap=settings.kafka_bootstrap,
            store=stores.accounts,
            undecodable=undecodable,
            erased=lambda account: _erased(stores, account),
        ),
    )


async def _erased(stores: Stores, account: AccountV1) -> None:
    await stores.exports.end_all_of(account.workspace_id, account.account_id, at=WallClock().now())
