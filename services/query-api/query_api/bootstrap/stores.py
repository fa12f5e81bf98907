"""The stores in MongoDB, one for each kind of document this service owns or keeps a copy of."""

from dataclasses import dataclass

from common.documents.store import Database
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.kept_accounts import KeptAccounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    accounts: MongoAccounts
    kept_accounts: KeptAccounts

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self.accounts.prepare()


def stores_of(database: Database) -> Stores:
    accounts = MongoAccounts(database)
    return Stores(accounts=accounts, kept_accounts=KeptAccounts(accounts))
