"""The stores in MongoDB, one for each kind of document this service owns or keeps a copy of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.documents.store import Database
from common.relay import Outbox
from common.replays.store import Seal
from query_api.adapters.accounts_store import MongoAccounts
from query_api.adapters.annotations_store import MongoAnnotations
from query_api.adapters.dashboards_store import MongoDashboards, MongoTemplates
from query_api.adapters.erasures_store import MongoErasures
from query_api.adapters.exports_store import MongoExports
from query_api.adapters.imports_store import MongoImports
from query_api.adapters.kept_accounts import KeptAccounts
from query_api.adapters.label_rules_store import MongoLabelRules
from query_api.adapters.labels_store import MongoLabels
from query_api.adapters.metrics_store import MongoMetricBooks
from query_api.adapters.post_labels_store import MongoPostLabels
from query_api.adapters.sample_progress import MongoSampleProgress
from query_api.adapters.schedules_store import MongoDeliveries, MongoSchedules
from query_api.adapters.sealed_answers import KeptAnswers
from query_api.adapters.shares_store import MongoShares


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    accounts: MongoAccounts
    kept_accounts: KeptAccounts
    labels: MongoLabels
    post_labels: MongoPostLabels
    label_rules: MongoLabelRules
    erasures: MongoErasures
    dashboards: MongoDashboards
    templates: MongoTemplates
    shares: MongoShares
    annotations: MongoAnnotations
    sample: MongoSampleProgress
    metric_books: MongoMetricBooks
    exports: MongoExports
    schedules: MongoSchedules
    deliveries: MongoDeliveries
    replays: KeptAnswers
    imports: MongoImports

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        await self.accounts.prepare()
        await self.labels.prepare()
        await self.post_labels.prepare()
        await self.label_rules.prepare()
        await self.erasures.prepare()
        await self.imports.prepare()
        for store in (self.dashboards, self.templates, self.shares, self.annotations, self.replays):
            await store.prepare()
        await self.exports.prepare()
        await self.schedules.prepare()
        await self.deliveries.prepare()

    @property
    def outboxes(self) -> Sequence[Outbox]:
        """All that waits to be told."""
        return self.labels.outbox, self.post_labels.outbox, self.erasures.outbox


def stores_of(database: Database, written: Callable[[], None], *, seal: Seal) -> Stores:
    """`written` is called when something waits to be told."""
    accounts = MongoAccounts(database)
    return Stores(
        accounts=accounts,
        kept_accounts=KeptAccounts(accounts),
        labels=MongoLabels(database, written),
        post_labels=MongoPostLabels(database, written),
        label_rules=MongoLabelRules(database),
        erasures=MongoErasures(database, written),
        dashboards=MongoDashboards(database),
        templates=MongoTemplates(database),
        shares=MongoShares(database),
        annotations=MongoAnnotations(database),
        sample=MongoSampleProgress(database),
        metric_books=MongoMetricBooks(database),
        exports=MongoExports(database),
        schedules=MongoSchedules(database),
        deliveries=MongoDeliveries(database),
        replays=KeptAnswers(database, seal),
        imports=MongoImports(database),
    )
