"""Consent page and token endpoints: the way of a code, lives of tokens, and every refusal."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from common.runtime.clock import FileClock, jump_clock
from sandbox.bootstrap import open_sandbox
from sandbox.settings import SandboxSettings

REDIRECT = "https://app.example/oauth/callback/"
SCOPES = ["user.info.basic", "video.list"]
COFFEE = "northlight.coffee"
ASK = {
    "client_key": "key-1",
    "scope": ",".join(SCOPES),
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "state": 'a&b "c"',
}
APP = {"client_id": "7123", "client_secret": "not-a-real-secret"}

Consent = Callable[[str, list[str]], Awaitable[str]]
Connect = Callable[..., Awaitable[dict[str, str]]]


async def post(tiktok: httpx.AsyncClient, path: str, body: Mapping[str, object]) -> tuple[int, dict[str, object]]:
    reply = await tiktok.post(f"/open_api/v1.3/tt_user{path}", json=body)
    assert reply.status_code == 200
    envelope = reply.json()
    assert set(envelope) == {"code", "message", "request_id", "data"}
    assert envelope["code"] == 0 or envelope["data"] == {}
    return envelope["code"], envelope["data"]


async def exchange(tiktok: httpx.AsyncClient, code: str, **changes: object) -> tuple[int, dict[str, object]]:
    body = {**APP, "grant_type": "authorization_code", "auth_code": code, "redirect_uri": REDIRECT, **changes}
    return await post(tiktok, "/oauth2/token/", body)


async def refresh(tiktok: httpx.AsyncClient, token: object, **changes: object) -> tuple[int, dict[str, object]]:
    body = {**APP, "grant_type": "refresh_token", "refresh_token": token, **changes}
    return await post(tiktok, "/oauth2/refresh_token/", body)


async def ask(tiktok: httpx.AsyncClient, access_token: str | None, open_id: str) -> int:
    headers = {"Access-Token": access_token} if access_token is not None else {}
    reply = await tiktok.get("/open_api/v1.3/business/get/", params={"business_id": open_id}, headers=headers)
    assert reply.status_code == 200
    code: int = reply.json()["code"]
    return code


@pytest.mark.parametrize("path", ["/v2/auth/authorize", "/v2/auth/authorize/"])
async def test_the_page_offers_every_account_and_every_scope(
    tiktok: httpx.AsyncClient, open_ids: dict[str, str], path: str
) -> None:
    reply = await tiktok.get(path, params=ASK)
    assert reply.status_code == 200
    assert all(f'value="{open_id}"' in reply.text for open_id in open_ids.values())
    assert all(f'value="{scope}" checked' in reply.text for scope in SCOPES)
    assert 'value="a&amp;b &#34;c&#34;"' in reply.text


async def test_allow_goes_back_with_code_scopes_and_state(tiktok: httpx.AsyncClient, open_ids: dict[str, str]) -> None:
    form = {**ASK, "account": open_ids[COFFEE], "decision": "allow", "scopes": ["video.list"]}
    reply = await tiktok.post("/v2/auth/authorize", params=ASK, data=form)
    back = httpx.URL(reply.headers["location"])
    assert reply.status_code == 302
    assert str(back).startswith(REDIRECT + "?")
    assert back.params["state"] == ASK["state"]
    assert back.params["scopes"] == "video.list"
    code, data = await exchange(tiktok, back.params["code"])
    assert (code, data["scope"], data["open_id"]) == (0, "video.list", open_ids[COFFEE])


async def test_deny_goes_back_with_access_denied(tiktok: httpx.AsyncClient, open_ids: dict[str, str]) -> None:
    reply = await tiktok.post("/v2/auth/authorize", data={**ASK, "account": open_ids[COFFEE], "decision": "deny"})
    params = httpx.URL(reply.headers["location"]).params
    assert reply.status_code == 302
    assert params["error"] == "access_denied"
    assert params["error_description"]
    assert params["state"] == ASK["state"]
    assert "code" not in params


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_key": "other"}, "client_key"),
        ({"redirect_uri": "https://app.example/no-slash"}, "redirect_uri must end with /"),
        ({"redirect_uri": "https://app.example/?a=1/"}, "redirect_uri must have no query"),
        ({"redirect_uri": "http://app.example/back/"}, "redirect_uri must be an absolute https"),
        ({"redirect_uri": "https://app.example:8443/back/"}, "without a port"),
        ({"redirect_uri": "javascript:alert(1)//"}, "redirect_uri must be an absolute https"),
        ({"redirect_uri": ""}, "redirect_uri must have 10 to 512"),
        ({"scope": ""}, "scope is missing"),
        ({"scope": "video.list,make.coffee"}, "make.coffee"),
        ({"response_type": "token"}, "response_type"),
    ],
)
async def test_a_wrong_address_is_explained_on_a_page(
    tiktok: httpx.AsyncClient, changes: dict[str, str], said: str
) -> None:
    reply = await tiktok.get("/v2/auth/authorize", params={**ASK, **changes})
    assert reply.status_code == 400
    assert reply.headers["content-type"].startswith("text/html")
    assert said in reply.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": "nobody"}, "account is not one"),
        ({"decision": "maybe"}, "decision must be"),
        ({"scopes": []}, "scope is missing"),
        ({"scopes": ["user.insights"]}, "did not ask for"),
    ],
)
async def test_a_wrong_form_is_explained_on_a_page(
    tiktok: httpx.AsyncClient, open_ids: dict[str, str], changes: dict[str, str], said: str
) -> None:
    form = {**ASK, "account": open_ids[COFFEE], "decision": "allow", "scopes": SCOPES, **changes}
    reply = await tiktok.post("/v2/auth/authorize", params=ASK, data=form)
    assert reply.status_code == 400
    assert said in reply.text


async def test_loopback_addresses_may_be_plain_and_have_a_port(tiktok: httpx.AsyncClient) -> None:
    loopback = {**ASK, "redirect_uri": "http://127.0.0.1:8080/oauth/tiktok/callback/"}
    assert (await tiktok.get("/v2/auth/authorize", params=loopback)).status_code == 200


async def test_consent_is_skipped_only_for_what_was_granted_before(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    data = await connect(COFFEE, SCOPES)
    again = await tiktok.get("/v2/auth/authorize", params=ASK)
    assert again.status_code == 302
    assert httpx.URL(again.headers["location"]).params["code"]
    assert (await tiktok.get("/v2/auth/authorize", params={**ASK, "disable_auto_auth": "1"})).status_code == 200
    assert (await tiktok.get("/v2/auth/authorize", params={**ASK, "scope": "user.insights"})).status_code == 200
    await post(tiktok, "/oauth2/revoke/", {**APP, "access_token": data["access_token"]})
    assert (await tiktok.get("/v2/auth/authorize", params=ASK)).status_code == 200


async def test_tokens_have_tiktok_names_prefixes_and_lives(connect: Connect, open_ids: dict[str, str]) -> None:
    data = await connect(COFFEE, SCOPES)
    assert data["access_token"].startswith("act.")
    assert data["refresh_token"].startswith("rft.")
    rest = {name: value for name, value in data.items() if name not in ("access_token", "refresh_token")}
    assert rest == {
        "token_type": "Bearer",
        "scope": "user.info.basic,video.list",
        "expires_in": 86_400,
        "refresh_token_expires_in": 31_536_000,
        "open_id": open_ids[COFFEE],
    }


async def test_a_code_works_once_and_for_ten_minutes(
    tiktok: httpx.AsyncClient, consent: Consent, clock_file: Path
) -> None:
    first, second = await consent(COFFEE, SCOPES), await consent(COFFEE, SCOPES)
    jump_clock(clock_file, timedelta(minutes=9, seconds=59))
    assert (await exchange(tiktok, first))[0] == 0
    assert (await exchange(tiktok, first))[0] == 40110
    jump_clock(clock_file, timedelta(seconds=1))
    assert (await exchange(tiktok, second))[0] == 40110
    assert (await exchange(tiktok, "never-issued"))[0] == 40110


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "8"}, 40101),
        ({"client_secret": "wrong"}, 40101),
        ({"grant_type": "refresh_token"}, 40108),
        ({"redirect_uri": "https://app.example/other/"}, 40002),
        ({"auth_code": ""}, 40002),
        ({"client_id": 7123}, 0),
    ],
)
async def test_an_exchange_is_checked(
    tiktok: httpx.AsyncClient, consent: Consent, changes: dict[str, object], code: int
) -> None:
    issued = await consent(COFFEE, SCOPES)
    assert (await exchange(tiktok, issued, **changes))[0] == code
    # A refused exchange does not spend the code.
    assert (await exchange(tiktok, issued))[0] == (40110 if code == 0 else 0)


async def test_refresh_rotates_and_does_not_lengthen_the_life(
    tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str], clock_file: Path
) -> None:
    first = await connect(COFFEE)
    jump_clock(clock_file, timedelta(days=100))
    assert await ask(tiktok, first["access_token"], open_ids[COFFEE]) == 40102
    code, second = await refresh(tiktok, first["refresh_token"])
    assert code == 0
    assert second["refresh_token_expires_in"] == 31_536_000 - 100 * 86_400
    assert second["expires_in"] == 86_400
    assert await ask(tiktok, str(second["access_token"]), open_ids[COFFEE]) == 0
    assert (await refresh(tiktok, first["refresh_token"]))[0] == 40107
    jump_clock(clock_file, timedelta(days=265))
    assert (await refresh(tiktok, second["refresh_token"]))[0] == 40103


async def test_rotation_can_be_switched_off(
    settings: SandboxSettings, clock_file: Path, connect: Connect, tiktok: httpx.AsyncClient
) -> None:
    data = await connect(COFFEE)
    kept = settings.model_copy(update={"sandbox_rotate_refresh_tokens": False})
    with open_sandbox(kept, FileClock(clock_file)) as sandbox:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as other:
            for _ in range(2):
                code, renewed = await refresh(other, data["refresh_token"])
                assert (code, renewed["refresh_token"]) == (0, data["refresh_token"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_secret": "wrong"}, 40101),
        ({"grant_type": "authorization_code"}, 40108),
        ({"refresh_token": "rft.unknown"}, 40107),
        ({"refresh_token": None}, 40002),
    ],
)
async def test_a_refresh_is_checked(
    tiktok: httpx.AsyncClient, connect: Connect, changes: dict[str, object], code: int
) -> None:
    data = await connect(COFFEE)
    assert (await refresh(tiktok, data["refresh_token"], **changes))[0] == code


async def test_revoke_ends_the_grant(tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str]) -> None:
    gone, other = await connect(COFFEE), await connect(COFFEE)
    assert await post(tiktok, "/oauth2/revoke/", {**APP, "access_token": gone["access_token"]}) == (0, {})
    assert await ask(tiktok, gone["access_token"], open_ids[COFFEE]) == 40105
    assert (await refresh(tiktok, gone["refresh_token"]))[0] == 40107
    assert (await post(tiktok, "/oauth2/revoke/", {**APP, "access_token": gone["access_token"]}))[0] == 40105
    assert await ask(tiktok, other["access_token"], open_ids[COFFEE]) == 0


async def test_the_account_holder_can_revoke_everything(
    tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str]
) -> None:
    first, second = await connect(COFFEE), await connect(COFFEE)
    bystander = await connect("jonas.bakes")
    reply = await tiktok.post("/_sandbox/revoke", json={"open_id": open_ids[COFFEE]})
    assert reply.json() == {"revoked": 2}
    for data in (first, second):
        assert await ask(tiktok, data["access_token"], open_ids[COFFEE]) == 40105
        assert (await refresh(tiktok, data["refresh_token"]))[0] == 40107
    assert await ask(tiktok, bystander["access_token"], open_ids["jonas.bakes"]) == 0


async def test_token_info(tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str]) -> None:
    data = await connect(COFFEE, SCOPES)
    body = {"app_id": "7123", "access_token": data["access_token"]}
    assert await post(tiktok, "/token_info/get/", body) == (
        0,
        {"app_id": "7123", "creator_id": open_ids[COFFEE], "scope": "user.info.basic,video.list"},
    )
    assert (await post(tiktok, "/token_info/get/", {**body, "app_id": "1"}))[0] == 40113
    assert (await post(tiktok, "/token_info/get/", {**body, "access_token": "act.x"}))[0] == 40105


@pytest.mark.parametrize("text", ["", "[]", "{not json"])
async def test_a_body_that_is_no_object_is_refused(tiktok: httpx.AsyncClient, text: str) -> None:
    reply = await tiktok.post("/open_api/v1.3/tt_user/oauth2/token/", content=text)
    assert (reply.status_code, reply.json()["code"]) == (200, 40002)


@pytest.mark.parametrize("path", ["oauth2/token", "oauth2/refresh_token", "oauth2/revoke", "token_info/get"])
async def test_a_missing_slash_is_a_plain_404(tiktok: httpx.AsyncClient, path: str) -> None:
    reply = await tiktok.post(f"/open_api/v1.3/tt_user/{path}", json={})
    assert (reply.status_code, reply.text) == (404, "404 page not found")


async def test_the_access_token_header_is_needed_bare(
    tiktok: httpx.AsyncClient, connect: Connect, open_ids: dict[str, str]
) -> None:
    data = await connect(COFFEE)
    open_id = open_ids[COFFEE]
    assert await ask(tiktok, None, open_id) == 40104
    assert await ask(tiktok, "", open_id) == 40104
    assert await ask(tiktok, f"Bearer {data['access_token']}", open_id) == 40105
    assert await ask(tiktok, data["access_token"], open_ids["jonas.bakes"]) == 40001
