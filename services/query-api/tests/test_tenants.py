"""Nobody sees what is not theirs, and who is shut out is shut out at once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from common.events import AccountChange, AccountStatus, KeyScope
from common.events.envelope import Message
from query_api.entrypoints.app import described_app

from .dashboards import content, managing, widget
from .importing import importer, overview
from .label_steps import MANAGING
from .system import SESSION, Heart, Signer, Tenant, march, refusal_of, until

RANGE = {"from_": "2026-03-01", "to": "2026-03-05"}
NewTenant = Callable[[], Tenant]


def statuses(tenant: Tenant, headers: dict[str, str]) -> int:
    return httpx.get(f"{tenant.url}/v1/widgets/video_views", headers=headers).status_code


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def two(new_tenant: NewTenant) -> tuple[Tenant, Tenant]:
    """Two workspaces, each with one account that has 7 and 1000 views."""
    pair = new_tenant(), new_tenant()
    for tenant, views in zip(pair, (7, 1000), strict=True):
        tenant.publish_key()
        account = tenant.connect()
        tenant.days(account, {march(1): {"video_views": views, "likes": views, "followers": views}})
        tenant.posts(account, [{"post_id": f"p{views}", "published_at": "2026-03-01 10:00:00", "video_views": views}])
        tenant.until_accounts(1)
    return pair


def test_two_workspaces_never_see_each_other(two: tuple[Tenant, Tenant]) -> None:
    ours, theirs = two
    assert ours.widget("video_views", **RANGE)["totals"] == {"video_views": 7}
    assert theirs.widget("video_views", **RANGE)["totals"] == {"video_views": 1000}
    assert [row[1] for row in ours.widget("post_explorer", **RANGE)["rows"]] == ["p7"]
    foreign = theirs.get("/v1/accounts").json()["accounts"][0]["account_id"]
    for slug in ("followers", "video_views", "post_engagement", "post_explorer"):
        for form in ("json", "csv"):
            refused = ours.get(f"/v1/widgets/{slug}", **RANGE, accounts=foreign, format=form)
            assert refused.status_code == 422
            never_was = ours.get(f"/v1/widgets/{slug}", **RANGE, accounts=uuid4(), format=form)
            # Word for word the same, but for the id: nothing tells whether an account exists elsewhere.
            assert [problem["problem"].split("'")[2] for problem in refused.json()["errors"]] == [
                problem["problem"].split("'")[2] for problem in never_was.json()["errors"]
            ]


def test_an_account_id_of_two_workspaces_gives_each_its_own_rows(new_tenant: NewTenant) -> None:
    ours, theirs = new_tenant(), new_tenant()
    account = uuid4()
    theirs.days(account, {march(1): {"video_views": 1000}})
    ours.publish_key()
    ours.connect(account_id=account)
    ours.until_accounts(1)
    assert ours.widget("video_views", **RANGE)["totals"] == {"video_views": None}


def test_a_key_limited_to_accounts_sees_only_those(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    mine, other = tenant.connect(), tenant.connect()
    tenant.days(mine, {march(1): {"video_views": 1}})
    tenant.days(other, {march(1): {"video_views": 100}})
    tenant.publish_key(accounts=[mine])
    tenant.until_accounts(1)
    assert [row["account_id"] for row in tenant.get("/v1/accounts").json()["accounts"]] == [str(mine)]
    assert tenant.widget("video_views", **RANGE)["totals"] == {"video_views": 1}
    assert tenant.get("/v1/widgets/video_views", accounts=other).status_code == 422
    assert tenant.get("/v1/widgets/video_views", accounts=f"{mine},{other}").status_code == 422


def test_a_key_for_no_account_sees_none_and_not_all(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    account = tenant.connect()
    tenant.days(account, {march(1): {"video_views": 1}})
    tenant.publish_key(accounts=[])
    until(lambda: tenant.get("/v1/accounts").status_code == 200)
    assert tenant.get("/v1/accounts").json()["accounts"] == []
    assert tenant.widget("video_views", **RANGE)["totals"] == {"video_views": None}
    assert tenant.widget("post_explorer", **RANGE)["rows"] == []


def test_an_erased_account_is_gone_and_a_late_older_state_does_not_bring_it_back(tenant: Tenant) -> None:
    account = tenant.connect(revision=1)
    tenant.until_accounts(1)
    tenant.connect(
        account_id=account, revision=3, status=AccountStatus.ERASED, change=AccountChange.ERASED, username=None
    )
    tenant.until_accounts(0)
    tenant.connect(account_id=account, revision=2)
    marker = tenant.connect()
    until(lambda: str(marker) in tenant.get("/v1/accounts").text)
    assert str(account) not in tenant.get("/v1/accounts").text


def test_a_changed_account_is_shown_as_it_is_now(tenant: Tenant) -> None:
    account = tenant.connect(revision=1)
    tenant.until_accounts(1)
    tenant.connect(account_id=account, revision=2, username="renamed", status=AccountStatus.LOST_ACCESS)
    until(lambda: "renamed" in tenant.get("/v1/accounts").text)
    assert tenant.get("/v1/accounts").json()["accounts"] == [
        {
            "account_id": str(account),
            "channel": "tiktok",
            "username": "renamed",
            "display_name": "The Shop",
            "avatar_url": None,
            "is_business_account": True,
            "status": "lost_access",
            "connected_at": "2026-02-20T08:00:00.000Z",
        }
    ]


def test_a_revoked_key_stops_working(tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    tenant.publish_key(revoked=True, revision=2)
    until(lambda: tenant.get("/v1/widgets").status_code == 401, seconds=60)
    tenant.publish_key(revision=1)
    other = Tenant(platform=tenant.platform, url=tenant.url)
    other.publish_key()
    until(lambda: other.get("/v1/widgets").status_code == 200)
    assert tenant.get("/v1/widgets").status_code == 401, "a late older state must not bring a key back"


def test_the_token_of_an_ended_session_stops_working(tenant: Tenant, signer: Signer) -> None:
    user = uuid4()
    headers = bearer(signer.token(user, tenant.workspace_id, rev=1))
    tenant.publish_members(user, revision=1)
    until(lambda: statuses(tenant, headers) == 200)
    tenant.publish_members(user, revision=2, ended=(SESSION,))
    until(lambda: statuses(tenant, headers) == 401, seconds=60)
    assert statuses(tenant, bearer(signer.token(user, tenant.workspace_id, rev=1, sid=str(uuid4())))) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
        {"secret_sha256": "0" * 64},
        {"revoked": True},
    ],
)
def test_a_key_that_may_not_be_used_is_401(new_tenant: NewTenant, changed: dict[str, object]) -> None:
    bad, marker = new_tenant(), new_tenant()
    bad.publish_key(**changed)
    marker.publish_key()
    until(lambda: marker.get("/v1/widgets").status_code == 200)
    answer = bad.get("/v1/widgets/video_views")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "the_secret" not in answer.text


def test_an_export_needs_its_scope(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    tenant.publish_key(scopes=(KeyScope.READ,))
    until(lambda: tenant.get("/v1/widgets/video_views").status_code == 200)
    refused = tenant.get("/v1/widgets/video_views", format="csv")
    assert refused.status_code == 403
    assert 'scope="export"' in refused.headers["www-authenticate"]
    assert refused.json()["type"] == "not-allowed"


def test_a_session_reads_its_workspace_until_its_member_is_removed(tenant: Tenant, signer: Signer) -> None:
    user = uuid4()
    account, other = tenant.connect(), tenant.connect()
    tenant.until_accounts(2)
    tenant.publish_members(user, revision=1)
    headers = bearer(signer.token(user, tenant.workspace_id, rev=1))
    until(lambda: statuses(tenant, headers) == 200)
    assert statuses(tenant, bearer(signer.token(uuid4(), tenant.workspace_id, rev=1))) == 401

    tenant.publish_members(user, revision=2, accounts=(account,))
    until(lambda: len(httpx.get(f"{tenant.url}/v1/accounts", headers=headers).json()["accounts"]) == 1)
    assert str(other) not in httpx.get(f"{tenant.url}/v1/accounts", headers=headers).text

    tenant.publish_members(revision=3)
    until(lambda: statuses(tenant, headers) == 401, seconds=60)


def test_a_session_newer_than_the_news_works_at_once(tenant: Tenant, signer: Signer) -> None:
    assert statuses(tenant, bearer(signer.token(uuid4(), tenant.workspace_id, rev=1))) == 200
    expired = signer.token(uuid4(), tenant.workspace_id, exp=int(time.time()) - 60)
    assert statuses(tenant, bearer(expired)) == 401


def test_a_key_whose_newest_state_cannot_be_read_is_not_trusted(tenant: Tenant) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    broken = Message(topic="toa.access.v1", key=f"key:{tenant.key_id}".encode(), value=b'{"access":', headers=())
    tenant.platform.send(broken)
    until(lambda: tenant.get("/v1/widgets").status_code == 503)
    tenant.publish_key(revision=2)
    until(lambda: tenant.get("/v1/widgets").status_code == 200)


def test_an_undecodable_account_stops_no_other(tenant: Tenant) -> None:
    tenant.platform.send(Message(topic="tiktok.accounts.v1", key=b"x", value=b"not json", headers=()))
    tenant.connect()
    tenant.until_accounts(1)


def test_without_a_heartbeat_nobody_is_trusted(tenant: Tenant, heart: Heart) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    heart.beating.clear()
    try:
        until(lambda: tenant.get("/v1/widgets").status_code == 503, seconds=8)
        stale = tenant.get("/v1/widgets/video_views")
    finally:
        heart.beating.set()
    assert stale.status_code == 503
    assert stale.headers["retry-after"].isdecimal()
    assert "5 seconds" in stale.json()["detail"]
    until(lambda: tenant.get("/v1/widgets").status_code == 200)


def test_other_workspaces_ids_cannot_be_written_into_ones_own(new_tenant: NewTenant) -> None:
    ours, theirs = managing(new_tenant()), managing(new_tenant())
    account = theirs.tenant.connect()
    theirs.tenant.until_accounts(1)
    made = theirs.dashboard(widget())
    own = ours.dashboard(widget())
    day = {"from": "2026-03-01", "text": "x"}
    for path, body, status in (
        ("/v1/dashboards", {"name": "x", "filters": {"accounts": [str(account)]}}, 422),
        ("/v1/annotations", {**day, "account_id": str(account)}, 422),
        ("/v1/annotations", {**day, "dashboard_id": made["dashboard_id"]}, 404),
        ("/v1/dashboard-templates", {"dashboard_id": made["dashboard_id"]}, 404),
    ):
        assert ours.send("POST", path, body).status_code == status, path
    taken = {**content(own), "widgets": made["widgets"], "version": 1}
    assert ours.send("PUT", f"/v1/dashboards/{own['dashboard_id']}", taken).status_code == 422
    share = ours.shared(own)
    assert ours.opened(share, f"/widgets/{made['widgets'][0]['widget_id']}").status_code == 404
    assert [one["name"] for one in theirs.get("/v1/dashboards")["dashboards"]] == ["TikTok", "Ours"]


EXPORTS = (
    ("GET", "/v1/exports/{export_id}"),
    ("GET", "/v1/exports/{export_id}/manifest"),
    ("GET", "/v1/exports/{export_id}/file"),
    ("POST", "/v1/exports/{export_id}/cancel"),
    ("GET", "/v1/schedules/{schedule_id}"),
    ("PUT", "/v1/schedules/{schedule_id}"),
    ("GET", "/v1/schedules/{schedule_id}/deliveries"),
    ("POST", "/v1/schedules/{schedule_id}/pause"),
    ("POST", "/v1/schedules/{schedule_id}/resume"),
    ("POST", "/v1/schedules/{schedule_id}/run"),
    ("DELETE", "/v1/schedules/{schedule_id}"),
)
SCHEDULE = {
    "name": "x",
    "question": {"metrics": ["video_views"], "dimensions": ["day"]},
    "cron": "0 8 * * 1",
    "destination": {"kind": "storage"},
}
ALL_SCOPES = (KeyScope.READ, KeyScope.EXPORT, KeyScope.MANAGE)


def test_nothing_of_another_workspaces_exports_is_found_or_changed(new_tenant: NewTenant) -> None:
    ours, theirs = new_tenant(), new_tenant()
    for tenant in (ours, theirs):
        tenant.publish_key(scopes=ALL_SCOPES)
        tenant.connect()
        tenant.until_accounts(1)
    export = theirs.post("/v1/exports", {"parameters": SCHEDULE["question"]}).json()
    schedule = theirs.post("/v1/schedules", SCHEDULE).json()
    ids = {"export_id": export["export_id"], "schedule_id": schedule["schedule_id"]}
    asked = {"workspace": ours.workspace_id, "expires": int(time.time()) + 60, "signature": "0" * 64}
    for method, path in EXPORTS:
        sent = SCHEDULE if method == "PUT" else None
        named = asked if path.endswith("/file") else {}
        refused, never_was = (
            ours.client.request(
                method,
                f"{ours.url}{path.format(**those)}",
                json=sent,
                params={name: str(value) for name, value in named.items()},
                headers=ours.headers,
            )
            for those in (ids, dict.fromkeys(ids, uuid4()))
        )
        # Word for word the same: nothing tells whether it exists elsewhere.
        assert refused.status_code == 404, (method, path)
        assert refusal_of(refused) == refusal_of(never_was), (method, path)
    assert theirs.get(f"/v1/schedules/{ids['schedule_id']}").json() | {"webhook_secret": None} == schedule
    assert ours.get("/v1/exports").json()["exports"] == ours.get("/v1/schedules").json()["schedules"] == []


def test_every_route_of_exports_is_tried_from_another_workspace() -> None:
    described = described_app().openapi()["paths"]
    there = {
        (method.upper(), path)
        for path, operations in described.items()
        for method in operations
        if path.startswith(("/v1/exports/{", "/v1/schedules/{"))
    }
    assert there == set(EXPORTS)


def test_nothing_of_another_workspaces_imports_is_found_or_changed(new_tenant: NewTenant) -> None:
    ours, theirs = importer(new_tenant()), importer(new_tenant())
    made = theirs.previewed(overview('"March 1","7","5","1","1","0"'))
    for method, path in (("GET", "/{}"), ("POST", "/{}/confirm"), ("DELETE", "/{}")):
        refused, never_was = ours.send(method, path.format(made["import_id"])), ours.send(method, path.format(uuid4()))
        # Word for word the same: nothing tells whether it exists elsewhere.
        assert refused.status_code == 404, (method, path)
        assert refusal_of(refused) == refusal_of(never_was), (method, path)
    assert ours.send("GET").json() == {"imports": []}
    refused = ours.upload(overview('"March 1","7","5","1","1","0"'), account_id=theirs.account_id)
    assert refused.status_code == 422
    assert theirs.done("GET", f"/{made['import_id']}") == made


def test_a_key_limited_to_accounts_imports_and_undoes_for_those_only(new_tenant: NewTenant) -> None:
    ours = importer(new_tenant())
    other = ours.tenant.connect()
    ours.tenant.until_accounts(2)
    made = ours.previewed(overview('"March 1","7","5","1","1","0"'))
    ours.tenant.publish_key(scopes=MANAGING, accounts=[other], revision=2)
    ours.tenant.until_accounts(1)
    assert ours.send("GET").json() == {"imports": []}
    for method, path in (("GET", ""), ("POST", "/confirm"), ("DELETE", "")):
        assert ours.send(method, f"/{made['import_id']}{path}").status_code == 404, (method, path)
    assert ours.upload(overview('"March 1","7","5","1","1","0"')).status_code == 422
    assert ours.upload(overview('"March 1","7","5","1","1","0"'), account_id=other).status_code == 201
