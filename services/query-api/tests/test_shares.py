"""Share links: what one opens, and when it opens nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from common.events import AccountChange, AccountStatus

from .dashboards import EVERYTHING, Manager, content, managing, widget
from .system import Signer, Tenant, march, refusal_of, until

NewTenant = Callable[[], Tenant]
RANGE = {"from": "2026-03-01", "to": "2026-03-05"}


@pytest.fixture
def manager(new_tenant: NewTenant) -> Manager:
    return managing(new_tenant())


def connected(manager: Manager, views: int) -> UUID:
    account = manager.tenant.connect()
    manager.tenant.days(account, {march(1): {"video_views": views}})
    return account


def test_a_link_shows_the_dashboard_and_its_figures_to_anybody(manager: Manager) -> None:
    account = connected(manager, 7)
    manager.tenant.until_accounts(1)
    made = manager.dashboard(widget(), filters=RANGE)
    share = manager.shared(made, note="for the agency", expires_in_days=3)
    assert share["url"] == f"http://origin.test/shared#{share['token']}"
    opened = manager.opened(share)
    assert opened.status_code == 200, opened.text
    assert (opened.headers["cache-control"], opened.headers["referrer-policy"]) == ("no-store", "no-referrer")
    shown = opened.json()
    assert (shown["name"], shown["widgets"]) == ("Ours", made["widgets"])
    assert [one["account_id"] for one in shown["accounts"]] == [str(account)]
    assert str(manager.tenant.workspace_id) not in opened.text
    figures = manager.opened(share, f"/widgets/{made['widgets'][0]['widget_id']}")
    assert figures.headers["referrer-policy"] == "no-referrer"
    assert figures.json()["totals"] == {"video_views": 7}
    assert figures.json()["meta"]["from"] == "2026-03-01"


def test_the_secret_is_told_once_and_kept_nowhere(manager: Manager) -> None:
    share = manager.shared(manager.dashboard())
    _, _, secret = share["token"].partition("-")
    assert len(secret) >= 43
    listed = manager.send("GET", f"/v1/dashboards/{share['dashboard_id']}/shares")
    assert secret not in listed.text
    ((one),) = listed.json()["shares"]
    assert (one["is_open"], one["created_by"], one["last_used_at"]) == (True, f"key:{manager.tenant.key_id}", None)
    assert manager.opened(share).status_code == 200
    used = manager.get(f"/v1/dashboards/{share['dashboard_id']}/shares")["shares"][0]["last_used_at"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(used)).total_seconds()) < 300


def test_whatever_is_wrong_with_a_link_the_words_are_the_same(manager: Manager) -> None:
    made = manager.dashboard(widget())
    revoked, forgotten = manager.shared(made), manager.shared(manager.dashboard())
    address = f"/v1/dashboards/{made['dashboard_id']}/shares/{revoked['share_id']}"
    assert manager.send("DELETE", address).status_code == 204
    assert manager.send("DELETE", address).status_code == 204
    manager.send("DELETE", f"/v1/dashboards/{forgotten['dashboard_id']}", version=1)
    share_id = manager.shared(made)["token"].partition("-")[0]
    tokens = (revoked["token"], forgotten["token"], f"{share_id}-wrong", f"{uuid4().hex}-wrong", "nonsense", "é-")
    answers = [manager.opened({"token": token}) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert all(refusal_of(answer) == refusal_of(answers[0]) for answer in answers)
    figures = manager.opened(revoked, f"/widgets/{made['widgets'][0]['widget_id']}")
    assert refusal_of(figures) == refusal_of(answers[0])
    assert figures.status_code == 404
    listed = manager.get(f"/v1/dashboards/{made['dashboard_id']}/shares")["shares"]
    assert [one["is_open"] for one in listed] == [False, True]
    assert listed[0]["revoked_by"] == f"key:{manager.tenant.key_id}"


def test_a_link_opens_nothing_but_its_dashboard(manager: Manager) -> None:
    ours, other = manager.dashboard(widget(), filters=RANGE), manager.dashboard(widget())
    share = manager.shared(ours)
    assert manager.opened(share, f"/widgets/{other['widgets'][0]['widget_id']}").status_code == 404
    foreign = manager.opened(share, f"/widgets/{ours['widgets'][0]['widget_id']}", **{"from": "2020-01-01"})
    if foreign.status_code == 200:
        assert foreign.json()["meta"]["from"] == "2026-03-01"
    headers = {"Authorization": f"Bearer {share['token']}"}
    for path in ("/v1/dashboards", "/v1/accounts", "/v1/widgets/video_views"):
        assert manager.tenant.client.get(f"{manager.tenant.url}{path}", headers=headers).status_code == 401
    asking_csv = manager.tenant.client.get(
        f"{manager.tenant.url}/v1/shared/{share['token']}/widgets/{ours['widgets'][0]['widget_id']}",
        headers={"Accept": "text/csv"},
    )
    assert asking_csv.headers["content-type"] == "application/json"


def test_a_link_never_shows_an_account_that_came_later_or_has_gone(manager: Manager) -> None:
    account = connected(manager, 7)
    manager.tenant.until_accounts(1)
    made = manager.dashboard(widget(), filters=RANGE)
    share = manager.shared(made)
    later = connected(manager, 1000)
    manager.tenant.until_accounts(2)
    figures = f"/widgets/{made['widgets'][0]['widget_id']}"
    assert manager.opened(share, figures).json()["totals"] == {"video_views": 7}
    assert str(later) not in manager.opened(share).text
    manager.tenant.connect(
        account_id=account, revision=2, status=AccountStatus.ERASED, change=AccountChange.ERASED, username=None
    )
    manager.tenant.until_accounts(1)
    assert manager.opened(share, figures).json()["totals"] == {"video_views": None}


def test_a_link_shows_what_its_maker_may_still_read(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    manager = managing(tenant)
    mine, other = connected(manager, 7), connected(manager, 1000)
    tenant.until_accounts(2)
    made = manager.dashboard(widget(), filters=RANGE)
    share = manager.shared(made)
    figures = f"/widgets/{made['widgets'][0]['widget_id']}"
    assert manager.opened(share, figures).json()["totals"] == {"video_views": 1007}
    tenant.publish_key(scopes=EVERYTHING, accounts=[mine], revision=2)
    until(lambda: manager.opened(share, figures).json()["totals"] == {"video_views": 7})
    assert str(other) not in manager.opened(share).text
    tenant.publish_key(scopes=EVERYTHING, revoked=True, revision=3)
    until(lambda: manager.opened(share).status_code == 404)


def test_a_link_ends_with_its_makers_membership(new_tenant: NewTenant, signer: Signer) -> None:
    tenant = new_tenant()
    manager = managing(tenant)
    user, colleague = uuid4(), uuid4()
    tenant.publish_members(user, colleague)
    dashboard = manager.dashboard(widget())
    headers = {"Authorization": f"Bearer {signer.token(user, tenant.workspace_id, role='admin', rev=2)}"}
    address = f"{tenant.url}/v1/dashboards/{dashboard['dashboard_id']}/shares"
    made = tenant.client.post(address, json={}, headers=headers)
    assert made.status_code == 201, made.text
    until(lambda: manager.opened(made.json()).status_code == 200)
    tenant.publish_members(colleague, revision=3)
    until(lambda: manager.opened(made.json()).status_code == 404)


def test_a_link_shows_the_dashboard_as_it_is_now(manager: Manager) -> None:
    mine, _ = connected(manager, 7), connected(manager, 1000)
    manager.tenant.until_accounts(2)
    made = manager.dashboard(widget(), filters=RANGE)
    share = manager.shared(made)
    filters = {**RANGE, "accounts": [str(mine)]}
    body = {**content(made), "filters": filters, "version": 1}
    assert manager.send("PUT", f"/v1/dashboards/{made['dashboard_id']}", body).status_code == 200
    figures = manager.opened(share, f"/widgets/{made['widgets'][0]['widget_id']}")
    assert figures.json()["totals"] == {"video_views": 7}
    assert [one["account_id"] for one in manager.opened(share).json()["accounts"]] == [str(mine)]


def test_a_link_that_is_used_too_often_is_told_to_wait(manager: Manager) -> None:
    share = manager.shared(manager.dashboard())
    answers = [manager.opened(share) for _ in range(500)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["retry-after"]) <= 61
    other = manager.shared(manager.dashboard())
    assert manager.opened(other).status_code == 200
