"""What is said to TikTok, how its answers are read, and that no error quotes a token."""

import json
import traceback
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from auth_service.adapters.tiktok import TikTokClient
from auth_service.domain.errors import TikTokRefused, TikTokUnavailable
from common.catalog import SCOPES

REFRESH = "tt_user/oauth2/refresh_token/"
LEAK = "rft.leaked"

Script = dict[str, list[httpx.Response | Exception]]


def test_the_consent_address_asks_for_all_scopes_and_for_the_page(tiktok: TikTokClient) -> None:
    address = urlsplit(tiktok.authorize_url("a&b"))
    assert f"{address.scheme}://{address.netloc}{address.path}" == "http://tiktok.test/v2/auth/authorize"
    assert parse_qs(address.query) == {
        "client_key": ["key-1"],
        "scope": [",".join(SCOPES)],
        "response_type": ["code"],
        "redirect_uri": ["http://127.0.0.1:8080/oauth/tiktok/callback/"],
        "state": ["a&b"],
        "disable_auto_auth": ["1"],
    }


async def test_a_code_is_exchanged_with_the_registered_address(
    tiktok: TikTokClient, asked: list[httpx.Request]
) -> None:
    issued = await tiktok.exchange("code-1")
    assert (issued.open_id, issued.expires_in, issued.scopes) == ("open-1", 86400, SCOPES)
    [request] = asked
    assert (request.method, request.url.path) == ("POST", "/open_api/v1.3/tt_user/oauth2/token/")
    assert json.loads(request.content) == {
        "client_id": "7123",
        "client_secret": "not-a-real-secret",
        "grant_type": "authorization_code",
        "auth_code": "code-1",
        "redirect_uri": "http://127.0.0.1:8080/oauth/tiktok/callback/",
    }


async def test_the_profile_is_asked_for_what_the_scopes_allow(tiktok: TikTokClient, asked: list[httpx.Request]) -> None:
    await tiktok.profile(SecretStr("act.1"), open_id="open-1", scopes=("user.info.basic",))
    [request] = asked
    assert request.headers["Access-Token"] == "act.1"
    assert request.url.params["business_id"] == "open-1"
    assert json.loads(request.url.params["fields"]) == ["display_name", "profile_image"]


async def test_no_profile_is_asked_for_without_a_scope_of_it(tiktok: TikTokClient, asked: list[httpx.Request]) -> None:
    profile = await tiktok.profile(SecretStr("act.1"), open_id="open-1", scopes=("video.list",))
    assert profile.username is None
    assert asked == []


def enveloped(code: int, data: object) -> httpx.Response:
    return httpx.Response(200, json={"code": code, "message": LEAK, "request_id": "1", "data": data})


UNUSABLE: list[httpx.Response | Exception] = [
    httpx.Response(502, text=LEAK),
    httpx.Response(200, text=f"<html>{LEAK}</html>"),
    httpx.Response(404, text=f"404 page not found {LEAK}"),
    httpx.Response(200, json={"message": LEAK}),
    enveloped(50000, {}),
    enveloped(51010, {}),
    enveloped(40100, {}),
    enveloped(0, {"access_token": [LEAK], "refresh_token": LEAK}),
    enveloped(0, {"access_token": LEAK, "expires_in": LEAK}),
    httpx.ReadTimeout(LEAK),
    httpx.ConnectError(LEAK),
]


@pytest.mark.parametrize("answer", UNUSABLE, ids=range(len(UNUSABLE)))
async def test_an_answer_that_cannot_be_used_is_unavailable_and_quotes_nothing(
    tiktok: TikTokClient, script: Script, answer: httpx.Response | Exception
) -> None:
    script[REFRESH] = [answer]
    with pytest.raises(TikTokUnavailable) as caught:
        await tiktok.refresh(SecretStr(LEAK))
    # As a log would show it, causes and all.
    assert LEAK not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("code", [40001, 40101, 40103, 40105, 40107, 40110])
async def test_a_refusal_carries_its_code_and_nothing_else(tiktok: TikTokClient, script: Script, code: int) -> None:
    script[REFRESH] = [enveloped(code, {})]
    with pytest.raises(TikTokRefused) as caught:
        await tiktok.refresh(SecretStr(LEAK))
    assert caught.value.code == code
    assert LEAK not in str(caught.value)


async def test_what_tiktok_leaves_out_is_empty(tiktok: TikTokClient, script: Script) -> None:
    script[REFRESH] = [enveloped(0, {"access_token": "act.2", "refresh_token": None})]
    issued = await tiktok.refresh(SecretStr("rft.1"))
    assert (issued.refresh_token.get_secret_value(), issued.scopes, issued.expires_in) == ("", (), None)
