"""Every route × every role × another tenant × nobody. A route that is not in the table fails here."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import People
from auth_service.domain.connect_state import Asker, new_state
from auth_service.domain.permissions import Action, may
from auth_service.domain.record import fingerprint
from auth_service.entrypoints.bearer import Permitted
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.creating import Creating
from auth_service.use_cases.erasing import Erasing
from auth_service.use_cases.linking import Linking
from auth_service.use_cases.signing_in import SigningIn
from common.events import Role

from .world import MARK, Builder, Tenant, documents

UNKNOWN = {
    "workspace_id": "0190a3c8-0000-7000-8000-00000000aaaa",
    "account_id": "0190a3c8-0000-7000-8000-00000000bbbb",
    "user_id": "0190a3c8-0000-7000-8000-00000000cccc",
    "invitation_id": "0190a3c8-0000-7000-8000-00000000dddd",
    "pending_id": "0190a3c8-0000-7000-8000-00000000eeee",
    "key_id": "00000000ffffffff",
    "session_id": "0190a3c8-0000-7000-8000-000000002222",
    "notice_id": "00000000000000000000000000000000",
    "request_id": "0190a3c8-0000-7000-8000-000000003333",
    "link_id": "0190a3c8-0000-7000-8000-00000000ffff",
    "erasure_id": "0190a3c8-0000-7000-8000-000000001111",
}
NOT_IN = {"not-signed-in", "not-allowed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`action` None: the route needs no session. `ends` what it is done with, so it is asked last."""

    action: Action | None
    body: str | None = None
    ends: bool = False


SIGN_IN = '{"email": "nobody@nowhere.test", "password": "wrong wrong wrong"}'
HELD = '{"secret": "guessed", "password": "correct horse battery"}'
MEMBER = '{"role": "viewer", "accounts": ["<account_id>"]}'
INVITED = '{"email": "new@nowhere.test", "role": "viewer", "accounts": ["<account_id>"]}'
KEY = '{"name": "k", "scopes": ["read"], "accounts": ["<account_id>"]}'
CHANGED = '{"current": "wrong wrong wrong", "password": "correct horse battery staple"}'
OWN, DECIDE = Row(action=Action.SEE_WORKSPACE), Row(action=Action.DECIDE_EARLY_ACCESS)
CONNECT = Row(action=Action.CONNECT_ACCOUNTS)

