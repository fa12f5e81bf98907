"""The two FastAPI apps: the public one behind the front, and the internal one on the second port."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from auth_service.entrypoints.body_limit import BodyLimit
from auth_service.entrypoints.headers import DOCS, SecurityHeaders
from auth_service.entrypoints.idempotency import RESPONSES, IdempotencyOf, creating
from auth_service.entrypoints.problems import Problem, handle_problems
from common.replays.requests import PARAMETER, IdempotentRequests

_TAGS = [
    {"name": "sessions", "description": "Sign in with e-mail and password; a cookie keeps the session."},
    {"name": "connections", "description": "TikTok accounts of a workspace."},
    {"name": "connect-links", "description": "Links by which an account's owner connects it without signing in."},
    {"name": "webhooks", "description": "What TikTok tells of itself."},
    {"name": "erasures", "description": "Erasing an account or the workspace, and the receipt of it."},
    {"name": "workspaces", "description": "Workspaces of a person, and the one the session is for."},
    {"name": "members", "description": "Who is in the workspace, and who is invited."},
    {"name": "API keys", "description": "Keys for programs that read the workspace's figures."},
    {"name": "audit", "description": "What changed access: append-only, for admins."},
    {"name": "users", "description": "The signed-in person."},
    {"name": "early access", "description": "Asking for it; anybody may."},
    {"name": "operator", "description": "For those who run this deployment."},
    {"name": "notices", "description": "What a person was told."},
    {"name": "keys", "description": "What others check access tokens with."},
]
_INTERNAL_TAGS = [{"name": "internal", "description": "For other services only, never behind the front."}]
# Its figures are Prometheus's: looking for OpenTelemetry at each request would find nothing.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


class ProblemApi(FastAPI):
    """An app whose OpenAPI also knows the problem that its routes answer with."""

    # Any: the signature is FastAPI's.
    def openapi(self) -> dict[str, Any]:
        described = super().openapi()
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas[Problem.__name__] = Problem.model_json_schema()
        # FastAPI's own form of a validation error, which no route of ours answers with.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for operation in (one for path in described["paths"].values() for one in path.values()):
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
        self._describe_creating(described["paths"])
        return described

    def _describe_creating(self, paths: dict[str, Any]) -> None:
        for operation in (paths[str(route.path_format)]["post"] for route in creating(self.routes)):
            parameters = operation.setdefault("parameters", [])
            if PARAMETER not in parameters:
                parameters.append(dict(PARAMETER))
            for status, response in RESPONSES.items():
                operation["responses"].setdefault(str(status), response)


def public_app(routers: Sequence[APIRouter], idempotency: IdempotencyOf | None = None) -> FastAPI:
    """Without `idempotency` no answer is kept: for describing the app, and for tests of other things."""
    app = ProblemApi(
        title="auth-service",
        version="1",
        openapi_tags=_TAGS,
        docs_url=DOCS,
        openapi_url="/auth/v1/openapi.json",
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    if idempotency:
        app.add_middleware(IdempotentRequests, idempotency=idempotency(app.routes))
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return _completed(app, routers)


def internal_app(routers: Sequence[APIRouter]) -> FastAPI:
    app = ProblemApi(
        title="auth-service, internal",
        version="1",
        openapi_tags=_INTERNAL_TAGS,
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    return _completed(app, routers)


def _completed(app: FastAPI, routers: Sequence[APIRouter]) -> FastAPI:
    for router in routers:
        app.include_router(router)
    handle_problems(app)
    return app
