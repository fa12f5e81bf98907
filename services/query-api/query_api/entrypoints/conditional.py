"""ETags of JSON answers, and 304 for who has the bytes already.

The tag is of the bytes before they are compressed; a compressed answer's gets its coding added (`tag_of_coding`), as a
strong tag must. A tag of any coding is recognised. A question may be asked by POST because it is long, and is as safe
as a GET: what gives its own tag there is answered 304 as well.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from query_api.domain.answers import entity_tag

_READING = frozenset({"GET", "HEAD"})
_TAG = re.compile(r'(?:W/)?"(?P<opaque>[^"-]*)(?:-(?:gzip|zstd))?"')
# May be kept by the asker's own browser alone, which asks each time whether it still holds.
KEPT_PRIVATELY = "private, no-cache"


def tag_of_coding(tag: str, coding: str) -> str:
    return f'{tag[:-1]}-{coding}"'


class Conditional:
    """Stands inside of what compresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start" and _may_be_tagged(scope, message):
                held.append(message)
            elif held:
                await _send_tagged(scope, held.pop(), message, send)
            else:
                await send(message)

        await self._app(scope, receive, tagged)


def _may_be_tagged(scope: Scope, start: Message) -> bool:
    if start["status"] != 200:
        return False
    headers = Headers(raw=start["headers"])
    return "etag" in headers or (
        scope["method"] in _READING and headers.get("content-type", "").startswith("application/json")
    )


async def _send_tagged(scope: Scope, start: Message, first: Message, send: Send) -> None:
    headers = MutableHeaders(raw=start["headers"])
    if first["type"] != "http.response.body" or first.get("more_body"):
        # A stream: its bytes are not known before they are gone.
        await send(start)
        await send(first)
        return
    tag = headers.setdefault("ETag", entity_tag(first.get("body", b"")))
    headers.setdefault("Cache-Control", KEPT_PRIVATELY)
    if (known := _known(scope, tag)) is None:
        await send(start)
        await send(first)
        return
    headers["ETag"] = known
    for name in ("content-length", "content-type"):
        del headers[name]
    await send({**start, "status": 304, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})


def _known(scope: Scope, tag: str) -> str | None:
    """The tag the asker has, when it is of the same bytes in any coding."""
    asked = Headers(scope=scope).getlist("if-none-match")
    if asked == ["*"]:
        return tag
    return next((given.group() for given in _tags(asked) if given["opaque"] == tag.strip('"')), None)


def _tags(values: Iterable[str]) -> Iterable["re.Match[str]"]:
    return (match for value in values for match in _TAG.finditer(value))
