"""Endpoints that ask for no access token: parameters as JSON or in the query, the answer in the envelope."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import answers, timeline
from sandbox.domain.answers import ApiError
from sandbox.domain.wire import Json
from sandbox.entrypoints import envelope

Work = Callable[[Mapping[str, Json], int], Json]
Read = Callable[[Request], Awaitable[object]]


def post(path: str, work: Work, clock: Clock) -> Route:
    return Route(path, _endpoint(work, clock, _json), methods=["POST"])


def get(path: str, work: Work, clock: Clock) -> Route:
    return Route(path, _endpoint(work, clock, _query), methods=["GET"])


def _endpoint(work: Work, clock: Clock, read: Read) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        raw = await read(request)
        at = clock.now()
        return envelope.envelop(lambda: work(_object(raw), timeline.moment_of(at)), at=at).response()

    return answer


async def _query(request: Request) -> object:
    return dict(request.query_params)


async def _json(request: Request) -> object:
    try:
        body: object = await request.json()
    except ValueError:
        return None
    return body


def _object(raw: object) -> Mapping[str, Json]:
    if not isinstance(raw, dict):
        raise ApiError(answers.PARAM_ERROR, "request body: must be a JSON object")
    return raw
