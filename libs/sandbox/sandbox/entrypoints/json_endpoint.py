"""Endpoints that ask for no access token: parameters as JSON or in the query, the answer in the envelope."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.domain import answers, masking
from sandbox.domain.answers import ApiError
from sandbox.domain.wire import Json
from sandbox.entrypoints.answering import Answering, Question

Work = Callable[[Mapping[str, Json], int], Json]


def _of_nobody(_: Mapping[str, Json]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonEndpoint:
    path: str
    work: Work
    changes: bool
    """Whether a success changes what is kept."""
    method: Literal["GET", "POST"] = "POST"
    whose: Callable[[Mapping[str, Json]], str | None] = _of_nobody
    """The open_id of the account a request is about."""

    def route(self, answering: Answering) -> Route:
        async def answer(request: Request) -> Response:
            raw = await _json(request) if self.method == "POST" else dict(request.query_params)
            return answering.answer(self._question(raw), lambda now: self.work(_object(raw), now))

        return Route(self.path, answer, methods=[self.method])

    def _question(self, raw: object) -> Question:
        given = raw if isinstance(raw, dict) else {}
        return Question(path=self.path, open_id=self.whose(given), params=_texts(given), changes=self.changes)


async def _json(request: Request) -> object:
    try:
        body: object = await request.json()
    except ValueError:
        return None
    return body


def _texts(given: Mapping[str, Json]) -> dict[str, str]:
    """As in a query string, where what is no text is JSON."""
    return masking.masked_texts(
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    )


def _object(raw: object) -> Mapping[str, Json]:
    if not isinstance(raw, dict):
        raise ApiError(answers.PARAM_ERROR, "request body: must be a JSON object")
    return raw
