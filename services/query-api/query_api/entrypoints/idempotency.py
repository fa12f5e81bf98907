"""Idempotency-Key on every creating request."""

from fastapi import FastAPI, Request
from starlette.datastructures import Headers
from starlette.routing import compile_path
from starlette.types import ASGIApp, Scope

from common.events import KeyScope
from common.replays.kept import Sender
from common.replays.requests import Idempotency
from query_api.domain.errors import Refused
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Standing
from query_api.entrypoints.description import MAKING
from query_api.ports import Services, Unavailable

_BEARER = "bearer "
# Whoever has neither makes nothing.
_MAKING = frozenset({KeyScope.MANAGE, KeyScope.EXPORT})


def idempotency_of(app: FastAPI, services: Services) -> Idempotency:
    """Of all operations that make something."""
    described = app.openapi()["paths"].items()
    making = [compile_path(path)[0] for path, operations in described if MAKING & _responses(operations).keys()]

    def creates(scope: Scope) -> bool:
        return scope["method"] == "POST" and any(path.match(scope["path"]) for path in making)

    async def sender(_: Scope, headers: Headers) -> Sender | None:
        given = headers.get("authorization", "")
        if not given.lower().startswith(_BEARER):
            return None
        try:
            principal = await Standing(given[len(_BEARER) :], services).principal()
        except (Refused, Unavailable):
            return None
        if not principal.scopes & _MAKING:
            return None
        return Sender(workspace_id=str(principal.workspace_id), subject=principal.subject)

    return Idempotency(
        replays=services.replays,
        creates=creates,
        sender=sender,
        refused=_refused,
        away=Unavailable,
        wall=services.wall,
    )


def _responses(operations: dict[str, dict[str, dict[str, object]]]) -> dict[str, object]:
    return operations.get("post", {}).get("responses", {})


def _refused(error: Exception, scope: Scope) -> ASGIApp:
    return problems.told(error, Request(scope))
