"""Idempotency-Key on every creating request of an app: the second one gets the answer of the first."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.replays.kept import LONGEST_KEY, Kept, ReplayProblem, Sender, answered, running
from common.runtime.clock import Clock
from common.runtime.logs import logger

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
# What OpenAPI says of each creating operation.
PARAMETER: dict[str, object] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "description": "A fresh random text for each thing to be made. Sent again within 24 hours with the same body it "
    f"gets the first answer again, with `{REPLAYED}: true`; with another body it is refused.",
}

_log = logger(__name__)


class Replays(Protocol):
    """Answers of creating requests by their Idempotency-Key; sealed before they are written."""

    async def begin(self, kept: Kept) -> Kept | None:
        """Keep it as running; the one that is there already when somebody was first."""
        ...

    async def finish(self, kept: Kept) -> None: ...

    async def forget(self, replay_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """What a service gives. `away` is raised by a store that does not answer."""

    replays: Replays
    creates: Callable[[Scope], bool]
    sender: Callable[[Scope, Headers], Awaitable[Sender | None]]
    """None when the routes will refuse whoever asks."""
    refused: Callable[[Exception, Scope], ASGIApp]
    """The problem that tells of a `ReplayProblem`, or that the store is away."""
    away: type[Exception]
    wall: Clock


@dataclass(slots=True)
class _Answer:
    """What the routes answer, held back until it is kept: who gets it may ask again at once."""

    messages: list[Message] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return next(int(one["status"]) for one in self.messages if one["type"] == "http.response.start")

    @property
    def body(self) -> str:
        return b"".join(one.get("body", b"") for one in self.messages).decode()

    async def pass_on(self, send: Send) -> None:
        for message in self.messages:
            await send(message)


class IdempotentRequests:
    """ASGI middleware, so that a new creating route has it without a word."""

    def __init__(self, app: ASGIApp, *, idempotency: Idempotency) -> None:
        self._app = app
        self._idempotency = idempotency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        key = headers.get(HEADER)
        if key is None or not self._idempotency.creates(scope):
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        try:
            kept = await self._kept(scope, headers, key, body)
            present = await self._idempotency.replays.begin(kept) if kept else None
            if kept and present:
                await self._replay(present, kept)(scope, receive, send)
                return
        except (ReplayProblem, self._idempotency.away) as error:
            await self._idempotency.refused(error, scope)(scope, receive, send)
            return
        await self._answered(kept, scope, _again(body, receive), send)

    async def _kept(self, scope: Scope, headers: Headers, key: str, body: bytes) -> Kept | None:
        sender = await self._idempotency.sender(scope, headers)
        if sender is None:
            return None
        at = self._idempotency.wall.now()
        return running(sender=sender, route=str(scope["path"]), key=key, body=body, at=at)

    def _replay(self, present: Kept, again: Kept) -> Response:
        present.require_same(again)
        present.require_answered(self._idempotency.wall.now())
        headers = {REPLAYED: "true", "Cache-Control": "no-store"}
        return Response(present.answer, present.status or HTTPStatus.OK, headers, media_type="application/json")

    async def _answered(self, kept: Kept | None, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer()
        await self._app(scope, receive, answer)
        if kept:
            await self._keep(kept, answer)
        await answer.pass_on(send)

    async def _keep(self, kept: Kept, answer: _Answer) -> None:
        replays = self._idempotency.replays
        try:
            if answer.status < HTTPStatus.BAD_REQUEST:
                await replays.finish(answered(kept, status=answer.status, answer=answer.body))
            elif answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                # Refused, so nothing was made: the same key may be tried again.
                await replays.forget(kept.replay_id)
            # Else nobody knows what was made: what is kept says so to the next request.
        except self._idempotency.away as error:
            _log.warning("answer not kept", reason=str(error))


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


# Any: ASGI's own messages.
def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    """A `receive` that gives the body that was read, then whatever comes."""
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> MutableMapping[str, Any]:
        return given.pop() if given else await receive()

    return again
