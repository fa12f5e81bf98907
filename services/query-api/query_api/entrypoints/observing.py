"""Around every request: counters and durations by route, and the headers that keep browsers out of trouble."""

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Figures are for the one who asked; the page's files say otherwise themselves.
    "Cache-Control": "no-store",
}
_UNFINISHED = 0


def content_policy(image_sources: str) -> str:
    """The Content-Security-Policy; `image_sources` are further places that thumbnails may come from."""
    rules = {
        "default-src": "'self'",
        # The component library writes its styles into the document.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": " ".join(["'self'", "data:", "https:", *image_sources.split()]),
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{rule} {sources}" for rule, sources in rules.items())


class SecurityHeaders:
    """Adds the headers a response does not set itself."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class RequestMetrics:
    """`toa_http_requests_total` and `toa_http_request_duration_seconds`, by method and route; a stream to its end."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "toa_http_requests",
            "Requests by status; 0 is one whose answer never began.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._durations = Histogram(
            "toa_http_request_duration_seconds", "From request to last byte.", ["method", "route"], registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _UNFINISHED
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            method, route = scope["method"], _route(scope)
            self._requests.labels(method, route, status).inc()
            self._durations.labels(method, route).observe(time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """The route's pattern, never the address itself: addresses are without number."""
    return str(getattr(scope.get("route"), "path", "none"))
