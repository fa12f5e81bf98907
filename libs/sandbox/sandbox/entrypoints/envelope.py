"""TikTok's envelope {code, message, request_id, data}; application errors ride on HTTP 200 (fact sheet A1)."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.domain import answers
from sandbox.domain.answers import ApiError, Result
from sandbox.domain.wire import Json


@dataclass(frozen=True, slots=True)
class Envelope:
    code: int
    request_id: str
    text: str

    def headers(self) -> dict[str, str]:
        return {"X-Tt-Logid": self.request_id}

    def response(self) -> Response:
        return Response(self.text, media_type="application/json", headers=self.headers())


def envelop(work: Callable[[], Json], *, at: datetime) -> Envelope:
    """The answer to one request: what `work` returns, or the refusal it raises."""
    return seal(result(work), at=at)


def result(work: Callable[[], Json]) -> Result:
    try:
        return Result(answers.OK, "OK", work())
    except ApiError as error:
        return Result(error.code, error.message, {})


def seal(told: Result, *, at: datetime) -> Envelope:
    # 14 digits of UTC time and 20 hexadecimal ones, as in TikTok's samples.
    request_id = at.strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()
    whole = {"code": told.code, "message": told.message, "request_id": request_id, "data": told.data}
    return Envelope(told.code, request_id, json.dumps(whole, ensure_ascii=False))


async def not_found(_: Request, __: Exception) -> Response:
    """What TikTok's gateway says to an unknown path, a missing trailing slash included."""
    return PlainTextResponse("404 page not found", 404)
