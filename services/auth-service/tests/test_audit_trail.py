"""What people do to their access, over HTTP, is in the log of their workspace: who, what, of what."""

import httpx
import pytest

from auth_service.domain.identity import Person

from .http_face import GOOD, pend, sign_in

LINKS = "/auth/v1/connect-links"


async def trail(http: httpx.AsyncClient, bearer: dict[str, str]) -> list[tuple[str, str, str | None]]:
    """Oldest first."""
    page = (await http.get("/auth/v1/audit", params={"limit": 200}, headers=bearer)).json()["entries"]
    return [(one["action"], one["actor"], one["subject"]) for one in reversed(page)]


@pytest.fixture
async def before(http: httpx.AsyncClient, bearer: dict[str, str]) -> int:
    """How many entries there are when the test begins."""
    return len(await trail(http, bearer))


async def test_signing_in_and_out_is_told_and_so_is_a_wrong_password(
    http: httpx.AsyncClient, bearer: dict[str, str], owner: Person, before: int
) -> None:
    wrong = {**GOOD, "password": "wrong wrong wrong"}
    assert (await http.post("/auth/v1/sessions", json=wrong)).status_code == 401
    await sign_in(http, GOOD["email"])
    assert (await http.delete("/auth/v1/sessions")).status_code == 204
    told = (await trail(http, bearer))[before:]
    assert [action for action, _, _ in told] == ["sign_in_refused", "signed_in", "signed_out"]
    assert {actor for _, actor, _ in told} == {f"user:{owner.user_id}"}
    assert told[1][2] == told[2][2], "the same session"


async def test_sessions_ended_and_a_password_changed_are_told(
    http: httpx.AsyncClient, bearer: dict[str, str], before: int
) -> None:
    await http.post("/auth/v1/sessions/end-others", headers=bearer)
    change = {"current": GOOD["password"], "password": "another correct horse"}
    assert (await http.post("/auth/v1/password", json=change, headers=bearer)).status_code == 204
    told = [action for action, _, _ in (await trail(http, bearer))[before:]]
    assert told == ["session_ended", "password_changed"]


async def test_links_a_disconnection_and_an_erasure_are_told_by_ids(
    http: httpx.AsyncClient, bearer: dict[str, str], before: int
) -> None:
    pending = f"/auth/v1/connections/pending/{await pend(http, bearer)}"
    account_id = (await http.post(f"{pending}/confirm", headers=bearer)).json()["account_id"]
    link_id = (await http.post(LINKS, json={}, headers=bearer)).json()["link_id"]
    await http.post(f"{LINKS}/{link_id}/revoke", headers=bearer)
    assert (await http.delete(f"/auth/v1/connections/{account_id}", headers=bearer)).status_code == 204
    wish = {"account_id": account_id, "confirm": "northlight"}
    erasure = (await http.post("/auth/v1/erasures", json=wish, headers=bearer)).json()
    assert [(action, subject) for action, _, subject in (await trail(http, bearer))[before:]] == [
        ("account_connected", f"account:{account_id}"),
        ("connect_link_created", f"connect link:{link_id}"),
        ("connect_link_revoked", f"connect link:{link_id}"),
        ("account_disconnected", f"account:{account_id}"),
        ("erasure_requested", f"erasure:{erasure['erasure_id']}"),
    ]


async def test_the_chain_holds_over_all_of_it(http: httpx.AsyncClient, bearer: dict[str, str], before: int) -> None:
    await sign_in(http, GOOD["email"])
    integrity = (await http.get("/auth/v1/audit/integrity", headers=bearer)).json()
    assert (integrity["entries"], integrity["broken_at"]) == (before + 1, None)
