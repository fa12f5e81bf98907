"""The stores in MongoDB, one for each kind of document this service owns or keeps a copy of."""

from dataclasses import dataclass

from common.documents.store import Database
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.annotations_store import MongoAnnotations
from query_api.adapters.dashboards_store import MongoDashboards, MongoTemplates
from query_api.adapters.sample_progress import MongoSampleProgress
from query_api.adapters.shares_store import MongoShares


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    accounts: MongoAccounts
    dashboards: MongoDashboards
    templates: MongoTemplates
    shares: MongoShares
    annotations: MongoAnnotations
    sample: MongoSampleProgress

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        for store in (self.accounts, self.dashboards, self.templates, self.shares, self.annotations):
            await store.prepare()


def stores_of(database: Database) -> Stores:
    return Stores(
        accounts=MongoAccounts(database),
        dashboards=MongoDashboards(database),
        templates=MongoTemplates(database),
        shares=MongoShares(database),
        annotations=MongoAnnotations(database),
        sample=MongoSampleProgress(database),
    )
