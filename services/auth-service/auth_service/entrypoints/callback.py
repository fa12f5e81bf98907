"""Where TikTok sends the person back: always on to a page, never to a raw error."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from auth_service.domain import errors
from auth_service.entrypoints.browser import Browsers
from auth_service.use_cases.connecting import Connecting
from common.runtime.logs import logger

PATH = "/oauth/tiktok/callback/"

# What the page /connect/failed explains; everything else is "exchange".
REASONS: Mapping[type[errors.AuthError], str] = {
    errors.ConsentDenied: "denied",
    errors.ForeignBrowser: "browser",
    errors.StateExpired: "expired",
    errors.StateUnknown: "state",
}

_log = logger(__name__)

# TikTok's guide says `code`; its token endpoint calls the same thing `auth_code`, and so may an older page.
Text = Annotated[str, Query()]


def callback_router(connecting: Connecting, public_url: str, browsers: Browsers) -> APIRouter:
    router = APIRouter(tags=["connections"])

    @router.get(
        PATH, summary="TikTok's answer", operation_id="tiktokCallback", status_code=303, response_class=RedirectResponse
    )
    async def callback(
        request: Request, code: Text = "", auth_code: Text = "", state: Text = "", error: Text = ""
    ) -> RedirectResponse:
        try:
            pending = await connecting.consented(
                state=state, code=code or auth_code, error=error, browser=browsers.of(request)
            )
        except errors.AuthError as refused:
            _log.warning("connection failed", reason=f"{type(refused).__name__}: {refused}")
            return _to(f"{public_url}/connect/failed", {"reason": REASONS.get(type(refused), "exchange")})
        page = "/connect/link/confirm" if pending.asker.link_id else "/connect/confirm"
        return _to(f"{public_url}{page}", {"pending": str(pending.pending_id)})

    return router


def _to(page: str, query: Mapping[str, str]) -> RedirectResponse:
    # The address that led here holds a code; it goes to nobody.
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return RedirectResponse(f"{page}?{urlencode(query)}", 303, headers=headers)
