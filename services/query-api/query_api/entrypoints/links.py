"""Where the next page is, as a header (RFC 8288) beside `next_cursor`."""

from collections.abc import Mapping

from fastapi import Request

# A target is relative to the address asked for, so no proxy in between has to tell us our own name.
_NEXT = '<{target}>; rel="next"'


def next_link(request: Request, next_cursor: str | None) -> Mapping[str, str]:
    """The `Link` header of a page that was asked for by GET; nothing on the last one."""
    if next_cursor is None or request.method != "GET":
        return {}
    target = request.url.include_query_params(cursor=next_cursor)
    return {"Link": _NEXT.format(target=f"{target.path}?{target.query}")}
