"""Calls an app's webhook over HTTP."""

from collections.abc import Mapping
from types import TracebackType

import httpx

# In real seconds. TikTok wants its answer at once.
_PATIENCE = 5.0


class HttpCaller:
    def __init__(self) -> None:
        self._http = httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False)

    async def __aenter__(self) -> "HttpCaller":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def call(self, url: str, body: str, headers: Mapping[str, str]) -> int | None:
        try:
            return (await self._http.post(url, content=body.encode(), headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
