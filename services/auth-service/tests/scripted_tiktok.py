"""A TikTok that answers as it should, or what a test has planned."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from auth_service.adapters.tiktok import TikTokApp, TikTokClient
from common.catalog import SCOPES

from .http_face import PUBLIC_URL, Script


@pytest.fixture
def script() -> Script:
    """What TikTok answers next, by path; a path whose list is empty answers as it should."""
    return {}


@pytest.fixture
def asked() -> list[httpx.Request]:
    """Every request TikTok got."""
    return []


@pytest.fixture
async def tiktok(script: Script, asked: list[httpx.Request]) -> AsyncIterator[TikTokClient]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        path = request.url.path.removeprefix("/open_api/v1.3/")
        planned = script.get(path, [])
        given = planned.pop(0) if planned else _usual(path, len(asked))
        if isinstance(given, Exception):
            raise given
        return given

    app = TikTokApp(
        app_id="7123",
        client_key="key-1",
        secret=SecretStr("not-a-real-secret"),
        authorize_url="http://tiktok.test/v2/auth/authorize",
        redirect_uri=f"{PUBLIC_URL}/oauth/tiktok/callback/",
    )
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(base_url="http://tiktok.test/open_api/v1.3/", transport=transport) as http:
        yield TikTokClient(http, app)


def _usual(path: str, number: int) -> httpx.Response:
    tokens = {
        "open_id": "open-1",
        "access_token": f"act.secret-{number}",
        "refresh_token": f"rft.secret-{number}",
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "scope": ",".join(SCOPES),
    }
    profile = {
        "username": "northlight",
        "display_name": "Northlight",
        "profile_image": "https://pictures.test/1.jpg",
        "is_business_account": True,
    }
    data = {
        "tt_user/oauth2/token/": tokens,
        "tt_user/oauth2/refresh_token/": tokens,
        "tt_user/oauth2/revoke/": {},
        "business/get/": profile,
        "business/video/list/": {"videos": [], "has_more": False},
    }
    return httpx.Response(200, json={"code": 0, "message": "OK", "request_id": "1", "data": data[path]})
