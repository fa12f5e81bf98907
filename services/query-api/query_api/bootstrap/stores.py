"""The stores in MongoDB, one for each kind of document this service owns or keeps a copy of."""

from dataclasses import dataclass

from common.documents.store import Database
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.metrics_store import MongoMetricBooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    accounts: MongoAccounts
    metric_books: MongoMetricBooks

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self.accounts.prepare()


def stores_of(database: Database) -> Stores:
    return Stores(accounts=MongoAccounts(database), metric_books=MongoMetricBooks(database))
