"""Around every request: counters and durations by route."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_UNFINISHED = 0


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
