"""`python -m embedded.front`: the one origin of a laptop. Streams requests to the service behind the longest prefix."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from common.runtime.health import health_app
from common.runtime.logs import configure_logs, logger
from common.runtime.process import run, serve
from embedded.ports import HOST

# These speak of one connection and must not be passed on (RFC 9110, 7.6.1).
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"}
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Answers may take long (an export, a stream of events); connecting may not. In seconds.
TIMEOUT = httpx.Timeout(None, connect=5.0)


def front_app(routes: dict[str, str]) -> ASGIApp:
    """An app that sends each path to the address of its longest prefix in `routes`."""
    prefixes = sorted(routes, key=len, reverse=True)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        async with httpx.AsyncClient(timeout=TIMEOUT, limits=limits, follow_redirects=False) as client:
            app.state.client = client
            yield

    async def forward(request: Request) -> Response:
        prefix = next((prefix for prefix in prefixes if request.url.path.startswith(prefix)), None)
        if prefix is None:
            return _problem(404, "Not Found", f"nothing is served at {request.url.path}")
        return await _forward(request.app.state.client, request, routes[prefix])

    return Starlette(routes=[Route("/{path:path}", forward, methods=METHODS)], lifespan=lifespan)


async def _forward(client: httpx.AsyncClient, request: Request, address: str) -> Response:
    # Path and query as they came: no decoding, no rewriting.
    path = request.scope["raw_path"].decode("ascii")
    query = request.scope["query_string"].decode("ascii")
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    outgoing = client.build_request(
        request.method,
        httpx.URL(address, raw_path=f"{path}?{query}".encode() if query else path.encode()),
        headers=[*_passed_on(request), (b"x-forwarded-for", _address(request))],
        content=request.stream() if has_body else None,
    )
    try:
        answer = await client.send(outgoing, stream=True)
    except httpx.TransportError as error:
        logger("front").warning("service does not answer", address=address, error=repr(error))
        return _problem(502, "Bad Gateway", "the service behind this address does not answer; try again in a moment")
    response = StreamingResponse(_body(answer), status_code=answer.status_code)
    response.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw if _passes(name)]
    return response


def _address(request: Request) -> bytes:
    return request.client.host.encode() if request.client else b""


def _passed_on(request: Request) -> list[tuple[bytes, bytes]]:
    # Only this front knows where a request came from: what a client says of it is not passed on.
    left_out = HOP_BY_HOP | {"x-forwarded-for"}
    return [(name, value) for name, value in request.headers.raw if name.decode() not in left_out]


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _passes(name: bytes) -> bool:
    return name.decode().lower() not in HOP_BY_HOP


def _problem(status: int, title: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


async def _serve(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    configure_logs("front")
    routes = dict(pair.split("=", 1) for pair in arguments.route)
    health = health_app(checks={}, registry=CollectorRegistry())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(front_app(routes), host=HOST, port=arguments.port, stop=stop, first=True))
        tasks.create_task(serve(health, host=HOST, port=arguments.health_port, stop=stop))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.front", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--health-port", type=int, required=True)
    parser.add_argument("--route", action="append", required=True, metavar="PREFIX=URL")
    run(partial(_serve, parser.parse_args()))


if __name__ == "__main__":
    main()
