"""What tests of the HTTP face share: signing in, a connection held for confirmation, problems read strictly."""

from urllib.parse import parse_qs, urlsplit

import httpx

PUBLIC_URL = "http://127.0.0.1:8080"
GOOD = {"email": "ada@example.test", "password": "correct horse battery"}
Script = dict[str, list[httpx.Response | Exception]]


async def sign_in(http: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await http.post("/auth/v1/sessions", json={**GOOD, "email": email})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Its status and type; it is a whole problem that agrees with the answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return body["status"], body["type"]


async def pend(http: httpx.AsyncClient, bearer: dict[str, str]) -> str:
    started = await http.post("/auth/v1/connections", json={"channel": "tiktok"}, headers=bearer)
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    answer = await http.get("/oauth/tiktok/callback/", params={"code": "code-1", "state": state, "scopes": "a,b"})
    assert answer.status_code == 303
    return httpx.URL(answer.headers["location"]).params["pending"]
