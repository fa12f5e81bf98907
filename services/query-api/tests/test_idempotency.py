"""Idempotency-Key: the second creating request gets the first answer, and nothing is made twice."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import MongoClient

from common.events import KeyScope
from query_api.entrypoints.description import MAKING

from .dashboards import EVERYTHING, Manager, managing, widget
from .importing import overview
from .system import Platform, Tenant, refusal_of, until

NewTenant = Callable[[], Tenant]
BODY = {"kind": "label", "name": "Summer"}


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    return managing(new_tenant())


def make(
    manager: Manager, body: object = BODY, *, key: str = "key-1", path: str = "/v1/labels", **headers: str
) -> httpx.Response:
    tenant = manager.tenant
    sent = {**tenant.headers, "Idempotency-Key": key, **headers}
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/csv" if isinstance(body, str) else "application/json"
    return tenant.client.post(f"{tenant.url}{path}", content=content, headers={"Content-Type": kind, **sent})


def creating(manager: Manager) -> Mapping[str, object]:
    """By path a body that makes something there."""
    dashboard = manager.dashboard(widget())["dashboard_id"]
    account = manager.tenant.connect()
    manager.tenant.until_accounts(1)
    asked = {"metrics": ["video_views"], "dimensions": ["day"]}
    scheduled = {"name": "Once", "question": asked, "cron": "0 8 * * 1", "destination": {"kind": "storage"}}
    schedule = manager.made("/v1/schedules", {**scheduled, "name": "Rules"})["schedule_id"]
    label = manager.made("/v1/labels", {"kind": "label", "name": "Rules"})["label_id"]
    return {
        "/v1/dashboards": {"name": "Once"},
        f"/v1/dashboards/{dashboard}/duplicate": {},
        f"/v1/dashboards/{dashboard}/shares": {},
        "/v1/dashboard-templates": {"dashboard_id": dashboard},
        "/v1/annotations": {"from": "2026-03-01", "text": "Once"},
        "/v1/labels": {"kind": "plan", "name": "Once"},
        "/v1/label-rules": {"name": "r", "conditions": [{"field": "format", "value": "video"}], "label_id": label},
        "/v1/exports": {"parameters": asked},
        "/v1/schedules": scheduled,
        f"/v1/schedules/{schedule}/run": {},
        f"/v1/imports?account_id={account}": overview('"March 1","7","5","1","1","0"'),
        "/v1/metrics": {"slug": "once", "name": "Once", "formula": "engagement"},
    }


def test_every_creating_request_is_done_once(manager: Manager) -> None:
    described = manager.tenant.get("/v1/openapi.json").json()["paths"]
    making = {path for path, one in described.items() if MAKING & one.get("post", {}).get("responses", {}).keys()}
    sent = creating(manager)
    assert len(making) == len(sent), making
    for path, body in sent.items():
        first, second = make(manager, body, path=path), make(manager, body, path=path)
        assert first.status_code == second.status_code in (201, 202), (path, first.text, second.text)
        assert first.json() == second.json(), path
        assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    listed = [one["name"] for one in manager.get("/v1/dashboards")["dashboards"]]
    assert sorted(listed) == ["Once", "Ours", "Ours (copy)", "TikTok"]


def test_the_key_with_another_body_is_refused(manager: Manager) -> None:
    assert make(manager).status_code == 201
    refused = make(manager, {**BODY, "name": "Winter"})
    assert (refused.status_code, refused.json()["type"]) == (422, "idempotency-key-reused")
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert make(manager, {**BODY, "name": "Winter"}, key="key-2").status_code == 201
    assert len(manager.get("/v1/labels")["labels"]) == 2


def test_of_many_at_once_one_is_done(manager: Manager) -> None:
    body = {"from": "2026-03-01", "text": "Once"}
    with ThreadPoolExecutor(6) as senders:
        answers = [*senders.map(lambda _: make(manager, body, path="/v1/annotations"), range(6))]
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert made
    assert all(one == made[0] for one in made)
    assert {refusal_of(one)[1]["type"] for one in answers if one.status_code != 201} <= {"busy"}
    noted = manager.send("GET", "/v1/annotations", **{"from": "2026-03-01", "to": "2026-03-02"}).json()
    assert len(noted["annotations"]) == 1


def test_a_refused_request_may_be_mended_under_its_key(manager: Manager) -> None:
    assert make(manager, {**BODY, "name": ""}).status_code == 422
    assert make(manager).status_code == 201


def test_the_same_key_is_another_in_another_workspace_and_of_another_subject(
    manager: Manager, new_tenant: NewTenant
) -> None:
    other = managing(new_tenant())
    colleague = Tenant(platform=other.tenant.platform, url=other.tenant.url, workspace_id=other.tenant.workspace_id)
    body = {"from": "2026-03-01", "text": "Once"}
    made = [make(one, body, path="/v1/annotations") for one in (manager, other, managing(colleague))]
    assert len({one.json()["annotation_id"] for one in made}) == 3
    assert not any("idempotency-replayed" in one.headers for one in made)


def test_nobody_who_may_no_longer_make_it_gets_the_kept_answer(manager: Manager) -> None:
    first = make(manager)
    assert make(manager, Authorization="Bearer nonsense").status_code == 401
    manager.tenant.publish_key(scopes=(KeyScope.READ,), revision=2)
    until(lambda: make(manager).status_code == 403)
    manager.tenant.publish_key(scopes=EVERYTHING, revision=3)
    until(lambda: make(manager).status_code == 201)
    assert make(manager).json() == first.json()


def test_a_secret_told_once_is_kept_nowhere(manager: Manager, platform: Platform) -> None:
    path = f"/v1/dashboards/{manager.dashboard()['dashboard_id']}/shares"
    made = make(manager, {}, path=path).json()
    secret = made["token"].partition("-")[2]
    with MongoClient[dict[str, Any]](platform.mongo) as client:
        kept = [*client["query"]["replays"].find({"workspace_id": str(manager.tenant.workspace_id)})]
    assert len(kept) == 1
    assert secret not in str(kept)
    assert make(manager, {}, path=path).json()["token"] == made["token"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_cannot_be_is_refused(manager: Manager, key: str) -> None:
    refused = make(manager, key=key)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "Idempotency-Key"


def test_what_makes_nothing_takes_no_notice_of_the_header(manager: Manager) -> None:
    key = f"{uuid4()}"
    for metric in ("video_views", "engagement"):
        answer = make(manager, {"metrics": [metric]}, key=key, path="/v1/query")
        assert [column["name"] for column in answer.json()["columns"]] == [metric]
