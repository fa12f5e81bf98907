"""A file as the body of a request, read in pieces and no further than it may be long."""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from query_api.entrypoints.connection import ClientGone

MOST_MEGABYTES = 4
_MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
# What browsers and operating systems call a CSV.
_TYPES = frozenset({"text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"})


async def uploaded(request: Request) -> bytes:
    """The body; 415 for another media type, 413 for too much of it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _TYPES:
        raise HTTPException(
            415, f"{media_type[:80]!r} is no CSV; send the file as the body, with Content-Type text/csv"
        )
    try:
        return await _gathered(request)
    except ClientDisconnect:
        raise ClientGone from None


async def _gathered(request: Request) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MOST_BYTES:
            raise HTTPException(413, f"the file has more than {MOST_MEGABYTES} MB; upload it in parts")
    return bytes(content)
