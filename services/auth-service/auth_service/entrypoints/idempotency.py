"""Idempotency-Key on every creating request of an app: the second one gets the answer of the first."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_service.domain.errors import AuthError, NotSignedIn, StoreUnavailable
from auth_service.domain.idempotency import LONGEST_KEY, Kept, answered, running
from auth_service.entrypoints.problems import documented, refusal
from auth_service.ports import Replays
from auth_service.use_cases.signing_in import SigningIn
from common.runtime.clock import Clock
from common.runtime.logs import logger

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_BEARER = "bearer "

_log = logger(__name__)

# What OpenAPI says of each creating operation.
PARAMETER: Mapping[str, object] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "description": "A fresh random text for each thing to be made. Sent again within 24 hours with the same body it "
    f"gets the first answer again, with `{REPLAYED}: true`; with another body it is refused.",
}
RESPONSES = documented(409, 422)


def creating(routes: Sequence[BaseRoute]) -> Iterator[RouteContext]:
    """The routes that make something: those answer 201."""
    for route in iter_route_contexts(routes):
        if "POST" in (route.methods or ()) and getattr(route, "status_code", None) == HTTPStatus.CREATED:
            yield route


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Who sends counts: the same key of two people, or in two workspaces, is two keys."""

    replays: Replays
    signing_in: SigningIn
    wall: Clock

    async def sender(self, headers: Headers) -> str | None:
        """None when the routes will refuse whoever asks."""
        given = headers.get("authorization", "")
        if not given.lower().startswith(_BEARER):
            return ""
        try:
            person = await self.signing_in.person_of(given[len(_BEARER) :])
        except NotSignedIn:
            return None
        return f"{person.workspace_id}/{person.user_id}"


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

    def __init__(self, app: ASGIApp, *, idempotency: Idempotency, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._idempotency = idempotency
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        key = headers.get(HEADER)
        if key is None or not self._creates(scope):
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        try:
            kept = await self._kept(scope, headers, key, body)
            present = await self._idempotency.replays.begin(kept) if kept else None
            if kept and present:
                await _replay(present, kept, self._idempotency.wall)(scope, receive, send)
                return
        except AuthError as error:
            await refusal(error)(scope, receive, send)
            return
        await self._answered(kept, scope, _again(body, receive), send)

    async def _kept(self, scope: Scope, headers: Headers, key: str, body: bytes) -> Kept | None:
        sender = await self._idempotency.sender(headers)
        if sender is None:
            return None
        return running(sender=sender, route=str(scope["path"]), key=key, body=body, at=self._idempotency.wall.now())

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
        except StoreUnavailable as error:
            _log.warning("answer not kept", reason=str(error))

    def _creates(self, scope: Scope) -> bool:
        posted = scope["method"] == "POST"
        return posted and any(route.path_regex.match(scope["path"]) for route in creating(self._routes))


def _replay(present: Kept, again: Kept, wall: Clock) -> Response:
    present.require_same(again.body_sha256)
    present.require_answered(wall.now())
    headers = {REPLAYED: "true", "Cache-Control": "no-store"}
    return Response(present.answer, present.status or 200, headers=headers, media_type="application/json")


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    """A `receive` that gives the body that was read, then whatever comes."""
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> MutableMapping[str, Any]:
        return given.pop() if given else await receive()

    return again
