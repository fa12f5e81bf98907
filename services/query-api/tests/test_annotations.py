"""Annotations: written on days, seen by who may read what they are about."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from .dashboards import Manager, managing, widget
from .system import Tenant, until

NewTenant = Callable[[], Tenant]


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    return managing(new_tenant())


def texts(manager: Manager, **days: str) -> list[str]:
    answer = manager.send("GET", "/v1/annotations", **days)
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json()["annotations"]]


def test_annotations_are_told_by_range_half_open_and_in_order(manager: Manager) -> None:
    for text, days in {
        "sale": {"from": "2026-03-02", "to": "2026-03-05"},
        "launch": {"from": "2026-03-01"},
        "relaunch": {"from": "2026-03-05"},
    }.items():
        manager.made("/v1/annotations", {"text": text, **days})
    assert texts(manager, **{"from": "2026-03-01", "to": "2026-03-06"}) == ["launch", "sale", "relaunch"]
    assert texts(manager, **{"from": "2026-03-02", "to": "2026-03-05"}) == ["sale"]
    assert texts(manager, **{"from": "2026-03-04", "to": "2026-03-06"}) == ["sale", "relaunch"]
    assert texts(manager) == ["launch", "sale", "relaunch"]


def test_an_annotation_is_changed_and_deleted_by_its_newest_version(manager: Manager) -> None:
    made = manager.made("/v1/annotations", {"from": "2026-03-01", "text": "launch", "colour": "#ff0050"})
    assert (made["from"], made["to"], made["colour"]) == ("2026-03-01", "2026-03-02", "#ff0050")
    address = f"/v1/annotations/{made['annotation_id']}"
    assert manager.get(address) == made
    changed = manager.send("PUT", address, {"from": "2026-03-01", "to": "2026-03-04", "text": "days", "version": 1})
    assert (changed.status_code, changed.json()["to"], changed.json()["version"]) == (200, "2026-03-04", 2)
    assert manager.send("PUT", address, {"from": "2026-03-01", "text": "late", "version": 1}).status_code == 409
    assert manager.send("DELETE", address, version=1).status_code == 409
    assert texts(manager, **{"from": "2026-03-03", "to": "2026-03-04"}) == ["days"]
    assert manager.send("DELETE", address, version=2).status_code == 204
    assert manager.send("GET", address).status_code == 404


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"from": "2026-03-01"}, "text"),
        ({"from": "2026-03-01", "text": " "}, "text"),
        ({"text": "x"}, "from"),
        ({"from": "1 March", "text": "x"}, "from"),
        ({"from": "2026-03-01", "to": "2026-03-01", "text": "x"}, "body"),
        ({"from": "2026-03-01", "text": "x", "colour": "red"}, "colour"),
        ({"from": "2026-03-01", "text": "x", "account_id": str(uuid4())}, "account_id"),
        ({"from": "2026-03-01", "text": "x", "account_id": str(uuid4()), "dashboard_id": str(uuid4())}, "body"),
    ],
)
def test_a_bad_annotation_is_refused(manager: Manager, body: dict[str, str], parameter: str) -> None:
    answer = manager.send("POST", "/v1/annotations", body)
    assert answer.status_code == 422, answer.text
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_dashboard_shows_those_that_concern_it_and_takes_its_own_along(manager: Manager) -> None:
    ours, other = manager.dashboard(widget()), manager.dashboard(widget())
    day = {"from": "2026-03-01"}
    manager.made("/v1/annotations", {**day, "text": "everywhere"})
    manager.made("/v1/annotations", {**day, "text": "ours", "dashboard_id": ours["dashboard_id"]})
    manager.made("/v1/annotations", {**day, "text": "other", "dashboard_id": other["dashboard_id"]})
    manager.made("/v1/annotations", {"from": "2024-03-01", "text": "long ago"})
    shown = manager.get(f"/v1/dashboards/{ours['dashboard_id']}")["annotations"]
    assert [one["text"] for one in shown] == ["everywhere", "ours"]
    shared = manager.opened(manager.shared(ours)).json()["annotations"]
    assert [one["text"] for one in shared] == ["everywhere", "ours"]
    manager.send("DELETE", f"/v1/dashboards/{ours['dashboard_id']}", version=1)
    assert texts(manager, **{"from": "2026-03-01", "to": "2026-03-02"}) == ["everywhere", "other"]
    missing = {**day, "text": "x", "dashboard_id": ours["dashboard_id"]}
    assert manager.send("POST", "/v1/annotations", missing).status_code == 404


def test_who_reads_some_accounts_sees_no_annotation_of_the_others(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    mine, other = tenant.connect(), tenant.connect()
    everybody = managing(tenant)
    tenant.until_accounts(2)
    day = {"from": "2026-03-01"}
    everybody.made("/v1/annotations", {**day, "text": "mine", "account_id": str(mine)})
    hidden = everybody.made("/v1/annotations", {**day, "text": "other", "account_id": str(other)})
    limited = managing(tenant, accounts=[mine], revision=2)
    until(lambda: texts(limited, **{"from": "2026-03-01", "to": "2026-03-02"}) == ["mine"])
    address = f"/v1/annotations/{hidden['annotation_id']}"
    for refused in (
        limited.send("GET", address),
        limited.send("PUT", address, {**day, "text": "x", "version": 1}),
        limited.send("DELETE", address, version=1),
    ):
        assert refused.status_code == 404
    moved = limited.send("POST", "/v1/annotations", {**day, "text": "x", "account_id": str(other)})
    assert moved.status_code == 422
