"""Answers as they leave: at once, in drips, in part, or never."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sandbox.domain.faults import Sending

_DRIPS = 50


class _Cut(Response):
    """A body that announces no length and never ends: the server closes the connection after what there is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del self.headers["content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


class _Silence(Response):
    """Nothing, until the client has gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


def response(sending: Sending, *, headers: dict[str, str]) -> Response:
    if sending.status is None:
        return _Silence()
    kind = "application/json" if sending.status == 200 else "text/html"
    if sending.seconds:
        return StreamingResponse(_drips(sending), sending.status, headers, kind)
    shape = _Cut if sending.is_cut else Response
    return shape(sending.text, sending.status, headers, kind)


async def _drips(sending: Sending) -> AsyncIterator[bytes]:
    body = sending.text.encode()
    size = max(1, len(body) // _DRIPS)
    for start in range(0, len(body), size):
        await asyncio.sleep(sending.seconds / _DRIPS)
        yield body[start : start + size]
