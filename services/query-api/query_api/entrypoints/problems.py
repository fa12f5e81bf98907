"""Every failure as application/problem+json (RFC 9457), in one table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from common.replays import kept
from common.replays.requests import HEADER
from common.runtime.logs import logger
from query_api.domain.errors import (
    BadInput,
    Conflict,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooOften,
    UnknownParameters,
)
from query_api.entrypoints.connection import ClientGone
from query_api.entrypoints.request_ids import request_id_of
from query_api.ports import Busy, TooMuch, Unavailable

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_SECONDS = 2
# nginx's number for a client that closed before the answer; it is only ever seen in the metrics.
_CLIENT_CLOSED = 499

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_log = logger(__name__)


class ParameterProblem(BaseModel):
    """One parameter that cannot be used."""

    parameter: str = Field(examples=["from"])
    problem: str = Field(examples=["2026-03-02 is not before to (2026-03-01)"])
    remedy: str = Field(examples=["the day in to is not part of the range: give an earlier from"])


class Problem(BaseModel):
    """RFC 9457. `errors` is there where parameters are at fault; `instance` where the request's id is a UUID."""

    type: str = Field(examples=["bad-input"])
    title: str = Field(examples=["A parameter cannot be used"])
    status: int = Field(examples=[422])
    detail: str
    errors: list[ParameterProblem] | None = None
    request_id: str | None = Field(None, description="The same as the header X-Request-Id.")
    instance: str | None = Field(None, examples=["urn:uuid:019c0000-0000-7000-8000-000000000000"])


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


def install(app: FastAPI) -> None:
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


def told(error: Exception, request: Request) -> Response:
    """The answer that says why; for what stands before the routes, too."""
    return _HANDLERS[type(error)](request, error)


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The `responses` of a route that may fail so, for its description."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in statuses
    }


_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def schemas() -> Mapping[str, object]:
    """What `documented` refers to, for the description's components."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**problem.pop("$defs"), "Problem": problem}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem, and the headers it is told with."""

    problem: Problem
    headers: Mapping[str, str] = field(default_factory=dict)


def _answer(refusal: Refusal, request_id: str | None) -> Response:
    named = refusal.problem.model_copy(update={"request_id": request_id, "instance": _instance(request_id)})
    return ProblemResponse(named.model_dump(exclude_none=True), named.status, headers=dict(refusal.headers))


def _instance(request_id: str | None) -> str | None:
    return f"urn:uuid:{request_id}" if request_id and _UUID.fullmatch(request_id) else None


def _bad_input(error: BadInput) -> Refusal:
    return _wrong_parameters([ParameterProblem(parameter=error.parameter, problem=error.problem, remedy=error.remedy)])


def _invalid(error: RequestValidationError) -> Refusal:
    rows = error.errors()
    # What there is no place for is told first: the rest may be about something else than was meant.
    if unknown := [_place(row["loc"]) for row in rows if row["type"] == "extra_forbidden"]:
        return _unknown(UnknownParameters(unknown, ()))
    remedy = "see /v1/openapi.json for what it may be"
    return _wrong_parameters(
        [ParameterProblem(parameter=_place(row["loc"]), problem=row["msg"], remedy=remedy) for row in rows]
    )


def _place(path: Sequence[str | int]) -> str:
    """Where in the request, such as `widgets.3.place.w`; `path` begins with the part of it."""
    names = path[1:]
    # A body that is no JSON at all has a position here instead of a name.
    return ".".join(map(str, names)) if names and isinstance(names[0], str) else "body"


def _unknown(error: UnknownParameters) -> Refusal:
    remedy = f"use {', '.join(error.known)}" if error.known else "leave it out; see /v1/openapi.json for what there is"
    wrong = [
        ParameterProblem(parameter=name[:80], problem="it is not known here", remedy=remedy) for name in error.names
    ]
    return _wrong_parameters(wrong, kind="unknown-parameter", title="A parameter is not known", status=400)


def _wrong_parameters(
    wrong: list[ParameterProblem],
    *,
    kind: str = "bad-input",
    title: str = "A parameter cannot be used",
    status: int = 422,
) -> Refusal:
    detail = ". ".join(f"{row.parameter}: {row.problem}; {row.remedy}" for row in wrong)
    return Refusal(Problem(type=kind, title=title, status=status, detail=detail, errors=wrong))