TABLE: Mapping[tuple[str, str], Row] = {
    ("POST", "/auth/v1/sessions"): Row(action=None, body=SIGN_IN),
    ("DELETE", "/auth/v1/sessions"): Row(action=None),
    ("POST", "/auth/v1/sessions/refresh"): Row(action=None),
    ("POST", "/auth/v1/sessions/workspace"): Row(
        action=Action.SEE_WORKSPACE, body='{"workspace_id": "<workspace_id>"}'
    ),
    ("GET", "/auth/v1/sign-in-ways"): Row(action=None),
    ("GET", "/auth/v1/oidc/start"): Row(action=None),
    ("GET", "/auth/v1/oidc/callback"): Row(action=None),
    ("GET", "/auth/v1/sessions"): OWN,
    ("POST", "/auth/v1/sessions/end-others"): OWN,
    ("DELETE", "/auth/v1/sessions/{session_id}"): OWN,
    ("POST", "/auth/v1/password"): Row(action=Action.SEE_WORKSPACE, body=CHANGED),
    ("POST", "/auth/v1/password-resets"): Row(action=None),
    ("POST", "/auth/v1/password-resets/complete"): Row(action=None),
    ("GET", "/auth/v1/second-factor"): OWN,
    ("POST", "/auth/v1/second-factor"): Row(action=Action.SEE_WORKSPACE, body='{"password": "wrong"}'),
    ("POST", "/auth/v1/second-factor/confirm"): Row(action=Action.SEE_WORKSPACE, body='{"code": "123456"}'),
    ("POST", "/auth/v1/second-factor/disable"): Row(action=Action.SEE_WORKSPACE, body='{"code": "123456"}'),
    ("GET", "/auth/v1/notices"): OWN,
    ("POST", "/auth/v1/notices/read"): OWN,
    ("POST", "/auth/v1/notices/{notice_id}/read"): OWN,
    ("POST", "/auth/v1/early-access"): Row(action=None),
    ("GET", "/auth/v1/operator/early-access"): DECIDE,
    ("POST", "/auth/v1/operator/early-access/{request_id}/approve"): DECIDE,
    ("POST", "/auth/v1/operator/early-access/{request_id}/deny"): DECIDE,
    ("POST", "/auth/v1/operator/early-access/{request_id}/revoke"): DECIDE,
    ("GET", "/auth/v1/operator/audit"): Row(action=Action.READ_OPERATIONS),
    ("GET", "/auth/v1/operator/audit/integrity"): Row(action=Action.READ_OPERATIONS),
    ("GET", "/auth/v1/jwks.json"): Row(action=None),
    ("GET", "/oauth/tiktok/callback/"): Row(action=None),
    ("GET", "/auth/v1/connections"): Row(action=Action.SEE_CONNECTIONS),
    ("POST", "/auth/v1/connections"): Row(action=Action.CONNECT_ACCOUNTS, body='{"channel": "tiktok"}'),
    ("GET", "/auth/v1/connections/pending/{pending_id}"): CONNECT,
    ("POST", "/auth/v1/connections/pending/{pending_id}/confirm"): CONNECT,
    ("POST", "/auth/v1/connections/pending/{pending_id}/decline"): CONNECT,
    ("GET", "/auth/v1/connections/{account_id}"): Row(action=Action.SEE_CONNECTIONS),
    ("DELETE", "/auth/v1/connections/{account_id}"): CONNECT,
    ("POST", "/auth/v1/connections/{account_id}/test"): CONNECT,
    ("POST", "/auth/v1/connections/{account_id}/commands"): Row(
        action=Action.CONNECT_ACCOUNTS, body='{"kind": "refresh"}'
    ),
    ("GET", "/auth/v1/connect-links"): CONNECT,
    ("POST", "/auth/v1/connect-links"): Row(action=Action.CONNECT_ACCOUNTS, body="{}"),
    ("POST", "/auth/v1/connect-links/{link_id}/revoke"): CONNECT,
    ("POST", "/auth/v1/connect-links/look"): Row(action=None),
    ("POST", "/auth/v1/connect-links/start"): Row(action=None),
    ("GET", "/auth/v1/connect-links/pending/{pending_id}"): Row(action=None),
    ("POST", "/auth/v1/connect-links/pending/{pending_id}/confirm"): Row(action=None),
    ("POST", "/auth/v1/connect-links/pending/{pending_id}/decline"): Row(action=None),
    ("POST", "/webhooks/tiktok/"): Row(action=None),
    ("GET", "/auth/v1/erasures"): Row(action=Action.ERASE),
    ("POST", "/auth/v1/erasures"): Row(
        action=Action.ERASE, body='{"account_id": "<account_id>", "confirm": "northlight"}'
    ),
    ("GET", "/auth/v1/erasures/{erasure_id}"): Row(action=Action.ERASE),
    ("GET", "/auth/v1/workspaces"): Row(action=Action.SEE_WORKSPACE),
    ("POST", "/auth/v1/workspaces"): Row(action=Action.SEE_WORKSPACE, body='{"name": "another"}'),
    ("GET", "/auth/v1/workspace"): Row(action=Action.SEE_WORKSPACE),
    ("PATCH", "/auth/v1/workspace"): Row(action=Action.CHANGE_WORKSPACE, body='{"week_start": "sunday"}'),
    ("POST", "/auth/v1/workspace/leave"): Row(action=Action.LEAVE_WORKSPACE, ends=True),
    ("POST", "/auth/v1/workspace/owner"): Row(action=Action.MANAGE_OWNERS, body='{"user_id": "<user_id>"}'),
    ("GET", "/auth/v1/members"): Row(action=Action.SEE_MEMBERS),
    ("PUT", "/auth/v1/members/{user_id}"): Row(action=Action.MANAGE_MEMBERS, body=MEMBER),
    ("DELETE", "/auth/v1/members/{user_id}"): Row(action=Action.MANAGE_MEMBERS),
    ("GET", "/auth/v1/invitations"): Row(action=Action.MANAGE_MEMBERS),
    ("POST", "/auth/v1/invitations"): Row(action=Action.MANAGE_MEMBERS, body=INVITED),
    ("DELETE", "/auth/v1/invitations/{invitation_id}"): Row(action=Action.MANAGE_MEMBERS),
    ("POST", "/auth/v1/invitations/look"): Row(action=None, body=HELD),
    ("POST", "/auth/v1/invitations/accept"): Row(action=None, body=HELD),
    ("GET", "/auth/v1/keys"): Row(action=Action.MANAGE_KEYS),
    ("POST", "/auth/v1/keys"): Row(action=Action.MANAGE_KEYS, body=KEY),
    ("POST", "/auth/v1/keys/{key_id}/rotate"): Row(action=Action.MANAGE_KEYS, body="{}"),
    ("DELETE", "/auth/v1/keys/{key_id}"): Row(action=Action.MANAGE_KEYS),
    ("GET", "/auth/v1/audit"): Row(action=Action.READ_AUDIT),
    ("GET", "/auth/v1/audit/integrity"): Row(action=Action.READ_AUDIT),
    ("GET", "/auth/v1/users/me"): Row(action=Action.SEE_WORKSPACE),
    ("POST", "/auth/v1/oidc/code"): Row(action=None),
    ("POST", "/auth/v1/users/me/delete"): Row(action=Action.LEAVE_WORKSPACE, body='{"password": "wrong"}'),
}
GUARDED = {route: row for route, row in TABLE.items() if row.action}


