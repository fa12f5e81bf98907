"""The app of the public port."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from query_api.entrypoints import accounts, exports, problems, schedules, widgets
from query_api.entrypoints.observing import RequestMetrics, SecurityHeaders, content_policy
from query_api.entrypoints.page import page_router
from query_api.ports import Services

_ROUTERS = (widgets.router, accounts.router, exports.router, schedules.router)
_TAGS = [
    {"name": "widgets", "description": "Figures: one question per widget, as JSON or CSV."},
    {"name": "accounts", "description": "The connected accounts."},
    {"name": "exports", "description": "Files of whole answers, made in the background."},
    {"name": "schedules", "description": "Exports sent again and again."},
]


class _Api(FastAPI):
    """Describes failures as what they are, problem documents, instead of the framework's own shape."""

    # `Any`: the framework's own signature.
    def openapi(self) -> dict[str, Any]:
        description = super().openapi()
        description["components"]["schemas"] |= problems.schemas()
        return description


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
    services: Services, *, registry: CollectorRegistry, web_dir: Path | None = None, image_sources: str = ""
) -> FastAPI:
    app = described_app()
    app.state.services = services
    # Last, because it answers every address that nobody else does.
    app.include_router(page_router(web_dir))
    app.add_middleware(SecurityHeaders, policy=content_policy(image_sources))
    app.add_middleware(RequestMetrics, registry=registry)
    return app
