"""What others ask of dashboards, on a real store: who uses a label or a metric, and that an account is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid4

from common.documents import store
from common.events import SAMPLE_ACCOUNT_ID
from common.runtime.clock import WallClock
from query_api.adapters.annotations_store import MongoAnnotations
from query_api.adapters.dashboards_store import MongoDashboards
from query_api.adapters.shares_store import MongoShares
from query_api.domain.share import Share
from query_api.ports import Unavailable
from query_api.use_cases.forgetting_accounts import ForgettingAccounts

from .dashboards import Manager, managing, widget
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
        await asyncio.gather(*(forgetting.erase(tenant.workspace_id, erased) for _ in range(3)))
        assert await forgetting.erase(tenant.workspace_id, erased)
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


def own_metric(manager: Manager, formula: str = "engagement / video_views * 100") -> dict[str, Any]:
    slug = f"m{uuid4().hex[:8]}"
    return manager.made("/v1/metrics", {"slug": slug, "name": "Ours", "formula": formula})


def test_what_names_a_metric_is_shown_and_keeps_it_from_being_deleted(new_tenant: NewTenant) -> None:
    ours, theirs = managing(new_tenant()), managing(new_tenant())
    metric = own_metric(ours)
    query = {"query": {"metrics": [metric["slug"]]}, "place": {"x": 6, "y": 0, "w": 1, "h": 1}}
    chosen = widget("scorecard", settings={"metrics": [metric["slug"]]})
    asking, figures = ours.dashboard(widget(), query), ours.dashboard(chosen, name="Figures")
    kept = ours.made("/v1/dashboard-templates", {"dashboard_id": asking["dashboard_id"], "name": "Kept"})
    theirs.dashboard(widget())
    path = f"/v1/metrics/{metric['custom']['id']}"
    assert ours.get(path)["used_by"] == [
        {"kind": "dashboard", "id": asking["dashboard_id"], "name": "Ours"},
        {"kind": "dashboard", "id": figures["dashboard_id"], "name": "Figures"},
        {"kind": "template", "id": kept["template_id"], "name": "Kept"},
    ]
    refused = ours.send("DELETE", path)
    assert refused.status_code == 409
    assert "dashboard 'Figures', template 'Kept'" in refused.json()["detail"]
    assert ours.send("DELETE", path, force="true").status_code == 204
    (problem,) = ours.get(f"/v1/dashboards/{figures['dashboard_id']}")["problems"]
    assert problem["problem"] == f"The custom metric {metric['slug']} was deleted."


def test_what_is_narrowed_to_a_label_is_shown_and_keeps_it_from_being_deleted(new_tenant: NewTenant) -> None:
    manager = managing(new_tenant())
    label = manager.made("/v1/labels", {"kind": "label", "name": "Summer"})
    assert label["used_by"] == {"posts": 0, "rules": 0, "named_by": []}
    made = manager.dashboard(widget(filters={"labels": [label["label_id"]]}))
    path = f"/v1/labels/{label['label_id']}"
    assert manager.get(path)["used_by"]["named_by"] == [
        {"kind": "dashboard", "id": made["dashboard_id"], "name": "Ours"}
    ]
    assert manager.send("DELETE", path).status_code == 409
    assert manager.send("DELETE", path, force="true").status_code == 204
    (problem,) = manager.get(f"/v1/dashboards/{made['dashboard_id']}")["problems"]
    assert problem["problem"].startswith(f"The label or plan {label['label_id']}")
    copy = manager.made(f"/v1/dashboards/{made['dashboard_id']}/duplicate", {})
    assert [one["problem"] for one in copy["problems"]] == [problem["problem"]]


def test_dashboards_and_templates_follow_a_label_that_is_merged(new_tenant: NewTenant) -> None:
    manager = managing(new_tenant())
    old, new = (manager.made("/v1/labels", {"kind": "plan", "name": name})["label_id"] for name in ("Old", "New"))
    made = manager.dashboard(widget(filters={"plans": [old, new]}), filters={"plans": [old]})
    kept = manager.made("/v1/dashboard-templates", {"dashboard_id": made["dashboard_id"]})
    manager.send("POST", f"/v1/labels/{old}/merge", {"into": new}).raise_for_status()
    after = manager.get(f"/v1/dashboards/{made['dashboard_id']}")
    assert (after["filters"]["plans"], after["widgets"][0]["filters"]["plans"]) == ([new], [new])
    assert (after["version"], after["changed_by"], after["problems"]) == (2, "system", [])
    template = manager.get(f"/v1/dashboard-templates/{kept['template_id']}")["content"]
    assert (template["filters"]["plans"], template["widgets"][0]["filters"]["plans"]) == ([new], [new])


def test_what_a_newer_replica_wrote_can_be_read(new_tenant: NewTenant, platform: Platform) -> None:
    manager = managing(new_tenant())
    made = manager.dashboard(widget(), filters={"formats": ["video"]})

    async def written(database: store.Database) -> bool:
        added = {"filters.mood": ["good"], "theme": "dark"}
        return await database.collection("dashboards").update({"_id": made["dashboard_id"]}, {"$set": added})

    assert in_store(platform, written)
    assert manager.get(f"/v1/dashboards/{made['dashboard_id']}") == made
