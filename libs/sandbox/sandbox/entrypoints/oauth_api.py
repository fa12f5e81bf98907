"""The token endpoints under /open_api/v1.3/tt_user/: JSON in, envelope out."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.runtime.clock import Clock
from sandbox.domain import answers, timeline
from sandbox.domain.answers import ApiError
from sandbox.domain.authorization import Authorizer
from sandbox.domain.wire import Json
from sandbox.entrypoints import envelope

PREFIX = "/open_api/v1.3/tt_user"

Work = Callable[[Mapping[str, Json], int], Json]


def routes(authorizer: Authorizer, clock: Clock) -> list[Route]:
    works: dict[str, Work] = {
        "/oauth2/token/": lambda body, now: authorizer.exchange(body, now=now),
        "/oauth2/refresh_token/": lambda body, now: authorizer.refresh(body, now=now),
        "/oauth2/revoke/": lambda body, now: authorizer.revoke(body, now=now),
        "/token_info/get/": lambda body, now: authorizer.token_info(body, now=now),
    }
    return [Route(PREFIX + path, _endpoint(work, clock), methods=["POST"]) for path, work in works.items()]


def _endpoint(work: Work, clock: Clock) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        raw = await _json(request)
        at = clock.now()
        return envelope.envelop(lambda: work(_object(raw), timeline.moment_of(at)), at=at).response()

    return answer


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
