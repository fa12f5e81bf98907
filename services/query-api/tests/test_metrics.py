"""Metrics over HTTP: the list, formulas of a workspace's own, their preview, and who may change them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.catalog import catalog
from common.events import KeyScope

from .system import Tenant, march, until

RATE = {
    "slug": "rate",
    "name": "Engagement per 100 views",
    "formula": "engagement / video_views * 100",
    "unit": "percent",
}
NewTenant = Callable[[], Tenant]


@pytest.fixture
def manager(new_tenant: NewTenant) -> Tenant:
    """A workspace with a key that may change things."""
    made = new_tenant()
    made.publish_key(scopes=(KeyScope.READ, KeyScope.MANAGE))
    until(lambda: made.get("/v1/metrics").status_code == 200)
    return made


def send(tenant: Tenant, method: str, path: str, body: object = None, **parameters: str) -> httpx.Response:
    return tenant.client.request(method, f"{tenant.url}{path}", json=body, params=parameters, headers=tenant.headers)


def made(tenant: Tenant, **body: object) -> dict[str, Any]:
    answer = send(tenant, "POST", "/v1/metrics", {**RATE, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def change(tenant: Tenant, card: dict[str, Any], **changed: object) -> httpx.Response:
    custom = card["custom"]
    body = {name: custom[name] for name in ("slug", "formula", "version")} | {"name": card["name"]} | changed
    return send(tenant, "PUT", f"/v1/metrics/{custom['id']}", body)


def test_the_list_has_the_catalogs_metrics_and_the_workspaces_own(manager: Tenant) -> None:
    card = made(manager)
    listed = {one["slug"]: one for one in manager.get("/v1/metrics").json()["metrics"]}
    assert [*listed] == [*catalog().metrics, card["slug"]]
    assert listed[card["slug"]] == card
    assert listed["video_views"]["used_by"] == [
        {"kind": "metric", "id": card["custom"]["id"], "name": "Engagement per 100 views"}
    ]
    assert card["slug"] == "custom_" + card["custom"]["id"].replace("-", "")
    assert card["unit"] == "percent"
    assert [one["by"] for one in card["figures"]] == ["activity", "published", "growth"]
    assert card["figures"][0]["formula"] == "Engagement ÷ Video Views × 100"
    assert card["custom"]["formula"] == RATE["formula"]
    assert card["custom"]["changed_by"] == f"key:{manager.key_id}"


def test_a_metric_is_changed_on_the_version_that_was_seen(manager: Tenant) -> None:
    card = made(manager)
    after = change(manager, card, name="Renamed", formula="applause / video_views", unit="share")
    assert after.status_code == 200, after.text
    assert (after.json()["version"], after.json()["name"], after.json()["unit"]) == (2, "Renamed", "share")
    stale = change(manager, card, name="Late")
    assert stale.status_code == 409
    assert "at version 2" in stale.json()["detail"]
    assert send(manager, "GET", f"/v1/metrics/{card['custom']['id']}").json() == after.json()


def test_what_is_used_is_deleted_only_by_force_and_leaves_its_formula(manager: Tenant) -> None:
    rate = made(manager)
    index = made(manager, slug="index", name="Index", formula="rate - 1", unit=None)
    path = f"/v1/metrics/{rate['custom']['id']}"
    assert send(manager, "GET", path).json()["used_by"] == [
        {"kind": "metric", "id": index["custom"]["id"], "name": "Index"}
    ]
    refused = send(manager, "DELETE", path)
    assert refused.status_code == 409
    assert "metric 'Index'" in refused.json()["detail"]
    assert send(manager, "DELETE", path, force="true").status_code == 204
    assert send(manager, "GET", path).status_code == send(manager, "DELETE", path).status_code == 404
    kept = send(manager, "GET", f"/v1/metrics/{index['custom']['id']}").json()
    assert kept["custom"]["formula"] == "engagement / video_views * 100 - 1"


def test_two_changes_at_once_cannot_close_a_circle(manager: Tenant) -> None:
    first = made(manager, slug="first", formula="engagement", unit=None)
    second = made(manager, slug="second", formula="video_views", unit=None)
    with ThreadPoolExecutor(2) as both:
        answers = [
            both.submit(change, manager, first, formula="second + 1"),
            both.submit(change, manager, second, formula="first + 1"),
        ]
        found = sorted(answer.result().status_code for answer in answers)
    assert found == [200, 422]
    listed = send(manager, "GET", "/v1/metrics")
    assert listed.status_code == 200


def test_changes_at_once_are_all_kept(manager: Tenant) -> None:
    with ThreadPoolExecutor(4) as writers:
        found = [*writers.map(lambda n: made(manager, slug=f"m{n}")["slug"], range(6))]
    listed = [one["slug"] for one in manager.get("/v1/metrics").json()["metrics"] if one["custom"]]
    assert sorted(listed) == sorted(found)


@pytest.mark.parametrize(
    ("body", "parameter", "problem"),
    [
        ({"formula": "engagement / vidoe_views"}, "formula", "at character 14: there is no metric 'vidoe_views'"),
        ({"formula": "post_reach / followers"}, "formula", "its parts are never known of the same rows"),
        ({"formula": "video_views", "unit": "share"}, "unit", "share does not follow"),
        ({"slug": "followers"}, "slug", "always there"),
        ({"slug": "Not A Slug"}, "slug", "pattern"),
        ({"name": " "}, "name", "at least 1 character"),
    ],
)
def test_what_cannot_be_a_metric_is_refused_by_name(
    manager: Tenant, body: dict[str, object], parameter: str, problem: str
) -> None:
    answer = send(manager, "POST", "/v1/metrics", {**RATE, **body})
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]
    assert problem in answer.json()["errors"][0]["problem"]


def test_a_preview_shows_the_last_28_days(manager: Tenant) -> None:
    first, second = manager.connect(), manager.connect()
    manager.until_accounts(2)
    likes = {"likes": 2, "comments": 1, "shares": 0}
    manager.days(first, {march(8): {**likes, "video_views": 60}, march(9): {**likes, "video_views": 0}})
    manager.days(second, {march(8): {**likes, "video_views": 40}, march(9): {**likes, "video_views": None}})
    answer = send(manager, "POST", "/v1/metrics/preview", {"formula": "engagement/video_views*100", "unit": "percent"})
    assert answer.status_code == 200, answer.text
    preview = answer.json()
    assert preview["problems"] == []
    assert [preview["days"][place]["day"] for place in (0, -1)] == ["2026-02-11", "2026-03-10"]
    assert len(preview["days"]) == 28
    figures = {row["day"]: row["value"] for row in preview["days"]}
    # 8: (3 + 3) / (60 + 40). 9: no views are known but 0, by which nothing is divided.
    assert (figures["2026-03-08"], figures["2026-03-09"], figures["2026-03-10"]) == (6.0, None, None)
    # Of sums: neither the mean of the days nor with the likes of a day without views.
    assert preview["whole"] == pytest.approx(9.0)
    assert (preview["formula"], preview["unit"], preview["attribution"]) == (
        "engagement / video_views * 100",
        "percent",
        "activity",
    )
    assert preview["units"] == ["number", "share", "percent"]


def test_a_preview_says_what_is_wrong_and_where(manager: Tenant) -> None:
    def problems(**body: object) -> list[dict[str, Any]]:
        answer = send(manager, "POST", "/v1/metrics/preview", body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["problems"])

    (problem,) = problems(formula="engagement / vidoe_views")
    assert (problem["position"], problem["parameter"]) == (13, "formula")
    assert problem["remedy"].startswith("did you mean video_views")
    (problem,) = problems(formula="engagement / post_reach")
    assert "a person who saw two posts would count twice" in problem["problem"]
    (problem,) = problems(formula="video_views", unit="seconds")
    assert problem["parameter"] == "unit"
    own = made(manager)["custom"]["id"]
    (problem,) = problems(formula="rate + 1", metric_id=own)
    assert "made of itself: rate → rate" in problem["problem"]
    assert (
        send(manager, "POST", "/v1/metrics/preview", {"formula": "rate", "metric_id": str(uuid4())}).status_code == 404
    )


def test_a_preview_of_a_state_takes_its_last_value_over_the_range(manager: Tenant) -> None:
    first, second = manager.connect(), manager.connect()
    manager.until_accounts(2)
    manager.days(first, {march(8): {"followers": 10, "video_views": 4}, march(9): {"followers": 30, "video_views": 6}})
    manager.days(second, {march(8): {"followers": 5, "video_views": 1}})
    preview = send(manager, "POST", "/v1/metrics/preview", {"formula": "followers * 2"}).json()
    assert preview["whole"] == 70.0, "each account's last value, never the sum of days"
    views = send(manager, "POST", "/v1/metrics/preview", {"formula": "video_views / followers"}).json()
    assert views["whole"] == pytest.approx(11 / 35)


def test_a_preview_is_of_the_accounts_that_may_be_read(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    mine, other = tenant.connect(), tenant.connect()
    tenant.days(mine, {march(8): {"video_views": 1}})
    tenant.days(other, {march(8): {"video_views": 100}})
    tenant.publish_key(accounts=[mine])
    tenant.until_accounts(1)
    answer = send(tenant, "POST", "/v1/metrics/preview", {"formula": "video_views * 2"})
    assert answer.json()["whole"] == 2.0


def test_metrics_of_another_workspace_are_as_if_they_never_were(new_tenant: NewTenant) -> None:
    ours, theirs = new_tenant(), new_tenant()
    for tenant in (ours, theirs):
        tenant.publish_key(scopes=(KeyScope.READ, KeyScope.MANAGE))
        until(lambda tenant=tenant: tenant.get("/v1/metrics").status_code == 200)  # type: ignore[misc]
    card = made(theirs)
    path, body = f"/v1/metrics/{card['custom']['id']}", {**RATE, "version": 1}
    for method, sent in (("GET", None), ("PUT", body), ("DELETE", None)):
        foreign, never = send(ours, method, path, sent), send(ours, method, f"/v1/metrics/{uuid4()}", sent)
        assert foreign.status_code == never.status_code == 404
        # Word for word the same, but for what names the request.
        assert [foreign.json()[word] for word in ("type", "title", "detail")] == [
            never.json()[word] for word in ("type", "title", "detail")
        ]
    assert [one for one in ours.get("/v1/metrics").json()["metrics"] if one["custom"]] == []
    assert send(ours, "POST", "/v1/metrics/preview", {"formula": card["slug"]}).json()["problems"]
    assert made(ours)["custom"]["slug"] == "rate"
    assert send(theirs, "GET", path).json() == card


def test_changing_needs_its_scope(tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/metrics").status_code == 200)
    path = f"/v1/metrics/{uuid4()}"
    asked = (("POST", "/v1/metrics", RATE), ("PUT", path, {**RATE, "version": 1}), ("DELETE", path, None))
    for method, address, body in asked:
        refused = send(tenant, method, address, body)
        assert refused.status_code == 403, (method, refused.text)
        assert 'scope="manage"' in refused.headers["www-authenticate"]
    assert send(tenant, "POST", "/v1/metrics/preview", {"formula": "engagement"}).status_code == 200
