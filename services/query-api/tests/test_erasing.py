"""An account is erased from this service's own store: nothing of it is left, its posts' labels end on their topic, and
the completion is told; also by a process that was killed in between and started again."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pymongo import MongoClient

from common.events import AccountChange, AccountStatus, ErasureRequest, ErasureV1

from .dashboards import widget
from .importing import Importer, importer, overview
from .label_steps import Labeller, labeller, told
from .system import NOW, Api, Platform, Tenant, until

NewTenant = Callable[[], Tenant]
ERASURES, POST_LABELS = "toa.erasures.v1", "tiktok.post-labels.v1"
# Two passes lie some seconds apart, and the machine may be busy with other tests.
SECONDS = 90.0

# Any: documents as the driver gives them.
Database = Any


@pytest.fixture(scope="module")
def mongo(platform: Platform) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](platform.mongo) as client:
        yield client


def ask(platform: Platform, workspace_id: UUID, account_id: UUID, *, whole_workspace: bool = False) -> None:
    step = ErasureRequest(whole_workspace=whole_workspace)
    platform.publish(ErasureV1(workspace_id=workspace_id, account_id=account_id, erased_at=NOW, step=step))


def completions(platform: Platform, account_id: UUID) -> int:
    return len(told(platform, ERASURES, f"{account_id}:query"))


def traces(database: Database, *needles: object) -> list[str]:
    """The collections with a document that holds one of `needles`, but for the ledger."""
    names = [name for name in database.list_collection_names() if name != "erasures"]
    texts = ((name, str(one)) for name in names for one in database[name].find())
    return [name for name, text in texts if any(str(needle) in text for needle in needles)]


def test_nothing_of_an_erased_account_is_left_and_that_is_told(
    new_tenant: NewTenant, platform: Platform, mongo: MongoClient[dict[str, Any]]
) -> None:
    ours = labeller(new_tenant())
    other = ours.tenant.connect()
    ours.tenant.until_accounts(2)
    ours.posts("p1", "p2")
    ours.posts("o1", account_id=other)
    label = ours.make("Summer")
    ours.mark("p1", "p2", add=[label])
    ours.mark("o1", add=[label], account_id=other)
    rule = {"name": "r", "conditions": [{"field": "format", "value": "video"}], "label_id": label}
    ours.done("POST", "/v1/label-rules", {**rule, "accounts": [str(ours.account_id)]}, status=201)
    both = [str(ours.account_id), str(other)]
    ours.done("POST", "/v1/label-rules", {**rule, "accounts": both}, status=201)

    ask(platform, ours.tenant.workspace_id, ours.account_id)
    until(lambda: completions(platform, ours.account_id) > 0, seconds=SECONDS)
    heard = told(platform, POST_LABELS, str(ours.account_id))
    assert dict(heard) == {f"{ours.account_id}:p1": None, f"{ours.account_id}:p2": None}
    assert traces(mongo["query"], f"{ours.account_id}:p") == []
    (kept,) = mongo["query"]["accounts"].find({"_id": str(ours.account_id)})
    assert (kept["username"], kept["display_name"], kept["open_id"]) == (None, None, None)
    assert [one["accounts"] for one in ours.done("GET", "/v1/label-rules")["rules"]] == [[str(other)]]
    assert ours.named()["Summer"]["used_by"] == {"posts": 1, "rules": 1, "named_by": []}


def everything(ours: Labeller) -> None:
    """Something in every store there is."""
    account = str(ours.account_id)
    ours.posts("p1")
    label = ours.make("Summer")
    ours.make("Launch", kind="plan")
    ours.mark("p1", add=[label])
    condition = {"field": "format", "value": "video"}
    rule = {"name": "r", "conditions": [condition], "label_id": label, "accounts": [account]}
    ours.done("POST", "/v1/label-rules", rule, status=201)
    filters = {"accounts": [account], "labels": [label]}
    content = {"name": "Ours", "filters": filters, "widgets": [widget(filters={"accounts": [account]})]}
    dashboard = ours.done("POST", "/v1/dashboards", content, status=201)["dashboard_id"]
    ours.done("POST", f"/v1/dashboards/{dashboard}/shares", {}, status=201)
    ours.done("POST", "/v1/dashboard-templates", {"dashboard_id": dashboard}, status=201)
    noted = {"from": "2026-03-01", "text": "sale", "account_id": account}
    ours.done("POST", "/v1/annotations", noted, status=201)
    ours.done("POST", "/v1/metrics", {"slug": "ours", "name": "Ours", "formula": "engagement"}, status=201)
    asked = {"metrics": ["post_video_views"], "dimensions": ["post_id"], "accounts": [account]}
    exported = {**asked, "from": "2026-03-01", "to": "2026-03-05"}
    ours.done("POST", "/v1/exports", {"parameters": exported}, status=202)
    scheduled = {"name": "s", "question": asked, "cron": "0 8 * * 1", "destination": {"kind": "storage"}}
    schedule = ours.done("POST", "/v1/schedules", scheduled, status=201)["schedule_id"]
    ours.done("POST", f"/v1/schedules/{schedule}/run", {}, status=202)
    Importer(tenant=ours.tenant, account_id=ours.account_id).previewed(overview('"March 1","7","5","1","1","0"'))
    once = {**ours.tenant.headers, "Idempotency-Key": "once"}
    address = f"{ours.tenant.url}/v1/annotations"
    assert ours.tenant.client.post(address, json=noted, headers=once).status_code == 201


def test_every_store_forgets_an_erased_account_and_keeps_the_rest(
    new_tenant: NewTenant, platform: Platform, mongo: MongoClient[dict[str, Any]]
) -> None:
    ours = labeller(new_tenant())
    everything(ours)
    account = str(ours.account_id)
    kept = {"accounts", "annotations", "dashboards", "label_rules", "post_labels", "shares"}
    held = {*kept, "exports", "schedules", "imports"}
    assert set(traces(mongo["query"], account)) == held
    ask(platform, ours.tenant.workspace_id, ours.account_id)
    until(lambda: completions(platform, ours.account_id) > 0, seconds=SECONDS)
    # The record without personal data, which keeps older states away.
    assert traces(mongo["query"], account) == ["accounts"]
    dashboard = ours.done("GET", "/v1/dashboards")["dashboards"][-1]["dashboard_id"]
    assert ours.done("GET", f"/v1/dashboards/{dashboard}")["filters"]["accounts"] == []
    assert list(ours.named()) == ["Launch", "Summer"]


def test_nothing_of_an_erased_workspace_is_left_in_any_store(
    new_tenant: NewTenant, platform: Platform, mongo: MongoClient[dict[str, Any]]
) -> None:
    ours, others = labeller(new_tenant()), labeller(new_tenant())
    everything(ours)
    everything(others)
    workspace = ours.tenant.workspace_id
    # What is of no workspace: how far the sample was told, and whose turn it is.
    of_all = {"sample", "relay_turns", "imports_turns", "erasures"}
    assert set(mongo["query"].list_collection_names()) - of_all == set(traces(mongo["query"], workspace))
    labels = [one["label_id"] for one in ours.named().values()]
    ask(platform, workspace, ours.account_id, whole_workspace=True)
    until(lambda: completions(platform, ours.account_id) > 0, seconds=SECONDS)
    assert traces(mongo["query"], workspace) == ["accounts"]
    (kept,) = mongo["query"]["accounts"].find({"workspace_id": str(workspace)})
    assert (kept["username"], kept["display_name"], kept["open_id"]) == (None, None, None)
    assert {key for key, value in told(platform, "tiktok.labels.v1") if key in labels and value is None} == set(labels)
    assert list(others.named()) == ["Launch", "Summer"]
    assert len(others.done("GET", "/v1/dashboards")["dashboards"]) == 2


def test_late_events_and_requests_bring_nothing_of_it_back(
    new_tenant: NewTenant, platform: Platform, mongo: MongoClient[dict[str, Any]]
) -> None:
    ours = labeller(new_tenant())
    ours.posts("p1")
    label = ours.make("Summer")
    ask(platform, ours.tenant.workspace_id, ours.account_id)
    until(lambda: completions(platform, ours.account_id) > 0, seconds=SECONDS)
    # The warehouse and the record of the account are erased by others, later.
    (refused,) = ours.mark("p1", add=[label])
    assert refused["outcome"] == "refused"
    ours.tenant.connect(account_id=ours.account_id, revision=7, username="latecomer", status=AccountStatus.DISCONNECTED)
    marker = ours.tenant.connect()
    until(lambda: str(marker) in ours.tenant.get("/v1/accounts").text)
    assert traces(mongo["query"], "latecomer") == []
    erased = {"status": AccountStatus.ERASED, "change": AccountChange.ERASED}
    ours.tenant.connect(account_id=ours.account_id, revision=8, username=None, **erased)
    until(lambda: str(ours.account_id) not in ours.tenant.get("/v1/accounts").text)


def test_asked_again_for_a_later_moment_it_is_erased_again(new_tenant: NewTenant, platform: Platform) -> None:
    ours = labeller(new_tenant())
    ask(platform, ours.tenant.workspace_id, ours.account_id)
    until(lambda: completions(platform, ours.account_id) == 1, seconds=SECONDS)
    ask(platform, ours.tenant.workspace_id, ours.account_id)
    later = ErasureV1(
        workspace_id=ours.tenant.workspace_id,
        account_id=ours.account_id,
        erased_at=NOW + timedelta(hours=1),
        step=ErasureRequest(),
    )
    platform.publish(later)
    until(lambda: completions(platform, ours.account_id) == 2, seconds=SECONDS)
    moments = [one["erased_at"] for _, one in told(platform, ERASURES, f"{ours.account_id}:query") if one]
    assert moments == ["2026-03-10T12:00:00.000Z", "2026-03-10T13:00:00.000Z"]


def test_killed_in_between_and_started_again_it_completes(
    new_tenant: NewTenant,
    new_api: Callable[[Mapping[str, str]], Api],
    platform: Platform,
    mongo: MongoClient[dict[str, Any]],
) -> None:
    database = f"query_{uuid4().hex}"
    first = new_api({"TOA_MONGO_DATABASE": database, "TOA_LABEL_RULES": "false"})
    tenant = new_tenant()
    tenant.url = first.url
    ours: Labeller = labeller(tenant)
    ours.posts("p1", "p2")
    ours.mark("p1", "p2", add=[ours.make("Summer")])
    ask(platform, tenant.workspace_id, ours.account_id)
    ledger = mongo[database]["erasures"]
    mine = {"account_id": str(ours.account_id)}
    until(lambda: ledger.count_documents({**mine, "emptied_at": {"$ne": None}}) == 1, seconds=SECONDS)
    first.process.kill()
    first.process.wait()
    (standing,) = ledger.find(mine)
    assert standing["done_at"] is None, "killed between its two passes"
    new_api({"TOA_MONGO_DATABASE": database, "TOA_LABEL_RULES": "false"})
    until(lambda: ledger.count_documents({**mine, "done_at": {"$ne": None}, "outbox": []}) == 1, seconds=SECONDS)
    assert mongo[database]["post_labels"].count_documents({}) == 0
    assert dict(told(platform, POST_LABELS, str(ours.account_id))) == {
        f"{ours.account_id}:p1": None,
        f"{ours.account_id}:p2": None,
    }
    # The process of the other tests has a store of its own, which told its completion too.
    until(lambda: completions(platform, ours.account_id) == 2, seconds=SECONDS)


def test_imports_of_an_erased_account_go_and_are_told_no_more(
    new_tenant: NewTenant, platform: Platform, mongo: MongoClient[dict[str, Any]]
) -> None:
    ours = importer(new_tenant())
    text = overview('"March 1","7","5","1","1","0"')
    published, waiting = ours.previewed(text), ours.previewed(text)
    ours.confirmed(published)
    ask(platform, ours.tenant.workspace_id, ours.account_id)
    until(lambda: completions(platform, ours.account_id) > 0, seconds=SECONDS)
    assert traces(mongo["query"], published["import_id"], waiting["import_id"]) == []
    assert ours.send("POST", f"/{waiting['import_id']}/confirm").status_code == 404
    assert ours.upload(text).status_code == 422
    # Told again by another process it is the same record.
    assert len({json.dumps(one) for one in ours.told()}) == 1
