"""What stands around the routes, from the outside to the inside."""

import re
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from common.replays import requests
from query_api.entrypoints.conditional import Conditional
from query_api.entrypoints.observing import RequestMetrics
from query_api.entrypoints.request_ids import HEADER, RequestIds
from query_api.entrypoints.response_headers import ResponseHeaders

# In bytes: below, a packet is a packet.
SMALLEST_COMPRESSED = 1_000
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ASKED = ("Authorization", "Content-Type", requests.HEADER, "If-Match", "If-None-Match", "Last-Event-ID", HEADER)
_SHOWN = (
    *("Content-Disposition", "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"),
    *(requests.REPLAYED, HEADER),
)
_TEXTS = ("text/csv", "application/x-ndjson", "application/problem+json")
# A compressor would hold an event back until others fill a block.
_AT_ONCE = ("text/event-stream",)
# Taken in parts: a part is of the file's own bytes, and so is its length.
_IN_PARTS = re.compile(r"/v1/exports/[^/]+/file")


def layered(app: ASGIApp, *, registry: CollectorRegistry, policy: str, origins: Sequence[str]) -> ASGIApp:
    """`app`, which answers its own failures, inside of all the layers."""
    inner = _compressed(Conditional(app))
    if origins:
        inner = _shared(inner, origins)
    return RequestIds(RequestMetrics(ResponseHeaders(inner, policy=policy), registry=registry))


def _compressed(app: ASGIApp) -> ASGIApp:
    # The library keeps one list of types for the process.
    for text in _TEXTS:
        add_compress_type(text)
    for stream in _AT_ONCE:
        remove_compress_type(stream)
    compressing = CompressMiddleware(app, minimum_size=SMALLEST_COMPRESSED, brotli=False)

    async def fitting(scope: Scope, receive: Receive, send: Send) -> None:
        is_file = scope["type"] == "http" and _IN_PARTS.fullmatch(scope["path"])
        await (app if is_file else compressing)(scope, receive, send)

    return fitting


def _shared(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Other origins may ask with a token; cookies, which browsers send by themselves, let nobody in."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=_ASKED,
        expose_headers=_SHOWN,
        allow_credentials=False,
    )
