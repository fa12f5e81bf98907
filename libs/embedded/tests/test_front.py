"""The front: streams both ways, changes nothing, and says what is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from common.runtime.process import serve
from embedded import ports, readiness
from embedded.front import front_app

PIECE = b"x" * 65_536
PIECES = 160


async def echo(request: Request) -> Response:
    body = await request.body()
    told = {
        "path": request.scope["raw_path"].decode(),
        "query": request.scope["query_string"].decode(),
        "forwarded_for": request.headers.getlist("x-forwarded-for"),
        "authorization": request.headers.get("authorization"),
        "length": len(body),
        "method": request.method,
    }
    response = JSONResponse(told, headers={"x-own": "1"})
    response.set_cookie("toa_refresh", "a", httponly=True)
    response.set_cookie("other", "b")
    return response


async def large(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(PIECES):
            yield PIECE

    return StreamingResponse(pieces())


async def endless(request: Request) -> Response:
    request.app.state.left = asyncio.Event()

    async def beats() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"beat\n"
                await asyncio.sleep(0.01)
        finally:
            request.app.state.left.set()

    return StreamingResponse(beats())


@asynccontextmanager
async def served(app: ASGIApp, *, first: bool = False) -> AsyncIterator[str]:
    port, stop = ports.choose({"one": 0})["one"], asyncio.Event()
    serving = asyncio.ensure_future(serve(app, host="127.0.0.1", port=port, stop=stop, first=first))
    url = f"http://127.0.0.1:{port}"
    try:
        yield url
    finally:
        stop.set()
        await asyncio.wait_for(serving, 120)


@asynccontextmanager
async def fronted() -> AsyncIterator[tuple[httpx.AsyncClient, Starlette]]:
    methods = ["GET", "POST"]
    behind = Starlette(
        routes=[
            Route("/ping", lambda _: Response("ok")),
            Route("/v1/large", large),
            Route("/v1/endless", endless),
            Route("/{path:path}", echo, methods=methods),
        ]
    )
    async with served(behind) as address:
        await readiness.http(f"{address}/ping")
        nobody = f"http://127.0.0.1:{ports.choose({'one': 0})['one']}"
        async with served(front_app({"/": address, "/auth/": nobody}), first=True) as front:
            await readiness.http(f"{front}/ping")
            async with httpx.AsyncClient(base_url=front, timeout=30) as client:
                yield client, behind


async def test_paths_queries_headers_and_bodies_pass_as_they_are() -> None:
    async with fronted() as (client, _):
        answer = await client.post(
            "/v1/a%2Fb/%C3%BC?q=a+b%26c&accounts=1,2",
            content=b"y" * 200_000,
            headers={"Authorization": "Bearer t", "X-Forwarded-For": "192.0.2.1"},
        )
    assert answer.json() == {
        "path": "/v1/a%2Fb/%C3%BC",
        "query": "q=a+b%26c&accounts=1,2",
        # What a client says of itself is not believed.
        "forwarded_for": ["127.0.0.1"],
        "authorization": "Bearer t",
        "length": 200_000,
        "method": "POST",
    }
    assert answer.headers["x-own"] == "1"
    assert len(answer.headers.get_list("set-cookie")) == 2


async def test_a_large_answer_comes_whole() -> None:
    async with fronted() as (client, _):
        answer = await client.get("/v1/large")
    assert answer.content == PIECE * PIECES


async def test_a_stream_begins_at_once_and_ends_behind_when_the_client_leaves() -> None:
    async with fronted() as (client, behind):
        async with client.stream("GET", "/v1/endless") as answer:
            assert (await anext(answer.aiter_bytes())).startswith(b"beat\n")
        await asyncio.wait_for(behind.state.left.wait(), 120)


async def test_a_service_that_is_away_is_a_problem_and_not_a_hang() -> None:
    async with fronted() as (client, _):
        answer = await client.post("/auth/v1/sessions", json={})
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert "does not answer" in answer.json()["detail"]
