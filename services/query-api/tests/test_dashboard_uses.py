"""What others ask of dashboards, on a real store: who uses a label or a metric, and that an account is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from common.documents import store
from common.events import SAMPLE_ACCOUNT_ID
from common.runtime.clock import WallClock
from query_api.adapters.annotations_store import MongoAnnotations
from query_api.adapters.dashboards_store import MongoDashboards
from query_api.adapters.shares_store import MongoShares
from query_api.domain.share import Share
from query_api.ports import Unavailable
from query_api.ports.dashboards import Use
from query_api.use_cases.dashboard_uses import ForgettingAccounts, UsesOfDashboards

from .dashboards import managing, widget
from .system import Platform, Tenant

NewTenant = Callable[[], Tenant]
Answer = TypeVar("Answer")


def in_store(platform: Platform, ask: Callable[[store.Database], Awaitable[Answer]]) -> Answer:
    """What `ask` finds in the service's own database."""

    async def run() -> Answer:
        async with store.opened(platform.mongo, "query", failed=Unavailable) as database:
            return await ask(database)

    return asyncio.run(run())


def test_an_erased_account_leaves_dashboards_links_and_annotations(new_tenant: NewTenant, platform: Platform) -> None:
    tenant = new_tenant()
    manager = managing(tenant)
    erased, other = tenant.connect(), tenant.connect()
    tenant.until_accounts(2)
    both = {"accounts": [str(erased), str(other)]}
    made = manager.dashboard(widget(filters=both), filters=both)
    untouched = manager.dashboard(widget(), filters={"accounts": [str(other)]})
    manager.shared(made)
    day = {"from": "2026-03-01"}
    manager.made("/v1/annotations", {**day, "text": "gone", "account_id": str(erased)})
    manager.made("/v1/annotations", {**day, "text": "stays", "account_id": str(other)})

    async def forgotten(database: store.Database) -> Sequence[Share]:
        shares = MongoShares(database)
        forgetting = ForgettingAccounts(
            store=MongoDashboards(database), shares=shares, annotations=MongoAnnotations(database), wall=WallClock()
        )
        await asyncio.gather(*(forgetting.forget(tenant.workspace_id, erased) for _ in range(3)))
        return await shares.of_dashboard(tenant.workspace_id, UUID(made["dashboard_id"]))

    (share,) = in_store(platform, forgotten)
    assert set(share.accounts) == {other, SAMPLE_ACCOUNT_ID}
    left = manager.get(f"/v1/dashboards/{made['dashboard_id']}")
    assert (left["filters"]["accounts"], left["widgets"][0]["filters"]["accounts"]) == ([str(other)], [str(other)])
    assert (left["version"], left["changed_by"]) == (2, "system")
    assert manager.get(f"/v1/dashboards/{untouched['dashboard_id']}") | {"annotations": []} == {
        **untouched,
        "annotations": [],
    }
    noted = manager.send("GET", "/v1/annotations", **{"from": "2026-03-01", "to": "2026-03-02"}).json()
    assert [one["text"] for one in noted["annotations"]] == ["stays"]


def test_the_dashboards_that_use_a_metric_or_a_label(new_tenant: NewTenant, platform: Platform) -> None:
    ours, theirs = managing(new_tenant()), managing(new_tenant())
    label = "0197f1c2-7c3e-7e4b-9c55-0f6c1c2d3e4f"
    query = {"query": {"metrics": ["custom_x"]}, "place": {"x": 6, "y": 0, "w": 1, "h": 1}}
    asking = ours.dashboard(widget(), query)
    filtered = ours.dashboard(widget(filters={"labels": [label]}))
    theirs.dashboard(query, filters={"labels": [label]})
    workspace_id = ours.tenant.workspace_id

    async def used(database: store.Database) -> tuple[Sequence[Use], Sequence[Use]]:
        uses = UsesOfDashboards(store=MongoDashboards(database))
        return await uses.of_metric(workspace_id, "custom_x"), await uses.of_label(workspace_id, UUID(label))

    (by_metric,), (by_label,) = in_store(platform, used)
    assert (str(by_metric.dashboard_id), by_metric.name) == (asking["dashboard_id"], "Ours")
    assert [str(one) for one in by_metric.widget_ids] == [asking["widgets"][1]["widget_id"]]
    assert str(by_label.dashboard_id) == filtered["dashboard_id"]
    assert [str(one) for one in by_label.widget_ids] == [filtered["widgets"][0]["widget_id"]]


def test_what_a_newer_replica_wrote_can_be_read(new_tenant: NewTenant, platform: Platform) -> None:
    manager = managing(new_tenant())
    made = manager.dashboard(widget(), filters={"formats": ["video"]})

    async def written(database: store.Database) -> bool:
        added = {"filters.mood": ["good"], "theme": "dark"}
        return await database.collection("dashboards").update({"_id": made["dashboard_id"]}, {"$set": added})

    assert in_store(platform, written)
    assert manager.get(f"/v1/dashboards/{made['dashboard_id']}") == made
