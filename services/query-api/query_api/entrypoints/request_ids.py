"""Every request has an id: the asker's own where it is one, else ours. Answers, problems and log lines carry it."""

import re

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uuid_utils import compat

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode()
# What goes into a log line as it came must not be able to look like another one.
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{8,128}")


class RequestIds:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given(scope) or str(compat.uuid7())
        scope.setdefault("state", {})["request_id"] = request_id
        # The server gives every request a context of its own, so nothing has to be unbound.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        await self._app(scope, receive, send)


def request_id_of(request: Request) -> str | None:
    """The id; None outside the middleware, where only tests are."""
    request_id: str | None = getattr(request.state, "request_id", None)
    return request_id


def _given(scope: Scope) -> str | None:
    value = next((value for name, value in scope["headers"] if name == _NAME), b"")
    return value.decode() if _SANE.fullmatch(value) else None
