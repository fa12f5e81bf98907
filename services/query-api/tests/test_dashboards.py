"""Dashboards through the API: made, changed, deleted, and what of them is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import KeyScope

from .dashboards import PLACE, Manager, content, managing, widget
from .system import Tenant, until

NewTenant = Callable[[], Tenant]
ELSEWHERE = {"x": 6, "y": 0, "w": 6, "h": 4}


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    return managing(new_tenant())


def test_a_new_workspace_has_the_tiktok_dashboard_once_however_many_look(manager: Manager) -> None:
    with ThreadPoolExecutor(8) as looking:
        answers = list(looking.map(lambda _: manager.get("/v1/dashboards")["dashboards"], range(8)))
    assert {len(answer) for answer in answers} == {1}
    ((card,),) = {tuple(card["dashboard_id"] for card in answer) for answer in answers}
    found = manager.get(f"/v1/dashboards/{card}")
    assert (found["name"], len(found["widgets"]), found["created_by"], found["version"]) == ("TikTok", 21, "system", 1)
    assert UUID(card).version == 7


def test_the_first_dashboard_once_deleted_stays_deleted(manager: Manager) -> None:
    ((first),) = manager.get("/v1/dashboards")["dashboards"]
    assert manager.send("DELETE", f"/v1/dashboards/{first['dashboard_id']}", version=1).status_code == 204
    assert manager.get("/v1/dashboards") == {"dashboards": []}
    assert manager.send("GET", f"/v1/dashboards/{first['dashboard_id']}").status_code == 404


def test_the_tiktok_dashboard_may_be_asked_for_before_any_list_was(manager: Manager) -> None:
    other = managing(Tenant(platform=manager.tenant.platform, url=manager.tenant.url))
    first = other.get("/v1/dashboards")["dashboards"][0]["dashboard_id"]
    assert manager.send("GET", f"/v1/dashboards/{first}").status_code == 404


def test_a_dashboard_is_kept_as_it_was_made(manager: Manager) -> None:
    filters = {"from": "2026-02-01", "to": "2026-03-01", "timezone": "Asia/Kolkata", "formats": ["video"]}
    settings = {"sort": "-likes", "limit": 10} | {"sort": "-post_likes"}
    table = widget("post_explorer", title="Best", settings=settings, filters={"preset": "last_7_days"})
    query = {"query": {"metrics": ["post_likes"], "dimensions": ["format"]}, "place": ELSEWHERE}
    made = manager.dashboard(table, query, description="Why", filters=filters)
    read = manager.get(f"/v1/dashboards/{made['dashboard_id']}")
    assert read == made
    assert {name: value for name, value in read["filters"].items() if value is not None} == filters
    first, second = read["widgets"]
    assert (first["title"], first["settings"]["sort"], first["filters"]["preset"]) == (
        "Best",
        "-post_likes",
        "last_7_days",
    )
    assert second["query"] == {"metrics": ["post_likes"], "dimensions": ["format"]}
    assert {UUID(one["widget_id"]).version for one in read["widgets"]} == {7}
    assert read["created_by"] == read["changed_by"] == f"key:{manager.tenant.key_id}"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(read["created_at"])).total_seconds()) < 300
    assert read["problems"] == []


def test_what_was_read_may_be_sent_back_and_widgets_keep_their_ids(manager: Manager) -> None:
    made = manager.dashboard(widget(), widget("followers", place=ELSEWHERE))
    body = {**content(made), "widgets": [made["widgets"][1], widget()], "version": 1}
    changed = manager.send("PUT", f"/v1/dashboards/{made['dashboard_id']}", body).json()
    assert changed["version"] == 2
    assert [one["widget"] for one in changed["widgets"]] == ["followers", "video_views"]
    assert changed["widgets"][0]["widget_id"] == made["widgets"][1]["widget_id"]
    assert changed["widgets"][1]["widget_id"] not in {one["widget_id"] for one in made["widgets"]}
    assert manager.get(f"/v1/dashboards/{made['dashboard_id']}") == changed


def test_a_change_of_what_is_no_longer_the_newest_is_refused(manager: Manager) -> None:
    made = manager.dashboard()
    address = f"/v1/dashboards/{made['dashboard_id']}"
    renamed = manager.send("PATCH", address, {"name": "Mine", "version": 1})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["description"]) == (200, "Mine", "")
    for late in (
        manager.send("PUT", address, {**content(made), "version": 1}),
        manager.send("PATCH", address, {"name": "Too late", "version": 1}),
        manager.send("DELETE", address, version=1),
    ):
        assert late.status_code == 409, late.text
        assert "version 2" in late.json()["detail"]
    assert manager.get(address)["name"] == "Mine"


def test_of_changes_at_the_same_time_one_counts(manager: Manager) -> None:
    address = f"/v1/dashboards/{manager.dashboard()['dashboard_id']}"
    with ThreadPoolExecutor(6) as changing:
        sent = [
            changing.submit(manager.send, "PATCH", address, {"name": f"Name {number}", "version": 1})
            for number in range(6)
        ]
    answers = [one.result() for one in sent]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert manager.get(address) == won


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown widget": ({"widgets": [widget("nonsense")]}, "widgets.0.widget"),
    "widget without a view": ({"widgets": [widget("benchmark")]}, "widgets.0.widget"),
    "neither widget nor query": ({"widgets": [{"place": PLACE}]}, "widgets.0"),
    "both": ({"widgets": [widget(query={"metrics": ["post_likes"]})]}, "widgets.0"),
    "unknown metric": ({"widgets": [{"query": {"metrics": ["wealth"]}, "place": PLACE}]}, "widgets.0.query.metrics"),
    "unknown dimension": (
        {"widgets": [{"query": {"metrics": ["post_likes"], "dimensions": ["mood"]}, "place": PLACE}]},
        "widgets.0.query.dimensions",
    ),
    "impossible pair": (
        {"widgets": [{"query": {"metrics": ["net_followers"], "dimensions": ["country"]}, "place": PLACE}]},
        "widgets.0.query.metrics",
    ),
    "a metric of nobody": (
        {"widgets": [widget("scorecard", settings={"metrics": [f"custom_{uuid4().hex}"]})]},
        "widgets.0.settings.metrics",
    ),
    "a metric that its rows do not tell": (
        {"widgets": [widget("label_explorer", settings={"metrics": ["followers"]})]},
        "widgets.0.settings.metrics",
    ),
    "a metric that the widget lacks": (
        {"widgets": [widget(settings={"metrics": ["followers"]})]},
        "widgets.0.settings.metrics",
    ),
    "a column that the widget lacks": ({"widgets": [widget(settings={"sort": "-mood"})]}, "widgets.0.settings.sort"),
    "overlap": ({"widgets": [widget(), widget(place={**PLACE, "x": 5})]}, "widgets.1.place"),
    "outside the grid": ({"widgets": [widget(place={**PLACE, "x": 7})]}, "widgets.0.place"),
    "beyond the columns": ({"widgets": [widget(place={**PLACE, "x": 12})]}, "widgets.0.place.x"),
    "no height": ({"widgets": [widget(place={**PLACE, "h": 0})]}, "widgets.0.place.h"),
    "a number in a text": ({"widgets": [widget(place={**PLACE, "h": "4"})]}, "widgets.0.place.h"),
    "an account of nobody": ({"filters": {"accounts": [str(uuid4())]}}, "filters.accounts"),
    "of a widget's filters": (
        {"widgets": [widget(filters={"accounts": [str(uuid4())]})]},
        "widgets.0.filters.accounts",
    ),
    "a preset beside days": ({"filters": {"preset": "last_7_days", "from": "2026-03-01"}}, "filters"),
    "an empty range": ({"filters": {"from": "2026-03-01", "to": "2026-03-01"}}, "filters"),
    "a moment for a day": ({"filters": {"from": 0}}, "filters.from"),
    "no such zone": ({"filters": {"timezone": "Mars/Olympus"}}, "filters.timezone"),
    "no such preset": ({"filters": {"preset": "last_decade"}}, "filters.preset"),
    "no such comparison": ({"widgets": [widget(filters={"compare": ["the_past"]})]}, "widgets.0.filters.compare"),
    "a label of nobody": ({"filters": {"labels": [str(uuid4())]}}, "filters.labels"),
    "no such thing": ({"colour": "red"}, "colour"),
    "no name": ({"name": "  "}, "name"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_shown_is_refused_by_its_place(manager: Manager, bad: str) -> None:
    body, parameter = BAD[bad]
    answer = manager.send("POST", "/v1/dashboards", {"name": "Ours", **body})
    # What there is no place for is another refusal than what cannot be used.
    assert answer.status_code == (400 if bad == "no such thing" else 422), answer.text
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]
    assert len(manager.get("/v1/dashboards")["dashboards"]) == 1


def test_a_widget_of_another_dashboard_is_no_widget_of_this_one(manager: Manager) -> None:
    ours, other = manager.dashboard(widget()), manager.dashboard(widget())
    address = f"/v1/dashboards/{ours['dashboard_id']}"
    for widgets in ([other["widgets"][0]], [ours["widgets"][0], {**ours["widgets"][0], "place": ELSEWHERE}]):
        refused = manager.send("PUT", address, {**content(ours), "widgets": widgets, "version": 1})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["parameter"].endswith(".widget_id")


def test_a_copy_is_a_dashboard_of_its_own(manager: Manager) -> None:
    made = manager.dashboard(widget(), name="Ours")
    copy = manager.made(f"/v1/dashboards/{made['dashboard_id']}/duplicate", {})
    assert (copy["name"], copy["version"]) == ("Ours (copy)", 1)
    assert copy["dashboard_id"] != made["dashboard_id"]
    assert copy["widgets"][0]["widget_id"] != made["widgets"][0]["widget_id"]
    assert copy["widgets"][0]["place"] == made["widgets"][0]["place"]
    manager.send("DELETE", f"/v1/dashboards/{made['dashboard_id']}", version=1)
    assert manager.get(f"/v1/dashboards/{copy['dashboard_id']}") == copy


def test_templates_begin_dashboards_and_name_no_accounts(manager: Manager) -> None:
    account = manager.tenant.connect()
    manager.tenant.until_accounts(1)
    filters = {"accounts": [str(account)], "formats": ["video"]}
    made = manager.dashboard(widget(filters=filters), filters=filters)
    saved = manager.made("/v1/dashboard-templates", {"dashboard_id": made["dashboard_id"], "name": "House style"})
    listed = manager.get("/v1/dashboard-templates")["templates"]
    assert [(one["name"], one["built_in"], one["widgets"]) for one in listed] == [
        ("TikTok", True, 21),
        ("House style", False, 1),
    ]
    assert str(account) not in manager.send("GET", f"/v1/dashboard-templates/{saved['template_id']}").text
    begun = manager.made("/v1/dashboards", {"template": saved["template_id"], "name": "Begun"})
    assert (begun["name"], begun["filters"]["formats"], begun["filters"]["accounts"]) == ("Begun", ["video"], None)
    assert manager.send("DELETE", f"/v1/dashboard-templates/{saved['template_id']}").status_code == 204
    assert manager.send("GET", f"/v1/dashboard-templates/{saved['template_id']}").status_code == 404
    assert manager.get(f"/v1/dashboards/{begun['dashboard_id']}") == begun
    assert manager.send("DELETE", "/v1/dashboard-templates/tiktok").status_code == 409
    assert len(manager.made("/v1/dashboards", {"template": "tiktok"})["widgets"]) == 21


def test_who_may_only_read_changes_nothing(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    made = managing(tenant).dashboard(widget())
    reader = managing(tenant, scopes=(KeyScope.READ,), revision=2)
    until(lambda: reader.send("POST", "/v1/dashboards", {"name": "x"}).status_code == 403)
    address = f"/v1/dashboards/{made['dashboard_id']}"
    for method, path, body in (
        ("PUT", address, {**content(made), "version": 1}),
        ("PATCH", address, {"version": 1}),
        ("DELETE", f"{address}?version=1", None),
        ("POST", f"{address}/duplicate", {}),
        ("POST", f"{address}/shares", {}),
        ("GET", f"{address}/shares", None),
        ("DELETE", f"{address}/shares/{uuid4()}", None),
        ("POST", "/v1/dashboard-templates", {"dashboard_id": made["dashboard_id"]}),
        ("DELETE", "/v1/dashboard-templates/x", None),
        ("POST", "/v1/annotations", {"from": "2026-03-01", "text": "x"}),
        ("PUT", f"/v1/annotations/{uuid4()}", {"from": "2026-03-01", "text": "x", "version": 1}),
        ("DELETE", f"/v1/annotations/{uuid4()}?version=1", None),
    ):
        assert reader.send(method, path, body).status_code == 403, (method, path)
    assert reader.get(address) == made


def test_who_reads_some_accounts_sees_and_changes_nothing_of_the_others(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    mine, other = tenant.connect(), tenant.connect()
    everybody = managing(tenant)
    tenant.until_accounts(2)
    both = {"accounts": [str(mine), str(other)]}
    made = everybody.dashboard(widget(filters={"accounts": [str(other)]}), filters=both)
    limited = managing(tenant, accounts=[mine], revision=2)
    tenant.until_accounts(1)
    address = f"/v1/dashboards/{made['dashboard_id']}"
    seen = limited.get(address)
    assert str(other) not in str(seen)
    assert seen["filters"]["accounts"] == [str(mine)]
    assert seen["widgets"][0]["filters"]["accounts"] == []
    assert [problem["widget_id"] for problem in seen["problems"]] == [made["widgets"][0]["widget_id"]]
    for refused in (
        limited.send("PUT", address, {**content(seen), "version": 1}),
        limited.send("PATCH", address, {"name": "x", "version": 1}),
        limited.send("DELETE", address, version=1),
    ):
        assert refused.status_code == 403, refused.text
    copy = limited.made(f"{address}/duplicate", {})
    assert str(other) not in str(copy)
    named = limited.send("POST", "/v1/dashboards", {"name": "x", "filters": {"accounts": [str(other)]}})
    assert named.status_code == 422
