"""Idempotency-Key on every creating request of the public app."""

from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Scope

from auth_service.domain.errors import NotSignedIn, StoreUnavailable
from auth_service.entrypoints.problems import documented, refusal
from auth_service.use_cases.signing_in import SigningIn
from common.replays.kept import Sender
from common.replays.requests import Idempotency, Replays
from common.runtime.clock import Clock

_BEARER = "bearer "

RESPONSES = documented(409, 422)

IdempotencyOf = Callable[[Sequence[BaseRoute]], Idempotency]


def creating(routes: Sequence[BaseRoute]) -> Iterator[RouteContext]:
    """The routes that make something: those answer 201."""
    for route in iter_route_contexts(routes):
        if "POST" in (route.methods or ()) and getattr(route, "status_code", None) == HTTPStatus.CREATED:
            yield route


def idempotency_of(replays: Replays, signing_in: SigningIn, wall: Clock) -> IdempotencyOf:
    async def sender(_: Scope, headers: Headers) -> Sender | None:
        given = headers.get("authorization", "")
        if not given.lower().startswith(_BEARER):
            return Sender()
        try:
            person = await signing_in.person_of(given[len(_BEARER) :])
        except NotSignedIn:
            return None
        return Sender(workspace_id=str(person.workspace_id), subject=str(person.user_id))

    def of(routes: Sequence[BaseRoute]) -> Idempotency:
        def creates(scope: Scope) -> bool:
            posted = scope["method"] == "POST"
            return posted and any(route.path_regex.match(scope["path"]) for route in creating(routes))

        return Idempotency(
            replays=replays, creates=creates, sender=sender, refused=_refused, away=StoreUnavailable, wall=wall
        )

    return of


def _refused(error: Exception, _: Scope) -> ASGIApp:
    return refusal(error)
