"""Connect links over HTTP: members make them, owners open them without signing in, each is good for one account."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from auth_service.bootstrap import Stores
from auth_service.domain.connect_link import REMEMBERED
from auth_service.domain.identity import Person, workspace_event
from auth_service.domain.notice import NoticeKind
from auth_service.domain.record import fingerprint
from common.catalog import SCOPES
from common.documents import store
from common.runtime.clock import jump_clock

from .http_face import PUBLIC_URL, Script, problem

LINKS = "/auth/v1/connect-links"


@pytest.fixture
async def owners(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an account's owner, who is no member."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


async def made(http: httpx.AsyncClient, bearer: dict[str, str], **wanted: object) -> dict[str, str]:
    answer = await http.post(LINKS, json={"note": "for Ada", **wanted}, headers=bearer)
    assert answer.status_code == 201, answer.text
    link: dict[str, str] = answer.json()
    link["token"] = urlsplit(link["url"]).fragment
    return link


async def arrived(owners: httpx.AsyncClient, token: str) -> httpx.URL:
    """Start and come back from TikTok: where the owner then is."""
    started = await owners.post(f"{LINKS}/start", json={"token": token})
    assert started.status_code == 201, started.text
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    answer = await owners.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state})
    return httpx.URL(answer.headers["location"])


def pending_of(page: httpx.URL) -> str:
    assert page.path == "/connect/link/confirm"
    return f"{LINKS}/pending/{page.params['pending']}"


async def test_an_owner_connects_without_signing_in(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient
) -> None:
    link = await made(http, bearer)
    assert link["url"] == f"{PUBLIC_URL}/connect/link#{link['token']}"
    offer = (await owners.post(f"{LINKS}/look", json={"token": link["token"]})).json()
    assert (offer["workspace_name"], [one["scope"] for one in offer["asks"]]) == ("Studio", list(SCOPES))
    path = pending_of(await arrived(owners, link["token"]))
    shown = (await owners.get(path)).json()
    assert (shown["username"], shown["arrival"], shown["workspace_name"]) == ("northlight", "new", "Studio")
    kept = await owners.post(f"{path}/confirm")
    assert (kept.status_code, kept.json()) == (201, {"username": "northlight", "workspace_name": "Studio"})
    [connection] = (await http.get("/auth/v1/connections", headers=bearer)).json()["connections"]
    [listed] = (await http.get(LINKS, headers=bearer)).json()["connect_links"]
    assert (listed["state"], listed["account_id"], listed["note"]) == ("used", connection["account_id"], "for Ada")
    assert "url" not in listed


async def test_a_used_link_is_over(http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient) -> None:
    link = await made(http, bearer)
    path = pending_of(await arrived(owners, link["token"]))
    assert (await owners.post(f"{path}/confirm")).status_code == 201
    assert problem(await owners.post(f"{LINKS}/look", json={"token": link["token"]})) == (410, "link-ended")
    assert problem(await owners.post(f"{LINKS}/start", json={"token": link["token"]})) == (410, "link-ended")
    assert problem(await owners.post(f"{path}/confirm")) == (404, "not-found")


async def test_of_two_consents_by_one_link_one_is_kept(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient
) -> None:
    link = await made(http, bearer)
    paths = [pending_of(await arrived(owners, link["token"])) for _ in range(2)]
    answers = await asyncio.gather(*(owners.post(f"{path}/confirm") for path in paths))
    assert sorted(answer.status_code for answer in answers) == [201, 410]
    assert len((await http.get("/auth/v1/connections", headers=bearer)).json()["connections"]) == 1


async def test_a_wrong_account_is_given_back_and_the_link_is_good_still(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, asked: list[httpx.Request]
) -> None:
    link = await made(http, bearer)
    path = pending_of(await arrived(owners, link["token"]))
    assert (await owners.post(f"{path}/decline")).status_code == 204
    assert [one.url.path for one in asked][-1].endswith("/revoke/")
    again = pending_of(await arrived(owners, link["token"]))
    assert (await owners.post(f"{again}/confirm")).status_code == 201


async def told(stores: Stores, member: Person) -> list[tuple[NoticeKind, str, str]]:
    """What the member is told, the newest first: kind, account, and for whom the link was."""
    box = await stores.notices.page(user_id=member.user_id, workspace_id=member.workspace_id, limit=9, cursor=None)
    return [(one.kind, one.values.get("account", ""), one.values["note"]) for one in box.notices]


async def test_who_made_the_link_is_told_what_its_owner_answered(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, owner: Person, stores: Stores
) -> None:
    link = await made(http, bearer)
    path = pending_of(await arrived(owners, link["token"]))
    assert await told(stores, owner) == []
    await owners.post(f"{path}/decline")
    assert await told(stores, owner) == [(NoticeKind.LINK_DECLINED, "", "for Ada")]
    await owners.post(f"{pending_of(await arrived(owners, link['token']))}/confirm")
    assert sorted(await told(stores, owner)) == [
        (NoticeKind.LINK_CONNECTED, "Northlight", "for Ada"),
        (NoticeKind.LINK_DECLINED, "", "for Ada"),
    ]


async def test_a_refusal_at_tiktok_is_told_to_who_made_the_link_and_to_nobody_who_left(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, owner: Person, stores: Stores
) -> None:
    link = await made(http, bearer)
    started = await owners.post(f"{LINKS}/start", json={"token": link["token"]})
    refused = {"error": "access_denied", "state": parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]}
    await owners.get("/oauth/tiktok/callback/", params=refused)
    assert await told(stores, owner) == [(NoticeKind.LINK_DECLINED, "", "for Ada")]
    workspace = await stores.workspaces.get(owner.workspace_id)
    assert workspace
    empty = workspace.changed({"members": ()})
    assert await stores.workspaces.replace(empty, workspace_event(empty, workspace.created_at), audit=())
    await owners.post(f"{pending_of(await arrived(owners, link['token']))}/confirm")
    assert len(await told(stores, owner)) == 1


@pytest.mark.parametrize("hours", [168, 2])
async def test_a_link_expires(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, wall_file: Path, hours: int
) -> None:
    link = await made(http, bearer, **({} if hours == 168 else {"expires_in_hours": hours}))
    jump_clock(wall_file, timedelta(hours=hours) - timedelta(minutes=5))
    path = pending_of(await arrived(owners, link["token"]))
    jump_clock(wall_file, timedelta(minutes=5))
    assert problem(await owners.post(f"{LINKS}/look", json={"token": link["token"]})) == (410, "link-ended")
    assert problem(await owners.post(f"{path}/confirm")) == (410, "link-ended"), "also for who is on the way"


async def test_a_revoked_link_is_over_for_whoever_is_on_the_way(
    http: httpx.AsyncClient, bearer: dict[str, str], others: dict[str, str], owners: httpx.AsyncClient
) -> None:
    link = await made(http, bearer)
    path = pending_of(await arrived(owners, link["token"]))
    foreign = await http.post(f"{LINKS}/{link['link_id']}/revoke", headers=others)
    unknown = await http.post(f"{LINKS}/{uuid4()}/revoke", headers=others)
    assert problem(foreign) == problem(unknown) == (404, "not-found")
    assert (await http.post(f"{LINKS}/{link['link_id']}/revoke", headers=bearer)).status_code == 204
    assert problem(await owners.post(f"{path}/confirm")) == (410, "link-ended")
    assert problem(await owners.post(f"{LINKS}/look", json={"token": link["token"]})) == (410, "link-ended")
    [listed] = (await http.get(LINKS, headers=bearer)).json()["connect_links"]
    assert listed["state"] == "revoked"
    assert (await http.get(LINKS, headers=others)).json() == {"connect_links": []}


async def test_only_the_browser_that_asked_sees_and_answers(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient
) -> None:
    link = await made(http, bearer)
    path = pending_of(await arrived(owners, link["token"]))
    await http.post(f"{LINKS}/start", json={"token": link["token"]})  # the other browser has a cookie of its own
    for method, suffix in (("GET", ""), ("POST", "/confirm"), ("POST", "/decline")):
        foreign = await http.request(method, f"{path}{suffix}", headers=bearer)
        unknown = await http.request(method, f"{LINKS}/pending/{uuid4()}{suffix}", headers=bearer)
        assert problem(foreign) == (404, "not-found")
        assert foreign.json() == unknown.json()
    as_member = path.replace(LINKS, "/auth/v1/connections")
    assert problem(await http.get(as_member, headers=bearer)) == (404, "not-found")
    owners.cookies.clear()
    assert problem(await owners.get(path)) == (404, "not-found")


async def test_a_members_own_consent_is_not_answered_through_links(
    http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    started = await http.post("/auth/v1/connections", json={}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    came = await http.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state})
    pending = httpx.URL(came.headers["location"]).params["pending"]
    assert problem(await http.post(f"{LINKS}/pending/{pending}/confirm")) == (404, "not-found")


async def test_a_callback_in_a_foreign_browser_is_refused_before_tiktok_is_asked(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, asked: list[httpx.Request]
) -> None:
    link = await made(http, bearer)
    starts = (
        (http, await http.post("/auth/v1/connections", json={}, headers=bearer)),
        (owners, await owners.post(f"{LINKS}/start", json={"token": link["token"]})),
    )
    for mine, started in starts:
        state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
        foreign = owners if mine is http else http
        foreign.cookies.set("toa_connect", "x" * 43, domain="127.0.0.1", path="/")
        came = await foreign.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state})
        assert came.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason=browser"
        again = await mine.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state})
        assert again.headers["location"] == f"{PUBLIC_URL}/connect/failed?reason=state"
    assert asked == []


async def test_the_cookie_is_for_the_browser_alone(http: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await http.post("/auth/v1/connections", json={}, headers=bearer)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("toa_connect=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    again = await http.post("/auth/v1/connections", json={}, headers=bearer)
    assert again.headers["set-cookie"].split(";")[0] == cookie.split(";")[0], "two tabs do not end each other"


async def test_what_a_link_keeps_is_not_what_it_told(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, database: store.Database, owner: Person
) -> None:
    link = await made(http, bearer)
    await arrived(owners, link["token"])
    kept = [str(one) for name in ("connect_links", "pendings") for one in await database.collection(name).find({})]
    assert len(kept) == 2
    theirs = {"workspace_id": str(owner.workspace_id)}
    for name in ("connect_links", "pendings"):
        assert await database.collection(name).find_one(theirs), "all of a workspace is found by it"
    assert fingerprint(link["token"]) in kept[0]
    for secret in (link["token"], owners.cookies["toa_connect"]):
        assert secret not in "".join(kept)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"expires_in_hours": 0.01}, (422, "invalid-input")),
        ({"expires_in_hours": 24 * 31}, (422, "invalid-input")),
        ({"expires_in_hours": -1}, (422, "invalid-input")),
        ({"channel": "myspace"}, (422, "invalid-input")),
        ({"note": "x" * 201}, (422, "invalid-input")),
        ({"extra": 1}, (422, "invalid-input")),
    ],
)
async def test_what_a_link_cannot_be(
    http: httpx.AsyncClient, bearer: dict[str, str], wanted: dict[str, object], expected: tuple[int, str]
) -> None:
    assert problem(await http.post(LINKS, json=wanted, headers=bearer)) == expected


async def test_members_routes_need_a_session_and_a_role(
    http: httpx.AsyncClient, bearer: dict[str, str], database: store.Database, owner: Person
) -> None:
    routes = (("POST", LINKS), ("GET", LINKS), ("POST", f"{LINKS}/{uuid4()}/revoke"))
    for method, path in routes:
        assert problem(await http.request(method, path, json={})) == (401, "not-signed-in")
    workspaces = database.collection("workspaces")
    assert await workspaces.update({"_id": str(owner.workspace_id)}, {"$set": {"members.0.role": "viewer"}})
    for method, path in routes:
        assert problem(await http.request(method, path, json={}, headers=bearer)) == (403, "not-allowed")


async def test_an_unknown_token_is_not_found(owners: httpx.AsyncClient, owner: Person) -> None:
    assert problem(await owners.post(f"{LINKS}/look", json={"token": "guessed"})) == (404, "not-found")
    assert problem(await owners.post(f"{LINKS}/start", json={"token": "guessed"})) == (404, "not-found")


async def test_an_ended_link_is_forgotten_in_the_end(
    http: httpx.AsyncClient, bearer: dict[str, str], stores: Stores, wall_file: Path
) -> None:
    link = await made(http, bearer)
    kept = await stores.links.by_token(fingerprint(link["token"]))
    assert kept is not None
    await stores.links.remove_expired(kept.expires_at)
    assert await stores.links.get(kept.link_id) == kept
    await stores.links.remove_expired(kept.expires_at + REMEMBERED)
    assert await stores.links.get(kept.link_id) is None


async def test_a_consent_that_tiktok_does_not_honour_leaves_the_link_open(
    http: httpx.AsyncClient, bearer: dict[str, str], owners: httpx.AsyncClient, script: Script
) -> None:
    link = await made(http, bearer)
    script["tt_user/oauth2/token/"] = [httpx.Response(200, json={"code": 40110})]
    assert (await arrived(owners, link["token"])).path == "/connect/failed"
    path = pending_of(await arrived(owners, link["token"]))
    assert (await owners.post(f"{path}/confirm")).status_code == 201
