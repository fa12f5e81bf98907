"""Early access: anybody asks, operators decide, and an allowlist lets only the approved account connect."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from auth_service.adapters.randomness import SystemSecrets
from auth_service.bootstrap import Stores
from auth_service.bootstrap.people import auditing_of
from auth_service.domain.audit import AuditEntry
from auth_service.domain.errors import EarlyAccessNeeded, StoreUnavailable
from auth_service.domain.identity import Person
from auth_service.domain.limits import EARLY_ACCESS_ADDRESS, EARLY_ACCESS_EMAIL
from auth_service.domain.notice import Notice, NoticeKind
from auth_service.entrypoints.apps import public_app
from auth_service.entrypoints.browser import Browsers
from auth_service.entrypoints.callback import callback_router
from auth_service.entrypoints.connections import connections_router
from auth_service.use_cases.admitting import Allowed
from auth_service.use_cases.connecting import Connecting
from auth_service.use_cases.early_access import Approved
from auth_service.use_cases.signing_in import SigningIn
from auth_service.use_cases.viewing import Viewing
from common.runtime.clock import FileClock

from .http_face import PUBLIC_URL, pend, problem

FORM = {
    "name": "Ada Byron",
    "company": "Studio",
    "email": "ada@example.test",
    "handle": "@NorthLight",
    "reason": "Weekly reports",
}
ASK, QUEUE = "/auth/v1/early-access", "/auth/v1/operator/early-access"
LOG = "/auth/v1/operator/audit"


async def ask(http: httpx.AsyncClient, **changes: str) -> None:
    answer = await http.post(ASK, json={**FORM, **changes})
    assert (answer.status_code, answer.text) == (202, "null")


async def queue(http: httpx.AsyncClient, operator: dict[str, str], status: str = "") -> list[dict[str, str]]:
    answer = await http.get(QUEUE, params={"status": status} if status else {}, headers=operator)
    requests: list[dict[str, str]] = answer.json()["requests"]
    return requests


async def decide(
    http: httpx.AsyncClient, operator: dict[str, str], what: str, reason: str | None = None
) -> httpx.Response:
    [request] = await queue(http, operator)
    body = None if reason is None else {"reason": reason}
    return await http.post(f"{QUEUE}/{request['request_id']}/{what}", headers=operator, json=body)


async def mails(stores: Stores, wall: FileClock) -> list[Notice]:
    due: list[Notice] = []
    while notice := await stores.notices.take_due(at=wall.now(), until=wall.now() + timedelta(days=1)):
        due.append(notice)
    return due


@pytest.fixture
def approved(connecting: Connecting, stores: Stores) -> Connecting:
    """Connecting in a deployment with an allowlist."""
    return replace(connecting, admissions=(Allowed(Approved(requests=stores.early_access)),))


async def test_a_request_is_told_to_the_operators_and_a_decision_to_the_person(
    http: httpx.AsyncClient, operator: dict[str, str], owner: Person, stores: Stores, wall: FileClock
) -> None:
    await ask(http)
    [request] = await queue(http, operator, "requested")
    assert (request["handle"], request["company"], request["status"]) == ("northlight", "Studio", "requested")
    assert (await decide(http, operator, "approve")).json()["status"] == "approved"
    told = [(mail.kind, mail.email) for mail in await mails(stores, wall)]
    assert sorted(told) == [
        (NoticeKind.EARLY_ACCESS_APPROVED, "ada@example.test"),
        (NoticeKind.EARLY_ACCESS_REQUESTED, "olga@example.test"),
    ]
    page = await stores.notices.page(user_id=owner.user_id, workspace_id=owner.workspace_id, limit=9, cursor=None)
    assert [notice.kind for notice in page.notices] == [NoticeKind.EARLY_ACCESS_APPROVED], "in the app, too"


async def test_a_denial_and_a_revocation_need_a_reason_that_the_person_gets(
    http: httpx.AsyncClient, operator: dict[str, str], stores: Stores, wall: FileClock
) -> None:
    await ask(http)
    assert problem(await decide(http, operator, "deny", " ")) == (422, "invalid-input")
    assert (await decide(http, operator, "deny", "Not yet in your country")).status_code == 200
    assert problem(await decide(http, operator, "revoke", "x")) == (409, "busy")
    assert (await decide(http, operator, "approve")).status_code == 200, "a denial can be mended"
    assert (await decide(http, operator, "revoke", "The pilot is over")).status_code == 200
    reasons = {mail.kind: mail.values.get("reason") for mail in await mails(stores, wall)}
    assert reasons[NoticeKind.EARLY_ACCESS_DENIED] == "Not yet in your country"
    assert reasons[NoticeKind.EARLY_ACCESS_REVOKED] == "The pilot is over"


async def test_of_two_operators_one_decides(http: httpx.AsyncClient, operator: dict[str, str]) -> None:
    await ask(http)
    answers = await asyncio.gather(
        decide(http, operator, "deny", "a"), decide(http, operator, "deny", "b"), decide(http, operator, "deny", "c")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_asking_again_says_nothing_and_only_reopens_a_refusal(
    http: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    await ask(http)
    await decide(http, operator, "approve")
    await ask(http, reason="again")
    [request] = await queue(http, operator)
    assert (request["status"], request["reason"]) == ("approved", "Weekly reports")
    await decide(http, operator, "revoke", "over")
    await ask(http, handle="northlight ", reason="anew")
    [request] = await queue(http, operator)
    assert (request["status"], request["reason"]) == ("requested", "anew")


async def test_the_form_is_limited_by_address_and_by_email(http: httpx.AsyncClient) -> None:
    same = [await http.post(ASK, json=FORM) for _ in range(EARLY_ACCESS_EMAIL.most + 1)]
    assert [answer.status_code for answer in same] == [202] * EARLY_ACCESS_EMAIL.most + [429]
    left = EARLY_ACCESS_ADDRESS.most - len(same)
    many = [await http.post(ASK, json={**FORM, "email": f"{n}@example.test"}) for n in range(left + 1)]
    assert [answer.status_code for answer in many] == [202] * left + [429]
    assert int(many[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "change",
    [
        {"handle": "north light"},
        {"handle": "@"},
        {"email": "x"},
        {"name": " "},
        {"company": ""},
        {"reason": "x" * 2001},
    ],
)
async def test_a_bad_form_says_what_is_wrong(http: httpx.AsyncClient, change: dict[str, str]) -> None:
    assert problem(await http.post(ASK, json={**FORM, **change})) == (422, "invalid-input")


async def test_each_decision_is_in_the_operators_log_which_no_workspace_has(
    http: httpx.AsyncClient, operator: dict[str, str], bearer: dict[str, str], stores: Stores
) -> None:
    await ask(http)
    await decide(http, operator, "approve")
    await decide(http, operator, "revoke", "The pilot is over")
    page = (await http.get(LOG, headers=operator)).json()
    assert [(one["number"], one["details"]["decision"]) for one in page["entries"]] == [(2, "revoked"), (1, "approved")]
    me = (await http.get("/auth/v1/users/me", headers=operator)).json()["user_id"]
    [request] = await queue(http, operator)
    assert {one["actor"] for one in page["entries"]} == {f"user:{me}"}
    assert {one["subject"] for one in page["entries"]} == {f"early access:{request['request_id']}"}
    assert page["entries"][0]["details"] | {"decision": ""} == {
        "decision": "",
        "handle": "northlight",
        "reason": "The pilot is over",
    }
    theirs = (await http.get("/auth/v1/audit", headers=bearer)).json()["entries"]
    assert "early_access_decided" not in [one["action"] for one in theirs]
    assert (await http.get(f"{LOG}/integrity", headers=operator)).json()["whole"] is True
    assert await stores.early_access.audit.waiting() == []


async def test_a_decision_is_told_although_the_process_died_before_the_log(
    http: httpx.AsyncClient, operator: dict[str, str], stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: AuditEntry) -> None:
        raise StoreUnavailable("The database did not answer.")

    await ask(http)
    with monkeypatch.context() as broken:
        broken.setattr(stores.audit, "append", away)
        assert (await decide(http, operator, "approve")).status_code == 200
    assert (await http.get(LOG, headers=operator)).json()["entries"] == []
    await auditing_of(stores).carry()
    [told] = (await http.get(LOG, headers=operator)).json()["entries"]
    assert told["action"] == "early_access_decided"


async def test_only_operators_see_and_decide(
    http: httpx.AsyncClient, operator: dict[str, str], bearer: dict[str, str]
) -> None:
    await ask(http)
    [request] = await queue(http, operator)
    for path, method in (("", "GET"), (f"/{request['request_id']}/approve", "POST"), ("/nothing/approve", "POST")):
        assert problem(await http.request(method, f"{QUEUE}{path}", headers=bearer)) == (403, "not-allowed")
        assert problem(await http.request(method, f"{QUEUE}{path}")) == (401, "not-signed-in")
    assert problem(await http.post(f"{QUEUE}/nothing/approve", headers=operator)) == (404, "not-found")


async def test_the_queue_comes_page_by_page(http: httpx.AsyncClient, operator: dict[str, str]) -> None:
    for number in range(5):
        await ask(http, email=f"{number}@example.test")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await http.get(QUEUE, params=query, headers=operator)).json()
        seen += [request["email"] for request in page["requests"]]
        if not (cursor := page["next_cursor"]):
            break
    assert sorted(seen) == [f"{number}@example.test" for number in range(5)]
    bad = await http.get(QUEUE, params={"cursor": "e30="}, headers=operator)
    assert problem(bad) == (422, "invalid-input")


async def test_with_an_allowlist_only_an_approved_account_finishes_connecting(
    http: httpx.AsyncClient,
    approved: Connecting,
    viewing: Viewing,
    signing_in: SigningIn,
    bearer: dict[str, str],
    operator: dict[str, str],
) -> None:
    browsers = Browsers(secrets=SystemSecrets(), secure=False)
    connections = connections_router(approved, viewing, signing_in, browsers)
    app = public_app((connections, callback_router(approved, PUBLIC_URL, browsers)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as listed:
        confirm = f"/auth/v1/connections/pending/{await pend(listed, bearer)}/confirm"
        refused = await listed.post(confirm, headers=bearer)
        assert problem(refused) == (403, "early-access-needed")
        assert "/early-access" in refused.json()["detail"], "it says how to request"
        await ask(http)
        assert problem(await listed.post(confirm, headers=bearer)) == (403, "early-access-needed"), "asked, not given"
        await decide(http, operator, "approve")
        assert (await listed.post(confirm, headers=bearer)).status_code == 201
        await decide(http, operator, "revoke", "over")
        again = f"/auth/v1/connections/pending/{await pend(listed, bearer)}/confirm"
        assert problem(await listed.post(again, headers=bearer)) == (403, "early-access-needed")


async def test_an_approval_follows_its_account_and_not_a_handle_that_another_took(
    http: httpx.AsyncClient, operator: dict[str, str], stores: Stores
) -> None:
    await ask(http)
    await decide(http, operator, "approve")
    allowed = Approved(requests=stores.early_access)
    await allowed.require(open_id="open-1", handle="@Northlight")
    await allowed.require(open_id="open-1", handle="renamed")
    await allowed.require(open_id="open-1", handle=None)
    for open_id, handle in (("open-2", "northlight"), ("open-2", None), ("open-2", "..//")):
        with pytest.raises(EarlyAccessNeeded):
            await allowed.require(open_id=open_id, handle=handle)


async def test_of_two_accounts_that_use_an_approval_at_once_one_gets_it(
    http: httpx.AsyncClient, operator: dict[str, str], stores: Stores
) -> None:
    await ask(http)
    await decide(http, operator, "approve")
    allowed = Approved(requests=stores.early_access)
    uses = [allowed.require(open_id=f"open-{number}", handle="northlight") for number in range(5)]
    outcomes = await asyncio.gather(*uses, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
