"""The TikTok client against a real HTTP server that answers what a test wants."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ingestor.adapters import tiktok
from ingestor.adapters.tiktok import HttpTikTok
from ingestor.domain.answers import Answered, Refused, Verdict
from ingestor.domain.asking import FieldSet, PageAsk, ProfileAsk
from ingestor.domain.progress import ListingKind
from ingestor.ports import Token

from .fakes import START, CountingMeter, ManualClock
from .servers import free_port, serving

PREFIX = "/open_api/v1.3"
TOKEN = Token(value="act.secret", version=1, expires_at=START)
PAGE = PageAsk(
    open_id="o",
    field_set=FieldSet(name="post_full.v1", fields=("item_id", "likes")),
    kind=ListingKind.HEAD,
    cursor=5,
    max_count=20,
)
PROFILE = ProfileAsk(
    open_id="o",
    field_set=FieldSet(name="profile_full.v1", fields=("username", "video_views")),
    start=date(2026, 1, 9),
    end=date(2026, 3, 10),
)


@dataclass
class Server:
    """Answers every path under the API's prefix with `answer`, as a real server whose router knows exact paths only."""

    answer: Callable[[Request], Awaitable[Response]]
    requests: list[Request] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        paths = ("/business/get/", "/business/video/list/")
        app = Starlette(routes=[Route(PREFIX + path, self._answer) for path in paths])
        app.router.redirect_slashes = False
        return app

    async def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        return await self.answer(request)


@pytest.fixture
def server() -> Server:
    return Server(answer=lambda _: _ready(JSONResponse({"code": 0, "message": "OK", "data": {"username": "x"}})))


@pytest.fixture
def meter() -> CountingMeter:
    return CountingMeter()


@pytest.fixture
async def client(server: Server, meter: CountingMeter) -> AsyncIterator[HttpTikTok]:
    async with serving(server.app) as url, tiktok.client(url + PREFIX) as http:
        yield HttpTikTok(http, clock=ManualClock(), meter=meter)


async def _ready(response: Response) -> Response:
    return response


async def test_requests_carry_the_bare_token_exact_paths_and_json_in_the_query(
    client: HttpTikTok, server: Server
) -> None:
    await client.ask(PROFILE, TOKEN)
    await client.ask(PAGE, TOKEN)
    profile, page = server.requests
    assert (profile.url.path, page.url.path) == (f"{PREFIX}/business/get/", f"{PREFIX}/business/video/list/")
    assert profile.headers["access-token"] == "act.secret"
    assert json.loads(profile.query_params["fields"]) == ["username", "video_views"]
    assert profile.query_params["start_date"] == "2026-01-09"
    assert profile.query_params["end_date"] == "2026-03-10"
    assert dict(page.query_params) | {"fields": ""} == {
        "business_id": "o",
        "fields": "",
        "cursor": "5",
        "max_count": "20",
    }


async def test_a_success_is_observed_when_it_came_and_counted(client: HttpTikTok, meter: CountingMeter) -> None:
    answer = await client.ask(PROFILE, TOKEN)
    assert answer == Answered(data={"username": "x"}, observed_at=START)
    assert meter.requests == {("/business/get/", "0"): 1}


async def test_an_error_code_in_http_200_is_an_error(client: HttpTikTok, server: Server, meter: CountingMeter) -> None:
    server.answer = lambda _: _ready(JSONResponse({"code": 40105, "message": "revoked", "data": {}}))
    answer = await client.ask(PAGE, TOKEN)
    assert isinstance(answer, Refused)
    assert answer.verdict is Verdict.TOKEN
    assert meter.requests == {("/business/video/list/", "40105"): 1}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("<html>", 200, "malformed"),
        ('{"code": 0, "data": {"videos": [', 200, "malformed"),
        ("", 200, "malformed"),
        ("[" * 100_000, 200, "malformed"),
        ("upstream", 502, "http_502"),
        ("404 page not found", 404, "http_404"),
    ],
)
async def test_a_body_that_is_no_envelope_is_a_failure(
    client: HttpTikTok, server: Server, body: str, status: int, code: str
) -> None:
    server.answer = lambda _: _ready(PlainTextResponse(body, status))
    answer = await client.ask(PAGE, TOKEN)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.code) == (Verdict.FAILED, code)
    assert "act.secret" not in answer.reason


async def test_numbers_that_are_none_in_json_do_not_spoil_the_answer(client: HttpTikTok, server: Server) -> None:
    body = '{"code": 0, "data": {"a": NaN, "b": -Infinity, "c": 1e999, "d": 12345678901234567890123, "e": 1.5}}'
    server.answer = lambda _: _ready(PlainTextResponse(body))
    answer = await client.ask(PAGE, TOKEN)
    assert isinstance(answer, Answered)
    assert answer.data == {"a": "NaN", "b": "-Infinity", "c": math.inf, "d": 12345678901234567890123, "e": 1.5}


async def test_no_answer_in_time_is_a_failure(server: Server, meter: CountingMeter) -> None:
    async def never(_: Request) -> Response:
        await asyncio.sleep(0.5)
        return PlainTextResponse("too late")

    server.answer = never
    async with serving(server.app) as url, tiktok.client(url + PREFIX) as http:
        http.timeout = 0.1
        answer = await HttpTikTok(http, clock=ManualClock(), meter=meter).ask(PAGE, TOKEN)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.code) == (Verdict.FAILED, "timeout")


async def test_an_answer_that_is_far_too_large_is_broken_off(
    client: HttpTikTok, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktok, "_LARGEST_BODY", 1_000_000)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    server.answer = lambda _: _ready(StreamingResponse(pieces()))
    answer = await client.ask(PAGE, TOKEN)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.code) == (Verdict.FAILED, "too_large")


async def test_nobody_there_is_a_failure(meter: CountingMeter) -> None:
    async with tiktok.client(f"http://127.0.0.1:{free_port()}{PREFIX}") as http:
        answer = await HttpTikTok(http, clock=ManualClock(), meter=meter).ask(PAGE, TOKEN)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.code) == (Verdict.FAILED, "network")
