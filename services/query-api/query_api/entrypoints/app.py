"""The app of the public port."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from common.replays.requests import IdempotentRequests
from query_api.entrypoints import (
    accounts,
    annotations,
    calendar,
    changes,
    dashboard_templates,
    dashboards,
    exports,
    imports,
    label_rules,
    labels,
    looker,
    metrics,
    post_labels,
    posts,
    problems,
    query,
    schedules,
    schema,
    shared,
    shares,
    widgets,
)
from query_api.entrypoints.description import complete
from query_api.entrypoints.idempotency import idempotency_of
from query_api.entrypoints.known_parameters import known_parameters
from query_api.entrypoints.layers import layered
from query_api.entrypoints.page import page_router
from query_api.entrypoints.response_headers import content_policy
from query_api.entrypoints.shortcut import Shortcut
from query_api.ports import Services

_ROUTERS = (
    widgets.router,
    query.router,
    schema.router,
    metrics.router,
    accounts.router,
    changes.router,
    labels.router,
    post_labels.router,
    label_rules.router,
    calendar.router,
    posts.router,
    dashboards.router,
    shares.router,
    dashboard_templates.router,
    annotations.router,
    exports.router,
    schedules.router,
    imports.router,
    looker.router,
    shared.router,
)
_TAGS = [
    {"name": "widgets", "description": "Figures: one question per widget, as JSON or CSV."},
    {"name": "query", "description": "Figures: any metrics by any dimensions."},
    {"name": "metrics", "description": "What can be counted, and the workspace's own formulas over it."},
    {"name": "accounts", "description": "The connected accounts."},
    {"name": "changes", "description": "News of figures, as they happen."},
    {"name": "calendar", "description": "Posts by day, and everything that is known of one."},
    {"name": "labels", "description": "Labels and plans, the posts that have them, and the rules that give them."},
    {"name": "dashboards", "description": "Widgets arranged on a grid, templates of them, and links to show them."},
    {"name": "annotations", "description": "What happened on a day, written beside the lines."},
    {"name": "exports", "description": "Files of whole answers, made in the background."},
    {"name": "schedules", "description": "Exports sent again and again."},
    {"name": "imports", "description": "Files of TikTok Studio, as history with its source."},
    {"name": "looker", "description": "What Looker Studio's connector asks, in Looker Studio's own JSON."},
    {"name": "shared", "description": "What a share link opens, without signing in."},
]


class _Api(FastAPI):
    """Describes what all operations have, and failures as what they are instead of in the framework's own shape."""

    # `Any`: the framework's own signature.
    def openapi(self) -> dict[str, Any]:
        return complete(super().openapi())


def described_app() -> FastAPI:
    """The API without anything behind it: enough to describe it."""
    app = _Api(
        title="TikTok Organic Analytics: query API",
        version="1",
        summary="Every figure TikTok offers a Business account, kept, with what each number rests on.",
        openapi_url="/v1/openapi.json",
        openapi_tags=_TAGS,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    for router in _ROUTERS:
        app.include_router(router)
    problems.install(app)
    return app


def public_app(
    services: Services,
    *,
    registry: CollectorRegistry,
    web_dir: Path | None = None,
    image_sources: str = "",
    origins: Sequence[str] = (),
) -> ASGIApp:
    app = described_app()
    app.state.services = services
    app.add_middleware(IdempotentRequests, idempotency=idempotency_of(app, services))
    app.state.known_parameters = known_parameters(app.openapi())
    # Last, because it answers every address that nobody else does.
    app.include_router(page_router(web_dir))
    app.state.shortcut = Shortcut(app, services)
    # Around the app, not in it: what the framework answers to an unexpected failure gets its headers too.
    return layered(app.state.shortcut, registry=registry, policy=content_policy(image_sources), origins=origins)
