"""The second port of every part: /healthz (alive), /readyz (can serve), /metrics (Prometheus)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

# A check that hangs is a part that is not ready.
CHECK_SECONDS = 3.0

Check = Callable[[], Awaitable[None]]
"""Raises when what it checks cannot be used now."""


def health_app(
    *, checks: Mapping[str, Check], registry: CollectorRegistry, routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """The app of the second port. `routes` are internal ones served beside the three."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_: Request) -> Response:
        failures = {name: reason for name, check in checks.items() if (reason := await _failure(check))}
        return JSONResponse({"ready": not failures, "failures": failures}, 503 if failures else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    own = [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
    # What is asked all the time is looked for first.
    return Starlette(routes=[*routes, *own])


async def _failure(check: Check) -> str | None:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
