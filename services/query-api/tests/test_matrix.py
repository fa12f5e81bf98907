"""Every route × everybody: without credentials, by scope, by role, and of another workspace."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

import httpx
import pytest

from common.events import KeyScope, Role

from .label_steps import labeller
from .matrix import CHANGES, MANAGE, ROWS, World, ask, nowhere, world
from .system import Signer, Tenant, refusal_of, until

LINK = re.compile(r'"download":\{[^}]*\}')
NewTenant = Callable[[], Tenant]
# Of a session: its roles, and which of them change something.
ROLES = {Role.VIEWER: False, Role.ANALYST: True, Role.ADMIN: True, Role.OWNER: True}


def test_the_matrix_has_every_route(tenant: Tenant) -> None:
    described = tenant.client.get(f"{tenant.url}/v1/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, operations in described.items() for method in operations}
    assert {(row.method, row.path) for row in ROWS} == there
    assert len(ROWS) == len(there)


def test_nobody_is_let_in_without_credentials(tenant: Tenant) -> None:
    ids = nowhere()
    for row in ROWS:
        for headers in ({}, {"Authorization": "Bearer toa_x_y"}, {"Authorization": "Basic abc"}):
            answer = ask(row, tenant, ids, headers)
            told = (answer.status_code, answer.json()["title"])
            expected = (404, "Not found") if row.scope is None else (401, "You are not signed in")
            assert told == expected, (row, headers)


@pytest.mark.parametrize("scopes", [(KeyScope.READ,), (KeyScope.READ, KeyScope.EXPORT), (KeyScope.MANAGE,)])
def test_a_key_does_what_its_scopes_say(new_tenant: NewTenant, scopes: tuple[KeyScope, ...]) -> None:
    tenant = new_tenant()
    tenant.publish_key(scopes=scopes)
    until(lambda: tenant.get("/v1/widgets").status_code != 401)
    ids = nowhere()
    for row in ROWS:
        if row.scope is None:
            continue
        answer = ask(row, tenant, ids, tenant.headers)
        lacking = next((one for one in (KeyScope.READ, row.scope) if one not in scopes), None)
        assert (answer.status_code == 403) == (lacking is not None), (row, answer.status_code)
        if lacking:
            assert f'scope="{lacking}"' in answer.headers["www-authenticate"], row


@pytest.mark.parametrize("role", ROLES)
def test_a_member_does_what_their_role_says(tenant: Tenant, signer: Signer, role: Role) -> None:
    until(lambda: tenant.get("/v1/widgets").status_code == 200)
    headers = {"Authorization": f"Bearer {signer.token(uuid4(), tenant.workspace_id, role=role)}"}
    ids = nowhere()
    for row in ROWS:
        answer = ask(row, tenant, ids, headers)
        refused = row.scope is MANAGE and not ROLES[role]
        assert (answer.status_code == 403) == refused, (row, answer.status_code)
        assert answer.status_code != 401, row


def test_another_workspaces_things_are_as_if_they_never_were(new_tenant: NewTenant) -> None:
    theirs, ours = world(labeller(new_tenant())), labeller(new_tenant())
    before = seen(theirs)
    for row in ROWS:
        if row.scope is None:
            continue
        answer = ask(row, ours.tenant, theirs.ids, ours.tenant.headers)
        if row.foreign is not None:
            never = nowhere()
            assert answer.status_code == row.foreign, (row, answer.text)
            nobodys = ask(row, ours.tenant, never, ours.tenant.headers)
            assert alike(answer, theirs.ids) == alike(nobodys, never)
        elif row.path != CHANGES:
            assert [one for one in theirs.traces if one in answer.text] == [], row
    assert seen(theirs) == before


def test_ones_own_things_are_there(new_tenant: NewTenant) -> None:
    """Else what the other tests find refused would be refused to everybody."""
    mine = world(labeller(new_tenant()))
    tenant = mine.ours.tenant
    for row in ROWS:
        answer = ask(row, tenant, mine.ids, tenant.headers if row.scope else {})
        assert answer.status_code == row.own, (row, "" if row.path == CHANGES else answer.text)


def seen(there: World) -> Sequence[str]:
    """All that the workspace may look at of its own."""
    tenant = there.ours.tenant
    looking = [row for row in ROWS if row.method == "GET" and row.path != CHANGES and row.scope]
    # A link to a file is made anew each time, and ends a second later.
    return [LINK.sub("", ask(row, tenant, there.ids, tenant.headers).text) for row in looking]


def alike(answer: httpx.Response, ids: Mapping[str, str]) -> str:
    """A refusal with the names of ids in their places: word for word the same, whatever there is elsewhere."""
    text = json.dumps(refusal_of(answer))
    for name, one in ids.items():
        text = text.replace(one, name)
    return text
