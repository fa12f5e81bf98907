"""A workspace's own metrics wherever a metric may stand: queries, widgets, comparisons, explanations, shared pages."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from .dashboards import PLACE, Manager, managing, widget
from .system import Tenant, march, refusal_of

NewTenant = Callable[[], Tenant]
RANGE = {"from": "2026-03-01", "to": "2026-03-05"}
LIKES = {"likes": 2, "comments": 1, "shares": 0}


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    """Two accounts: 3 of 60 views and, on a day without views, 3 more; 3 of 40 views; two posts of 3 in 50 and 10."""
    made = managing(new_tenant())
    tenant = made.tenant
    first, second = tenant.connect(), tenant.connect()
    tenant.until_accounts(2)
    tenant.days(first, {march(1): {**LIKES, "video_views": 60, "followers": 10}, march(2): {**LIKES, "video_views": 0}})
    tenant.days(second, {march(1): {**LIKES, "video_views": 40}, march(2): {**LIKES, "video_views": None}})
    posts = [
        {"post_id": "1", "published_at": "2026-03-01 10:00:00", **LIKES, "video_views": 50},
        {"post_id": "2", "published_at": "2026-03-02 10:00:00", "format": "photo", **LIKES, "video_views": 10},
    ]
    tenant.posts(first, posts)
    return made


@pytest.fixture
def rate(manager: Manager) -> str:
    return made(manager, "engagement / video_views * 100")


def made(manager: Manager, formula: str) -> str:
    body = {"slug": f"m{uuid4().hex[:8]}", "name": "Rate", "formula": formula}
    return str(manager.made("/v1/metrics", body)["slug"])


def asked(manager: Manager, path: str, **body: object) -> dict[str, Any]:
    answer = manager.send("POST", path, {**RANGE, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_query_divides_sums_whatever_it_is_told_by(manager: Manager, rate: str) -> None:
    by_day = asked(manager, "/v1/query", metrics=[rate, "video_views"], dimensions=["day"])
    # The second account's second day has no views known, so its likes do not count either; by 0 nothing is divided.
    assert by_day["rows"] == [
        ["2026-03-01", pytest.approx(6.0), 100],
        ["2026-03-02", None, 0],
        ["2026-03-03", None, None],
        ["2026-03-04", None, None],
    ]
    assert by_day["totals"][rate] == pytest.approx(9.0)
    assert [column["name"] for column in by_day["columns"]] == ["day", rate, "video_views"]
    assert "Rate of several rows works its formula out on the sums of its parts." in by_day["meta"]["notes"]
    by_format = asked(manager, "/v1/query", metrics=[rate], dimensions=["format"], sort=rate)
    assert by_format["rows"] == [["video", pytest.approx(6.0)], ["photo", pytest.approx(30.0)]]
    assert by_format["totals"] == {rate: pytest.approx(10.0)}


def test_a_state_in_a_formula_is_the_last_one_of_the_range(manager: Manager) -> None:
    doubled = made(manager, "followers * 2")
    assert asked(manager, "/v1/query", metrics=[doubled])["rows"] == [[20.0]]


def test_a_formula_of_people_stands_by_post_only(manager: Manager) -> None:
    reached = made(manager, "post_reach / 2")
    refused = manager.send("POST", "/v1/query", {**RANGE, "metrics": [reached]})
    assert refused.status_code == 422
    assert "TikTok Post Reach counts people" in refused.json()["detail"]
    assert len(asked(manager, "/v1/query", metrics=[reached], dimensions=["post_id"])["rows"]) == 2


def test_a_filter_and_a_comparison_are_of_the_formula_too(manager: Manager, rate: str) -> None:
    compared = asked(manager, "/v1/query", metrics=[rate], filters={"format": ["photo"]}, compare=["previous_period"])
    assert compared["totals"] == {rate: pytest.approx(30.0)}
    (before,) = compared["comparisons"]
    assert before["totals"] == {rate: None}


def test_an_explanation_shows_the_formula(manager: Manager, rate: str) -> None:
    (told,) = asked(manager, "/v1/query", metrics=[rate], explain=True)["explained"]
    assert (told["metric"], told["formula"]) == (rate, "Engagement ÷ Video Views × 100")
    assert told["evidence"]["rows"] == 4
    assert any("video_views" in field for field in told["tiktok_fields"])


def test_widgets_of_any_metric_show_what_is_chosen(manager: Manager, rate: str) -> None:
    tenant = manager.tenant
    figures = tenant.widget("scorecard", from_="2026-03-01", to="2026-03-05", metrics=f"{rate},published_posts")
    assert figures["rows"] == [[pytest.approx(9.0), 2]]
    table = asked(manager, "/v1/widgets/format_explorer", metrics=["published_posts", rate])
    assert sorted(table["rows"]) == [["photo", 1, pytest.approx(30.0)], ["video", 1, pytest.approx(6.0)]]
    sorted_by = asked(manager, "/v1/widgets/format_explorer", metrics=[rate])
    assert [row[0] for row in sorted_by["rows"]] == ["photo", "video"], "the first metric, the largest first"
    posts = asked(manager, "/v1/widgets/post_gallery", metrics=[rate])
    assert [(row[1], row[-1]) for row in posts["rows"]] == [("2", pytest.approx(30.0)), ("1", pytest.approx(6.0))]
    csv = tenant.get("/v1/widgets/scorecard", from_="2026-03-01", to="2026-03-05", format="csv", metrics=rate)
    assert csv.text.splitlines()[0].strip('"') == rate


def test_other_widgets_have_their_own_metrics_only(manager: Manager, rate: str) -> None:
    refused = manager.send("POST", "/v1/widgets/video_views", {**RANGE, "metrics": [rate]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "metrics"
    cards = {one["slug"]: one["any_metric"] for one in manager.get("/v1/widgets")["widgets"]}
    assert (cards["scorecard"], cards["post_explorer"], cards["video_views"]) == (True, True, False)


def test_a_formula_that_changed_is_not_answered_from_before(manager: Manager) -> None:
    card = manager.made("/v1/metrics", {"slug": "doubled", "name": "Doubled", "formula": "video_views * 2"})
    assert asked(manager, "/v1/query", metrics=[card["slug"]])["rows"] == [[200.0]]
    body = {"slug": "doubled", "name": "Tripled", "formula": "video_views * 3", "version": 1}
    changed = manager.send("PUT", f"/v1/metrics/{card['custom']['id']}", body)
    assert changed.status_code == 200, changed.text
    after = asked(manager, "/v1/query", metrics=[card["slug"]])
    assert (after["rows"], after["meta"]["metric_version"]) == ([[300.0]], 2)


def test_a_dashboard_shows_it_and_so_does_its_link(manager: Manager, rate: str) -> None:
    query = {"query": {"metrics": [rate], "dimensions": ["format"]}, "place": {**PLACE, "x": 6}}
    chosen = widget("scorecard", settings={"metrics": ["published_posts", rate], "sort": rate})
    dashboard = manager.dashboard(chosen, query, filters=RANGE)
    assert dashboard["problems"] == []
    share = manager.shared(dashboard)
    first, second = (manager.opened(share, f"/widgets/{one['widget_id']}").json() for one in dashboard["widgets"])
    assert first["rows"] == [[2, pytest.approx(9.0)]]
    assert second["rows"] == [["photo", pytest.approx(30.0)], ["video", pytest.approx(6.0)]]
    assert "widget" not in second
    page = manager.opened(share).json()
    assert page["metrics"] == [{"slug": rate, "name": "Rate", "unit": "number"}]


def test_a_metric_of_another_workspace_is_as_one_that_never_was(
    manager: Manager, rate: str, new_tenant: NewTenant
) -> None:
    other = managing(new_tenant())
    never = f"custom_{uuid4().hex}"
    for path, body in (
        ("/v1/query", {"metrics": ["SLUG"]}),
        ("/v1/widgets/scorecard", {"metrics": ["SLUG"]}),
        ("/v1/dashboards", {"name": "x", "widgets": [{"query": {"metrics": ["SLUG"]}, "place": PLACE}]}),
        ("/v1/dashboards", {"name": "x", "widgets": [widget("scorecard", settings={"metrics": ["SLUG"]})]}),
    ):
        foreign, nobodys = (other.tenant.post(path, _naming(body, slug)) for slug in (rate, never))
        assert foreign.status_code == 422, path
        told, same = str(refusal_of(foreign)), str(refusal_of(nobodys))
        assert told.replace(rate[:40], "SLUG") == same.replace(never[:40], "SLUG"), path


def _naming(body: object, slug: str) -> Any:
    match body:
        case dict():
            return {name: _naming(value, slug) for name, value in body.items()}
        case list():
            return [_naming(value, slug) for value in body]
        case _:
            return slug if body == "SLUG" else body


def test_a_shared_page_knows_the_names_of_labels_that_its_rows_tell(manager: Manager) -> None:
    label, unused = (
        manager.made("/v1/labels", {"kind": "label", "name": name, "colour": "#ff7a00"})
        for name in ("Summer", "Secret")
    )
    accounts = manager.tenant.get("/v1/accounts").json()["accounts"]
    refs = [{"account_id": one["account_id"], "post_id": "1"} for one in accounts]
    manager.send("POST", "/v1/post-labels", {"posts": refs, "add": [label["label_id"]]}).raise_for_status()
    told = {name: label[name] for name in ("label_id", "kind", "name", "colour")}
    by_label = manager.shared(manager.dashboard(widget("label_explorer")))
    assert manager.opened(by_label).json()["labels"] == [told], unused["name"]
    filtering = manager.shared(manager.dashboard(widget(), filters={"labels": [label["label_id"]]}))
    assert manager.opened(filtering).json()["labels"] == [told]
    assert manager.opened(manager.shared(manager.dashboard(widget()))).json()["labels"] == []