def served(app: FastAPI) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every route of the app but the documents of the API itself."""
    for route in iter_route_contexts(app.routes):
        if str(route.path_format) not in {app.openapi_url, app.docs_url, app.swagger_ui_oauth2_redirect_url}:
            for method in sorted(route.methods or ()):
                yield (method, str(route.path_format)), route


def actions(dependant: Any) -> Iterator[Action]:
    """What a route asks for, wherever in its dependencies."""
    if isinstance(dependant.call, Permitted):
        yield dependant.call.action
    for deeper in dependant.dependencies:
        yield from actions(deeper)


async def ask(
    http: httpx.AsyncClient, route: tuple[str, str], ids: Mapping[str, str], headers: Mapping[str, str]
) -> httpx.Response:
    method, path = route
    body = TABLE[route].body
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
        body = body and body.replace(f"<{name}>", value)
    http.cookies.clear()
    kind = {"Content-Type": "application/json"} if body else {}
    return await http.request(method, path, content=body, headers={**headers, **kind})


@pytest.fixture
def documented(app: FastAPI) -> Mapping[tuple[str, str], set[str]]:
    """The statuses that the contract names for each route."""
    paths = app.openapi()["paths"]
    return {
        (method.upper(), path): set(one["responses"]) for path, all_ in paths.items() for method, one in all_.items()
    }


def kind_of(answer: httpx.Response) -> str:
    """The type of a problem; empty for what is none."""
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return str(answer.json()["type"]) if is_problem else ""


@pytest.fixture
def builder(
    creating: Creating, stores: Stores, people: People, linking: Linking, erasing: Erasing, signing_in: SigningIn
) -> Builder:
    return Builder(
        creating=creating,
        stores=stores,
        people=people,
        linking=linking,
        erasing=erasing,
        tokens=signing_in.tokens,
        wall=signing_in.wall,
    )


@pytest.fixture
async def tenant(builder: Builder) -> Tenant:
    return await builder.tenant(MARK)


def test_every_route_is_in_the_table(app: FastAPI) -> None:
    assert {name for name, _ in served(app)} == set(TABLE)


def test_every_route_asks_the_permissions_for_what_the_table_says(app: FastAPI) -> None:
    for name, route in served(app):
        wanted = TABLE[name].action
        assert list(actions(route.dependant)) == ([wanted] if wanted else []), name


async def test_without_a_session_every_route_says_the_same(
    http: httpx.AsyncClient, tenant: Tenant, documented: Mapping[tuple[str, str], set[str]]
) -> None:
    # A pending consent is no part of the world here; its id is looked up after the session.
    for route in GUARDED:
        for ids in ({**tenant.ids, "pending_id": UNKNOWN["pending_id"]}, UNKNOWN):
            answer = await ask(http, route, ids, {})
            assert (answer.status_code, kind_of(answer)) == (401, "not-signed-in"), route
            assert "401" in documented[route], route


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_what_the_permissions_say(
    http: httpx.AsyncClient,
    builder: Builder,
    tenant: Tenant,
    role: Role,
    documented: Mapping[tuple[str, str], set[str]],
) -> None:
    headers = builder.bearer(tenant.people[role])
    for route in sorted(GUARDED, key=lambda one: GUARDED[one].ends):
        action = GUARDED[route].action
        assert action is not None
        answer = await ask(http, route, UNKNOWN, headers)
        assert str(answer.status_code) in documented[route], (route, answer.text)
        if may(role, action):
            assert kind_of(answer) not in NOT_IN, (route, answer.text)
            assert answer.status_code < 500, (route, answer.text)
        else:
            assert (answer.status_code, kind_of(answer)) == (403, "not-allowed"), (route, answer.text)


async def test_a_route_that_needs_no_session_answers_as_its_contract_says(
    http: httpx.AsyncClient, documented: Mapping[tuple[str, str], set[str]]
) -> None:
    for route in set(TABLE) - set(GUARDED):
        answer = await ask(http, route, UNKNOWN, {})
        assert str(answer.status_code) in documented[route], (route, answer.text)


async def test_the_owner_of_another_workspace_reads_writes_and_learns_nothing(
    http: httpx.AsyncClient,
    builder: Builder,
    tenant: Tenant,
    connecting: Connecting,
    database_name: str,
    mongo_url: str,
) -> None:
    other = await builder.tenant("other")
    ids = {**tenant.ids, "pending_id": str(await _pending(connecting, tenant))}
    needles = (MARK, *ids.values(), *(str(person.user_id) for person in tenant.people.values()))
    before = await documents(mongo_url, database_name, *needles)
    headers = builder.bearer(other.people[Role.OWNER])
    for route in sorted(GUARDED, key=lambda one: GUARDED[one].ends):
        foreign = await ask(http, route, ids, headers)
        unknown = await ask(http, route, UNKNOWN, headers)
        assert MARK not in foreign.text, route
        if _names_things(route):
            # What no role of a workspace may do is refused before anything is looked for.
            refusals = {404, 422} if may(Role.OWNER, TABLE[route].action or Action.SEE_WORKSPACE) else {403}
            assert foreign.status_code in refusals, (route, foreign.text)
            assert foreign.status_code == unknown.status_code, route
            assert _neutral(foreign, ids) == _neutral(unknown, UNKNOWN), route
    assert await documents(mongo_url, database_name, *needles) == before


async def test_a_token_is_not_believed_what_the_workspace_does_not_say(
    http: httpx.AsyncClient, builder: Builder, tenant: Tenant
) -> None:
    other = await builder.tenant("other")
    viewer = tenant.people[Role.VIEWER]
    answer = await http.get("/auth/v1/keys", headers=builder.bearer(viewer))
    assert kind_of(answer) == "not-allowed"
    forged = builder.bearer(replace(viewer, workspace_id=other.workspace_id, role=Role.OWNER))
    answer = await http.get("/auth/v1/keys", headers=forged)
    assert (answer.status_code, kind_of(answer)) == (401, "not-signed-in")


async def _pending(connecting: Connecting, tenant: Tenant) -> UUID:
    owner = tenant.people[Role.OWNER]
    asker = Asker(
        workspace_id=owner.workspace_id,
        channel="tiktok",
        browser_sha256=fingerprint("a browser"),
        user_id=owner.user_id,
    )
    state = new_state(state="a state", asker=asker, at=connecting.wall.now())
    await connecting.states.add(state)
    pending = await connecting.consented(state="a state", code="code-1", error="", browser="a browser")
    return pending.pending_id


def _names_things(route: tuple[str, str]) -> bool:
    return "{" in route[1] or "<" in (TABLE[route].body or "")


def _neutral(answer: httpx.Response, ids: Mapping[str, str]) -> object:
    text = answer.text
    for name, value in ids.items():
        text = text.replace(value, name)
    return json.loads(text)
