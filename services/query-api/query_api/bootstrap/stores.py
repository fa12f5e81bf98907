"""The stores in MongoDB, one for each kind of document this service owns or keeps a copy of."""

from dataclasses import dataclass

from common.documents.store import Database
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.exports_store import MongoExports
from query_api.adapters.schedules_store import MongoDeliveries, MongoSchedules


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    accounts: MongoAccounts
    exports: MongoExports
    schedules: MongoSchedules
    deliveries: MongoDeliveries

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self.accounts.prepare()
        await self.exports.prepare()
        await self.schedules.prepare()
        await self.deliveries.prepare()


def stores_of(database: Database) -> Stores:
    return Stores(
        accounts=MongoAccounts(database),
        exports=MongoExports(database),
        schedules=MongoSchedules(database),
        deliveries=MongoDeliveries(database),
    )
