"""A client as others write it, from TikTok's papers alone: nothing of ours is imported but the address."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

API = "/open_api/v1.3"
APP_ID, SECRET, CLIENT_KEY = "7123", "not-a-real-secret", "key-1"
REDIRECT = "https://client.example/callback/"
SCOPES = "user.info.basic,user.info.username,user.info.stats,user.insights,video.list,video.insights,comment.list"

Json = dict[str, Any]  # Any: what comes back is only known from the papers


class Client:
    """Of an account holder who has consented in the browser."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.token: Json = {}

    async def consent(self, state: str, *, allow: bool = True, **more: str) -> dict[str, list[str]]:
        """Open the page TikTok's portal names, press a button; the callback's parameters."""
        asked = {"client_key": CLIENT_KEY, "scope": SCOPES, "response_type": "code", "redirect_uri": REDIRECT}
        address = f"/v2/auth/authorize?{urlencode({**asked, 'state': state, **more})}"
        page = await self._http.get(address)
        if page.status_code == 200:
            page = await self._http.post(address, data=_filled(page.text, decision="allow" if allow else "deny"))
        assert page.status_code == 302, page.text
        return parse_qs(urlsplit(page.headers["location"]).query)

    async def log_in(self, code: str) -> None:
        body = {"client_id": APP_ID, "client_secret": SECRET, "grant_type": "authorization_code", "auth_code": code}
        self.token = _data(await self.post("/tt_user/oauth2/token/", {**body, "redirect_uri": REDIRECT}))

    async def refresh(self) -> None:
        body = {"client_id": APP_ID, "client_secret": SECRET, "grant_type": "refresh_token"}
        body["refresh_token"] = self.token["refresh_token"]
        self.token = _data(await self.post("/tt_user/oauth2/refresh_token/", body))

    async def post(self, path: str, body: Json) -> httpx.Response:
        return await self._http.post(API + path, json=body)

    async def get(self, path: str, *, header: str | None = None, **params: object) -> httpx.Response:
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        query = {"business_id": self.token.get("open_id", "x"), **texts}
        return await self._http.get(
            API + path, params=query, headers={"Access-Token": header or self.token["access_token"]}
        )

    async def every_video(self) -> list[Json]:
        fields, videos = ["item_id", "create_time", "video_views", "likes"], list[Json]()
        cursor: Json = {}
        while True:
            page = _data(await self.get("/business/video/list/", fields=fields, max_count=20, **cursor))
            videos += page["videos"]
            if not page["has_more"]:
                return videos
            cursor = {"cursor": page["cursor"]}


def _filled(page: str, *, decision: str) -> dict[str, list[str]]:
    """The form as it stands: hidden fields, the account that is picked, every permission ticked."""
    fields: dict[str, list[str]] = {"decision": [decision]}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and "checked" not in tag:
            continue
        fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    return fields


def _data(reply: httpx.Response) -> Json:
    envelope = reply.json()
    assert set(envelope) == {"code", "message", "request_id", "data"}
    assert (reply.status_code, envelope["code"], envelope["message"]) == (200, 0, "OK"), envelope
    data: Json = envelope["data"]
    return data


@pytest.fixture
def client(tiktok: httpx.AsyncClient) -> Client:
    return Client(tiktok)


async def test_from_consent_to_all_posts(client: Client) -> None:
    back = await client.consent("state-1")
    assert (back["state"], set(back["scopes"][0].split(","))) == (["state-1"], set(SCOPES.split(",")))
    await client.log_in(back["code"][0])
    assert (client.token["expires_in"], client.token["token_type"]) == (86_400, "Bearer")
    asked = ["username", "followers_count", "video_views"]
    dates = {"start_date": "2026-02-01", "end_date": "2026-02-28"}
    profile = _data(await client.get("/business/get/", fields=asked, **dates))
    assert len(profile["metrics"]) == 28
    assert set(profile) == {"username", "followers_count", "metrics"}
    videos = await client.every_video()
    assert len({video["item_id"] for video in videos}) == len(videos) > 200
    moments = [int(video["create_time"]) for video in videos]
    assert moments == sorted(moments, reverse=True)
    two = [video["item_id"] for video in videos[:2]]
    named = _data(await client.get("/business/video/list/", fields=["item_id"], filters={"video_ids": two}))
    assert [video["item_id"] for video in named["videos"]] == two
    comments = _data(await client.get("/business/comment/list/", video_id=videos[50]["item_id"], max_count=30))
    assert all(comment["video_id"] == videos[50]["item_id"] for comment in comments["comments"])


async def test_refresh_token_info_and_revoke(client: Client) -> None:
    await client.log_in((await client.consent("s"))["code"][0])
    first = client.token
    await client.refresh()
    assert client.token["access_token"] != first["access_token"]
    info = {"app_id": APP_ID, "access_token": client.token["access_token"]}
    assert _data(await client.post("/tt_user/token_info/get/", info))["creator_id"] == first["open_id"]
    revoked = {"client_id": APP_ID, "client_secret": SECRET, "access_token": client.token["access_token"]}
    assert _data(await client.post("/tt_user/oauth2/revoke/", revoked)) == {}
    assert (await client.get("/business/get/")).json()["code"] == 40105


async def test_who_granted_before_is_sent_back_at_once_unless_the_app_forbids_it(
    client: Client, tiktok: httpx.AsyncClient
) -> None:
    await client.log_in((await client.consent("first"))["code"][0])
    asked = {"client_key": CLIENT_KEY, "scope": SCOPES, "response_type": "code", "redirect_uri": REDIRECT}
    again = await tiktok.get("/v2/auth/authorize", params={**asked, "state": "second"})
    assert again.status_code == 302
    await client.log_in(parse_qs(urlsplit(again.headers["location"]).query)["code"][0])
    shown = await tiktok.get("/v2/auth/authorize", params={**asked, "state": "third", "disable_auto_auth": "1"})
    assert (shown.status_code, "<form" in shown.text) == (200, True)


async def test_a_refusal_comes_back_as_an_error(client: Client) -> None:
    back = await client.consent("s", allow=False)
    assert (back["error"], back["state"], "code" in back) == (["access_denied"], ["s"], False)


@pytest.mark.parametrize(
    "path", ["/business/get", "/business/video/list", "/business/comment/list", "/business/benchmark"]
)
async def test_a_path_without_its_slash_is_not_found(client: Client, path: str) -> None:
    await client.log_in((await client.consent("s"))["code"][0])
    reply = await client.get(path)
    assert (reply.status_code, reply.text) == (404, "404 page not found")


async def test_a_bearer_prefix_is_an_incorrect_token(client: Client, tiktok: httpx.AsyncClient) -> None:
    await client.log_in((await client.consent("s"))["code"][0])
    wrong = await client.get("/business/get/", header=f"Bearer {client.token['access_token']}")
    assert (wrong.status_code, wrong.json()["code"]) == (200, 40105)
    params = {"business_id": client.token["open_id"]}
    as_usual = {"Authorization": f"Bearer {client.token['access_token']}"}
    missing = await tiktok.get(f"{API}/business/get/", params=params, headers=as_usual)
    assert (missing.status_code, missing.json()["code"]) == (200, 40104)


async def test_a_get_takes_no_post_and_lists_are_json(client: Client) -> None:
    await client.log_in((await client.consent("s"))["code"][0])
    assert (await client.post("/business/get/", {})).status_code == 405
    comma_separated = await client.get("/business/video/list/", fields="item_id,likes")
    assert (comma_separated.status_code, comma_separated.json()["code"]) == (200, 40002)
