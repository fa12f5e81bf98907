"""Connections over HTTP: roles and tenants, the callback, and what is shown of an account."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from auth_service.domain.identity import Person
from common.catalog import SCOPES
from common.documents import store
from common.runtime.clock import jump_clock

from .http_face import PUBLIC_URL, Script, pend, problem

UNKNOWN = "0190a3c8-0000-7000-8000-00000000abcd"
ROUTES = [
    ("GET", "/auth/v1/connections"),
    ("POST", "/auth/v1/connections"),
    ("GET", f"/auth/v1/connections/pending/{UNKNOWN}"),
    ("POST", f"/auth/v1/connections/pending/{UNKNOWN}/confirm"),
    ("POST", f"/auth/v1/connections/pending/{UNKNOWN}/decline"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", [None, "Bearer nonsense", "Basic YTpi", "Bearer "])
async def test_every_route_of_connections_needs_a_session(
    http: httpx.AsyncClient, method: str, path: str, token: str | None
) -> None:
    headers = {"Authorization": token} if token else {}
    answer = await http.request(method, path, headers=headers, json={"channel": "tiktok"})
    assert problem(answer) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_viewer_lists_but_does_not_connect(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, owner: Person
) -> None:
    pending = await pend(http, bearer)
    workspaces = database.collection("workspaces")
    assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": {"members.0.role": "viewer"}})
    assert (await http.get("/auth/v1/connections", headers=bearer)).status_code == 200
    path = f"/auth/v1/connections/pending/{pending}"
    for method, address in (("POST", "/auth/v1/connections"), ("GET", path), ("POST", f"{path}/confirm")):
        answer = await http.request(method, address, headers=bearer, json={"channel": "tiktok"})
        assert problem(answer) == (403, "not-allowed")


async def test_a_removed_member_is_out_although_the_token_lives(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, owner: Person
) -> None:
    workspaces = database.collection("workspaces")
    assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": {"members": []}})
    assert problem(await http.get("/auth/v1/connections", headers=bearer)) == (401, "not-signed-in")
    assert problem(await http.post("/auth/v1/sessions/refresh")) == (401, "not-signed-in")


async def test_another_workspace_learns_nothing(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str]
) -> None:
    pending = await pend(http, bearer)
    for suffix, method in (("", "GET"), ("/confirm", "POST"), ("/decline", "POST")):
        foreign = await http.request(method, f"/auth/v1/connections/pending/{pending}{suffix}", headers=others)
        unknown = await http.request(method, f"/auth/v1/connections/pending/{uuid4()}{suffix}", headers=others)
        assert problem(foreign) == (404, "not-found")
        assert foreign.json() == unknown.json()
    await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    assert (await http.get("/auth/v1/connections", headers=others)).json() == {"connections": [], "counts": {}}


async def test_a_connection_is_shown_whole(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    pending = await pend(http, bearer)
    shown = (await http.get(f"/auth/v1/connections/pending/{pending}", headers=bearer)).json()
    profile = {
        "username": "northlight",
        "display_name": "Northlight",
        "avatar_url": "https://pictures.test/1.jpg",
        "is_business_account": True,
    }
    nothing: dict[str, list[str]] = {"scopes": [], "metrics": [], "widgets": []}
    assert shown == {
        "pending_id": pending,
        **profile,
        "missing_scopes": [],
        "lost": nothing,
        "arrival": "new",
        "advice": None,
        "refusal": None,
        "already_connected": False,
    }
    confirmed = await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)
    assert confirmed.status_code == 201
    answer = (await http.get("/auth/v1/connections", headers=bearer)).json()
    assert answer["counts"] == {"connecting": 1}
    [listed] = answer["connections"]
    assert listed == confirmed.json()
    assert datetime.fromisoformat(listed.pop("connected_at")).tzinfo is not None
    account_id = listed.pop("account_id")
    state = listed.pop("state")
    assert (state["name"], state["reason"], state["next_step"]["action"]) == ("connecting", None, "wait")
    assert listed == {
        "channel": "tiktok",
        **profile,
        "status": "connected",
        "scopes": list(SCOPES),
        "missing_scopes": [],
        "lost": nothing,
    }
    assert account_id


async def test_what_a_partial_consent_loses_is_named_before_and_after_it_is_kept(
    http: httpx.AsyncClient, bearer: dict[str, str], script: Script
) -> None:
    granted = [scope for scope in SCOPES if scope != "video.insights"]
    tokens = {"open_id": "open-1", "access_token": "act.1", "refresh_token": "rft.1", "scope": ",".join(granted)}
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 0, "data": tokens})]
    pending = await pend(http, bearer)
    before = (await http.get(f"/auth/v1/connections/pending/{pending}", headers=bearer)).json()
    kept = (await http.post(f"/auth/v1/connections/pending/{pending}/confirm", headers=bearer)).json()
    assert before["missing_scopes"] == kept["missing_scopes"] == ["video.insights"]
    lost = before["lost"]
    assert lost == kept["lost"]
    meaning = "figures of posts: watch time, completion, sources"
    assert lost["scopes"] == [{"scope": "video.insights", "meaning": meaning}]
    assert {"slug": "retention_curve", "name": "Retention Curve"} in lost["widgets"]
    assert "post_total_play_time" in [metric["slug"] for metric in lost["metrics"]]


async def test_declining_answers_204(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    pending = await pend(http, bearer)
    answer = await http.post(f"/auth/v1/connections/pending/{pending}/decline", headers=bearer)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("answers", "query", "reason"),
    [
        ({}, {"code": "code-1", "state": "guessed"}, "state"),
        ({}, {}, "state"),
        ({}, {"error": "access_denied", "state": "GIVEN"}, "denied"),
        ({}, {"error": "server_error", "state": "GIVEN"}, "exchange"),
        ({}, {"state": "GIVEN"}, "exchange"),
        ({"tt_user/oauth2/token/": [httpx.Response(500)]}, {"code": "c", "state": "GIVEN"}, "exchange"),
        ({"tt_user/oauth2/token/": [httpx.ReadTimeout("slow")]}, {"code": "c", "state": "GIVEN"}, "exchange"),
        (
            {"tt_user/oauth2/token/": [httpx.Response(200, json={"code": 40110})]},
            {"code": "c", "state": "GIVEN"},
            "exchange",
        ),
        ({"business/get/": [httpx.Response(200, json={"code": 40001})]}, {"code": "c", "state": "GIVEN"}, "exchange"),
    ],
)
async def test_a_failed_callback_leads_to_a_page_with_the_reason(
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    script: Script,
    answers: Script,
    query: dict[str, str],
    reason: str,
) -> None:
    script.update({path: list(planned) for path, planned in answers.items()})
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    given = {name: value.replace("GIVEN", state) for name, value in query.items()}
    answer = await http.get("/oauth/tiktok/callback/", params=given)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason={reason}"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_late_callback_is_told_expired(
    http: httpx.AsyncClient, bearer: dict[str, str], wall_file: Path
) -> None:
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    jump_clock(wall_file, timedelta(minutes=10))
    answer = await http.get("/oauth/tiktok/callback/", params={"auth_code": "c", "state": state})
    assert answer.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason=expired"


async def test_an_unknown_channel_is_refused(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await http.post("/auth/v1/connections", json={"channel": "myspace"}, headers=bearer)
    assert problem(answer) == (422, "invalid-input")
