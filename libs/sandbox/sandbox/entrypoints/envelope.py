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
    request_id: str
    text: str

    def headers(self) -> dict[str, str]:
        return {"X-Tt-Logid": self.request_id}


def result(work: Callable[[], Json]) -> Result:
    """The answer to one request: what `work` returns, or the refusal it raises."""
    try:
        return Result(answers.OK, "OK", work())
    except ApiError as error:
        return Result(error.code, error.message, {})


def seal(told: Result, *, at: datetime) -> Envelope:
    # 14 digits of UTC time and 20 hexadecimal ones, as in TikTok's samples.
    request_id = at.strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()
    return Envelope(request_id, written(told, request_id))


def written(told: Result, request_id: str) -> str:
    whole = {"code": told.code, "message": told.message, "request_id": request_id, "data": told.data}
    return json.dumps(whole, ensure_ascii=False)


async def not_found(_: Request, __: Exception) -> Response:
    """What TikTok's gateway says to an unknown path, a missing trailing slash included."""
    return PlainTextResponse("404 page not found", 404)
