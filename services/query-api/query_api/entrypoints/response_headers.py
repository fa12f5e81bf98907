"""The headers of every answer: its request's id, what is left of the quota, and what keeps browsers out of trouble."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from query_api.domain.rate import Allowance
from query_api.entrypoints.conditional import tag_of_coding
from query_api.entrypoints.request_ids import HEADER

_SAFE: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Figures are for the one who asked; what may be kept says so itself.
    "Cache-Control": "no-store",
}
# One address answers each asker, and each wish for JSON or CSV, differently.
_VARY = ("Authorization", "Accept")
_VARYING = ("/v1/", "/looker/")
# draft-ietf-httpapi-ratelimit-headers: quota, window, remaining requests, seconds until all are there again.
_POLICY = '"default";q={quota.requests};w={quota.seconds}'
_LIMIT = '"default";r={remaining};t={reset}'


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


class ResponseHeaders:
    """Adds the headers a response does not set itself. Stands outside of what compresses."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        safe = {**_SAFE, "Content-Security-Policy": policy}
        self._safe = [(name.lower().encode(), value.encode()) for name, value in safe.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(message, scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _complete(self, start: Message, scope: Scope) -> None:
        raw: list[tuple[bytes, bytes]] = start["headers"]
        there = {name for name, _ in raw}
        raw += [header for header in self._safe if header[0] not in there]
        raw += _of_request(scope.get("state", {}))
        headers = MutableHeaders(raw=raw)
        if scope["path"].startswith(_VARYING):
            for name in _VARY:
                headers.add_vary_header(name)
        if b"content-encoding" in there and b"etag" in there and start["status"] == 200:
            headers["ETag"] = tag_of_coding(headers["ETag"], headers["Content-Encoding"])


# `Any`: the state is whatever the layers below have put there.
def _of_request(state: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = {HEADER: state["request_id"]}
    allowance: Allowance | None = state.get("allowance")
    if allowance is not None:
        headers["RateLimit-Policy"] = _POLICY.format(quota=allowance.quota)
        headers["RateLimit"] = _LIMIT.format(remaining=allowance.remaining, reset=allowance.reset_seconds)
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
