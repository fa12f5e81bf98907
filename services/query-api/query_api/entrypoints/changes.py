"""A stream of changes (server-sent events), read with fetch, so that the header carries the token."""

import time
from collections.abc import AsyncGenerator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from query_api.domain.access import Principal
from query_api.domain.changes import Change
from query_api.domain.errors import BadInput, NotAllowed, NotAuthenticated
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Asking, Caller, Ports, Standing
from query_api.entrypoints.connection import ClosingStream
from query_api.ports import Services, Unavailable
from query_api.ports.changes import Listener

router = APIRouter(prefix="/v1/changes", tags=["changes"])

# How often access is looked at anew, and how long a stream is silent at most; proxies cut silent ones.
CHECK_SECONDS = 1.0
_SILENT_SECONDS = 15.0
# Before a client connects again by itself, in milliseconds.
_RETRY_MS = 2_000
_LARGEST_PLACE = 2**53


class ChangeTold(BaseModel):
    """The data of an event `change`: figures of the account were made anew on the days from `from` to before `to`."""

    model_config = ConfigDict(populate_by_name=True)

    account_id: UUID
    rollups: tuple[str, ...]
    start: date | None = Field(alias="from", description="null: any day.")
    end: date | None = Field(alias="to", description="null: any day.")


_DESCRIPTION = """Server-sent events, until the client hangs up, access is taken away or the token expires:

- `change`: figures of an account were made anew; its data is a JSON object with `account_id`, `rollups`, `from`, `to`.
- `ready`: the stream has begun; what is loaded now is not older than what it tells.
- `reset`: something was missed; load everything again.
- `end`: you may listen no longer; its data says why.

An event may come twice. A comment comes at least every 15 seconds."""
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": _DESCRIPTION,
        "content": {
            "text/event-stream": {"schema": {"type": "string"}, "example": "event: ready\nid: 1772366400000\n"}
        },
    },
    **problems.documented(401, 403, 422, 429, 503),
}


@router.get(
    "",
    operation_id="listen_to_changes",
    summary="Changes of the accounts you may read, as they happen",
    response_class=Response,
    responses=_ANSWERS,
)
async def listen_to_changes(
    caller: Caller,
    asking: Asking,
    services: Ports,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="The id of the last event that came; goes on from there.")
    ] = None,
) -> Response:
    after = _place(last_event_id)
    listener = services.changes.listen(caller.subject, caller.workspace_id, after=after)
    return _ChangeStream(_events(listener, asking, services, is_new=after is None), listener)


def _place(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text[:20]) > _LARGEST_PLACE:
        raise BadInput("Last-Event-ID", "it is none that this stream gave", "leave it out and load everything again")
    return int(text)


class _ChangeStream(ClosingStream):
    def __init__(self, source: AsyncGenerator[bytes, None], listener: Listener) -> None:
        super().__init__(source, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listener.leave()


async def _events(
    listener: Listener, asking: Standing, services: Services, *, is_new: bool
) -> AsyncGenerator[bytes, None]:
    streams = services.changes
    yield _event("ready", place=streams.place) if is_new else KEEPALIVE_COMMENT
    told_at = time.monotonic()
    while True:
        heard = await listener.heard(seconds=CHECK_SECONDS)
        try:
            # Before every word: what was readable a moment ago may not be now.
            principal = await asking.principal()
        except (NotAuthenticated, NotAllowed, Unavailable) as error:
            yield _event("end", data=str(error))
            return
        if heard.ended:
            return
        words = [_event("reset", place=streams.place)] if heard.missed else []
        words += [_told(change) for change in heard.changes if _is_theirs(change, principal)]
        if not words and time.monotonic() - told_at > _SILENT_SECONDS:
            words = [KEEPALIVE_COMMENT]
        if words:
            yield b"".join(words)
            told_at = time.monotonic()


def _is_theirs(change: Change, principal: Principal) -> bool:
    accounts = principal.accounts
    return change.workspace_id == principal.workspace_id and (accounts is None or change.account_id in accounts)


def _told(change: Change) -> bytes:
    told = ChangeTold(account_id=change.account_id, rollups=change.rollups, start=change.start, end=change.end)
    return _event("change", data=told.model_dump_json(by_alias=True), place=change.place)


def _event(name: str, *, data: str = "", place: int | None = None) -> bytes:
    # Without data a browser passes an event over.
    return format_sse_event(event=name, data_str=data, id=None if place is None else str(place), retry=_RETRY_MS)