def _not_authenticated(error: NotAuthenticated) -> Refusal:
    problem = Problem(type="not-authenticated", title="You are not signed in", status=401, detail=str(error))
    return Refusal(problem, {"WWW-Authenticate": 'Bearer realm="toa", error="invalid_token"'})


def _not_allowed(error: NotAllowed) -> Refusal:
    problem = Problem(type="not-allowed", title="You may not do this", status=403, detail=str(error))
    return Refusal(
        problem, {"WWW-Authenticate": f'Bearer realm="toa", error="insufficient_scope", scope="{error.scope}"'}
    )


def _not_found(error: NotFound) -> Refusal:
    return Refusal(Problem(type="not-found", title="Not found", status=404, detail=str(error)))


def _conflict(error: Conflict) -> Refusal:
    return Refusal(Problem(type="conflict", title="This cannot be done as things are", status=409, detail=str(error)))


def _too_often(error: TooOften) -> Refusal:
    problem = Problem(type="too-often", title="You ask too often", status=429, detail=str(error))
    return Refusal(problem, {"Retry-After": str(error.seconds)})


def _unusable_key(error: kept.UnusableKey) -> Refusal:
    problem = ParameterProblem(parameter=HEADER, problem=str(error), remedy="send a fresh random text, such as a UUID")
    return _wrong_parameters([problem])


def _key_reused(error: kept.KeyReused) -> Refusal:
    title = "Idempotency-Key used for another request"
    return Refusal(Problem(type="idempotency-key-reused", title=title, status=422, detail=str(error)))


def _still_running(error: kept.StillRunning) -> Refusal:
    problem = Problem(type="busy", title="Already being done", status=409, detail=str(error))
    return Refusal(problem, {"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _outcome_unknown(error: kept.OutcomeUnknown) -> Refusal:
    title = "Nobody knows whether it was done"
    return Refusal(Problem(type="outcome-unknown", title=title, status=409, detail=str(error)))


def _unavailable(error: Unavailable) -> Refusal:
    problem = Problem(
        type="unavailable", title="Not available now", status=503, detail=f"{error}; try again in a moment"
    )
    return Refusal(problem, {"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _busy(_: Busy) -> Refusal:
    detail = "Your workspace has too many questions under way at once; try again in a moment"
    problem = Problem(type="busy", title="Too many questions at once", status=429, detail=detail)
    return Refusal(problem, {"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _too_much(_: TooMuch) -> Refusal:
    detail = "The request reads more than one request may; ask for a shorter range or fewer accounts"
    return Refusal(Problem(type="too-much", title="The request asks for too much", status=422, detail=detail))


def _http(error: HTTPException) -> Refusal:
    title = HTTPStatus(error.status_code).phrase
    problem = Problem(type="about:blank", title=title, status=error.status_code, detail=str(error.detail))
    return Refusal(problem, error.headers or {})


def _client_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLIENT_CLOSED)


def _unexpected(error: Exception) -> Refusal:
    _log.error("a request failed", exc_info=error)
    detail = "This is our fault. Try again; if it stays, tell us the request_id"
    return Refusal(Problem(type="about:blank", title="Internal Server Error", status=500, detail=detail))


Handler = Callable[[Request, Exception], Response]


def _handler(kind: type[Exception], told: Callable[..., Refusal]) -> Handler:
    def handle(request: Request, error: Exception) -> Response:
        if not isinstance(error, kind):
            raise error
        return _answer(told(error), request_id_of(request))

    return handle


_REFUSALS: Mapping[type[Exception], Callable[..., Refusal]] = {
    BadInput: _bad_input,
    UnknownParameters: _unknown,
    RequestValidationError: _invalid,
    NotAuthenticated: _not_authenticated,
    NotAllowed: _not_allowed,
    NotFound: _not_found,
    Conflict: _conflict,
    TooOften: _too_often,
    kept.UnusableKey: _unusable_key,
    kept.KeyReused: _key_reused,
    kept.StillRunning: _still_running,
    kept.OutcomeUnknown: _outcome_unknown,
    Unavailable: _unavailable,
    TooMuch: _too_much,
    Busy: _busy,
    HTTPException: _http,
    Exception: _unexpected,
}
_HANDLERS: Mapping[type[Exception], Handler] = {
    **{kind: _handler(kind, told) for kind, told in _REFUSALS.items()},
    ClientGone: _client_gone,
}
