"""Every failure as application/problem+json (RFC 9457), in one table."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from common.runtime.logs import logger
from query_api.domain.errors import BadInput, Conflict, NotAllowed, NotAuthenticated, NotFound
from query_api.entrypoints.connection import ClientGone
from query_api.ports import Busy, TooMuch, Unavailable

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_SECONDS = 2
# nginx's number for a client that closed before the answer; it is only ever seen in the metrics.
_CLIENT_CLOSED = 499

_log = logger(__name__)


class ParameterProblem(BaseModel):
    """One parameter that cannot be used."""

    parameter: str = Field(examples=["from"])
    problem: str = Field(examples=["2026-03-02 is not before to (2026-03-01)"])
    remedy: str = Field(examples=["the day in to is not part of the range: give an earlier from"])


class Problem(BaseModel):
    """RFC 9457. `errors` is there where parameters are at fault."""

    type: str = Field(examples=["bad-input"])
    title: str = Field(examples=["A parameter cannot be used"])
    status: int = Field(examples=[422])
    detail: str
    errors: list[ParameterProblem] | None = None


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


def install(app: FastAPI) -> None:
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


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


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return ProblemResponse(problem.model_dump(exclude_none=True), problem.status, headers=dict(headers or {}))


def _bad_input(error: BadInput) -> Response:
    return _wrong_parameters([ParameterProblem(parameter=error.parameter, problem=error.problem, remedy=error.remedy)])


def _invalid(error: RequestValidationError) -> Response:
    return _wrong_parameters(
        [
            ParameterProblem(
                # A body that is no JSON at all has a position here instead of a name.
                parameter=str(row["loc"][-1]) if isinstance(row["loc"][-1], str) else "body",
                problem=row["msg"],
                remedy="see /v1/openapi.json for what it may be",
            )
            for row in error.errors()
        ]
    )


def _wrong_parameters(wrong: list[ParameterProblem]) -> Response:
    detail = ". ".join(f"{row.parameter}: {row.problem}; {row.remedy}" for row in wrong)
    return _answer(
        Problem(type="bad-input", title="A parameter cannot be used", status=422, detail=detail, errors=wrong)
    )


def _not_authenticated(error: NotAuthenticated) -> Response:
    problem = Problem(type="not-authenticated", title="You are not signed in", status=401, detail=str(error))
    return _answer(problem, {"WWW-Authenticate": 'Bearer realm="toa", error="invalid_token"'})


def _not_allowed(error: NotAllowed) -> Response:
    problem = Problem(type="not-allowed", title="You may not do this", status=403, detail=str(error))
    return _answer(
        problem, {"WWW-Authenticate": f'Bearer realm="toa", error="insufficient_scope", scope="{error.scope}"'}
    )


def _not_found(error: NotFound) -> Response:
    return _answer(Problem(type="not-found", title="Not found", status=404, detail=str(error)))


def _conflict(error: Conflict) -> Response:
    return _answer(Problem(type="conflict", title="This cannot be done as things are", status=409, detail=str(error)))


def _unavailable(error: Unavailable) -> Response:
    problem = Problem(
        type="unavailable", title="Not available now", status=503, detail=f"{error}; try again in a moment"
    )
    return _answer(problem, {"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _busy(_: Busy) -> Response:
    detail = "Your workspace has too many questions under way at once; try again in a moment"
    problem = Problem(type="busy", title="Too many questions at once", status=429, detail=detail)
    return _answer(problem, {"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _too_much(_: TooMuch) -> Response:
    detail = "The request reads more than one request may; ask for a shorter range or fewer accounts"
    return _answer(Problem(type="too-much", title="The request asks for too much", status=422, detail=detail))


def _http(error: HTTPException) -> Response:
    title = HTTPStatus(error.status_code).phrase
    problem = Problem(type="about:blank", title=title, status=error.status_code, detail=str(error.detail))
    return _answer(problem, error.headers)


def _client_gone(_: ClientGone) -> Response:
    return Response(status_code=_CLIENT_CLOSED)


def _unexpected(error: Exception) -> Response:
    _log.error("a request failed", exc_info=error)
    detail = "This is our fault. Try again; if it stays, tell us the time and the request"
    return _answer(Problem(type="about:blank", title="Internal Server Error", status=500, detail=detail))


Handler = Callable[[Request, Exception], Response]


def _handler(kind: type[Exception], answer: Callable[..., Response]) -> Handler:
    def handle(_: Request, error: Exception) -> Response:
        if not isinstance(error, kind):
            raise error
        return answer(error)

    return handle


_ANSWERS: Mapping[type[Exception], Callable[..., Response]] = {
    BadInput: _bad_input,
    RequestValidationError: _invalid,
    NotAuthenticated: _not_authenticated,
    NotAllowed: _not_allowed,
    NotFound: _not_found,
    Conflict: _conflict,
    Unavailable: _unavailable,
    TooMuch: _too_much,
    Busy: _busy,
    HTTPException: _http,
    ClientGone: _client_gone,
    Exception: _unexpected,
}
_HANDLERS = {kind: _handler(kind, answer) for kind, answer in _ANSWERS.items()}
