"""Faults of what the app itself asks: tokens and webhooks. What a client is told, what was done, and what is logged."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from sandbox.domain.faults import FAULTS
from sandbox.settings import SandboxSettings

from .conftest import REDIRECT

API = "/open_api/v1.3"
TOKEN, REFRESH, REVOKE = (f"{API}/tt_user/oauth2/{name}/" for name in ("token", "refresh_token", "revoke"))
INFO, GET = f"{API}/tt_user/token_info/get/", f"{API}/business/get/"
UPDATE, LIST, DELETE = (f"{API}/business/webhook/{name}/" for name in ("update", "list", "delete"))
SECRET = "not-a-real-secret"
HOLDER = {"client_id": "7123", "client_secret": SECRET}
APP = {"app_id": "7123", "secret": SECRET, "event_type": "DEFAULT"}
COFFEE, JONAS = "northlight.coffee", "jonas.bakes"

Connect = Callable[..., Awaitable[dict[str, str]]]
Consent = Callable[[str, list[str]], Awaitable[str]]
Body = dict[str, Any]  # Any: an envelope, whose data has many shapes


@pytest.fixture
def settings(settings: SandboxSettings) -> SandboxSettings:
    """A refresh token stays good, so that a test may use it as often as it likes."""
    return settings.model_copy(update={"sandbox_rotate_refresh_tokens": False})


async def switch_on(client: httpx.AsyncClient, fault: str, **where: str) -> None:
    (await client.put("/_sandbox/faults", json={"rules": [{"fault": fault, **where}]})).raise_for_status()


async def ask(client: httpx.AsyncClient, path: str, **given: object) -> httpx.Response:
    if path == LIST:
        return await client.get(path, params={name: str(value) for name, value in given.items()})
    return await client.post(path, json=given)


async def refresh(client: httpx.AsyncClient, token: dict[str, str]) -> Body:
    given = {**HOLDER, "grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    body: Body = (await ask(client, REFRESH, **given)).json()
    return body


async def is_good(client: httpx.AsyncClient, token: dict[str, str]) -> bool:
    headers = {"Access-Token": token["access_token"]}
    reply = await client.get(GET, params={"business_id": token["open_id"]}, headers=headers)
    return bool(reply.json()["code"] == 0)


async def logged(client: httpx.AsyncClient) -> list[Body]:
    entries: list[Body] = (await client.get("/_sandbox/log")).json()["entries"]
    return entries


def questions(token: dict[str, str]) -> dict[str, Body]:
    """A request to each endpoint that a success would answer, in an order in which it would."""
    webhook = {**APP, "callback_url": "https://app.example/hook"}
    return {
        REFRESH: {**HOLDER, "grant_type": "refresh_token", "refresh_token": token["refresh_token"]},
        INFO: {"app_id": "7123", "access_token": token["access_token"]},
        UPDATE: webhook,
        LIST: APP,
        DELETE: APP,
        REVOKE: {**HOLDER, "access_token": token["access_token"]},
    }


@contextmanager
def impatient() -> Iterator[None]:
    with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError)):
        yield


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if fault.refusal])
async def test_a_code_comes_before_anything_is_done(tiktok: httpx.AsyncClient, connect: Connect, fault: str) -> None:
    token = await connect(COFFEE)
    await ask(tiktok, UPDATE, **APP, callback_url="https://app.example/before")
    for path, given in questions(token).items():
        await switch_on(tiktok, fault, path=path)
        body = (await ask(tiktok, path, **given)).json()
        assert (str(body["code"]), body["data"]) == (fault, {})
        assert ((await logged(tiktok))[-1]["fault"], (await logged(tiktok))[-1]["path"]) == (fault, path)
    await tiktok.delete("/_sandbox/faults")
    assert await is_good(tiktok, token)
    assert (await ask(tiktok, LIST, **APP)).json()["data"]["callback_url"] == "https://app.example/before"


async def test_a_consent_s_code_is_still_good_after_a_refusal(tiktok: httpx.AsyncClient, consent: Consent) -> None:
    code = await consent(COFFEE, ["video.list"])
    given = {**HOLDER, "grant_type": "authorization_code", "auth_code": code, "redirect_uri": REDIRECT}
    await switch_on(tiktok, "50000", path=TOKEN)
    assert (await ask(tiktok, TOKEN, **given)).json()["code"] == 50000
    await tiktok.delete("/_sandbox/faults")
    assert (await ask(tiktok, TOKEN, **given)).json()["code"] == 0


async def test_a_client_that_hears_nothing_cannot_know_that_its_consent_ended(
    served: httpx.AsyncClient, connect: Connect
) -> None:
    token = await connect(COFFEE)
    await switch_on(served, "cut_connection", path=REVOKE)
    with impatient():
        await ask(served, REVOKE, **HOLDER, access_token=token["access_token"])
    assert not await is_good(served, token)


async def test_a_time_out_of_a_refresh_is_logged_as_nothing_sent(served: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(served, "time_out", path=REFRESH)
    async with httpx.AsyncClient(base_url=served.base_url, timeout=1.0) as client:
        with impatient():
            await refresh(client, token)
    entry = (await logged(served))[-1]
    assert (entry["path"], entry["fault"], entry["http_status"], entry["body"]) == (REFRESH, "time_out", None, None)


async def test_a_token_answer_can_have_a_wrong_value(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(tiktok, "text_for_number", path=REFRESH)
    data = (await refresh(tiktok, token))["data"]
    assert {type(data[name]) for name in ("expires_in", "refresh_token_expires_in")} == {int, str}


async def test_an_empty_success_of_a_refresh_has_no_data(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    await switch_on(tiktok, "empty_success", path=REFRESH)
    answers = [await refresh(tiktok, token) for _ in range(6)]
    assert {(body["code"], len(body["data"])) for body in answers} == {(0, 0)}


async def test_a_rule_strikes_the_token_calls_of_its_account_alone(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    coffee, jonas = await connect(COFFEE), await connect(JONAS)
    await switch_on(tiktok, "60001", open_id=coffee["open_id"])
    assert [(await refresh(tiktok, token))["code"] for token in (coffee, jonas)] == [60001, 0]
    assert [entry["open_id"] for entry in (await logged(tiktok))[-2:]] == [coffee["open_id"], jonas["open_id"]]


async def test_the_log_holds_every_question_and_answer_and_no_secret(
    tiktok: httpx.AsyncClient, connect: Connect
) -> None:
    token = await connect(COFFEE)
    bodies = [(await ask(tiktok, path, **given)).json() for path, given in questions(token).items()]
    assert [body["code"] for body in bodies] == [0] * 6
    entries = await logged(tiktok)
    assert [entry["path"] for entry in entries] == [TOKEN, *questions(token)]
    new = bodies[0]["data"]
    told = entries[1]["body"]["data"]
    assert {**told, "access_token": new["access_token"], "refresh_token": new["refresh_token"]} == new
    assert len(told["access_token"]) == len(new["access_token"])
    assert [entry["body"] for entry in entries[2:]] == bodies[1:]
    assert entries[3]["params"] == {**questions(token)[UPDATE], "secret": "*" * len(SECRET)}
    whole = (await tiktok.get("/_sandbox/log")).text
    secrets = [SECRET, *(one[name] for one in (token, new) for name in ("access_token", "refresh_token"))]
    assert [secret for secret in secrets if secret in whole] == []


@pytest.mark.parametrize("fault", ["cut_connection", "malformed_json", "wrong_type"])
async def test_half_an_answer_with_a_token_is_logged_without_it(
    served: httpx.AsyncClient, connect: Connect, fault: str
) -> None:
    token = await connect(COFFEE)
    await switch_on(served, fault, path=REFRESH)
    for _ in range(8):
        received = b""
        given = {**HOLDER, "grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        async with served.stream("POST", REFRESH, json=given) as reply:
            try:
                async for piece in reply.aiter_raw():
                    received += piece
            except httpx.RemoteProtocolError:
                assert fault == "cut_connection"
        assert b"act." in received
        assert (await logged(served))[-1]["fault"] == fault
    whole = (await served.get("/_sandbox/log")).text
    assert "act." not in whole
    assert "rft." not in whole


async def test_a_body_that_is_no_object_is_refused_and_logged(tiktok: httpx.AsyncClient) -> None:
    reply = await tiktok.post(TOKEN, content="[]")
    entry = (await logged(tiktok))[-1]
    assert reply.json()["code"] == 40002
    assert (entry["body"], entry["params"], entry["open_id"]) == (reply.json(), {}, None)
