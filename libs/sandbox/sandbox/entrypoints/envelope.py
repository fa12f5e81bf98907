"""TikTok's envelope {code, message, request_id, data}; application errors ride on HTTP 200 (fact sheet A1)."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.domain import answers
from sandbox.domain.answers import ApiError
from sandbox.domain.wire import Json


@dataclass(frozen=True, slots=True)
class Envelope:
    code: int
    request_id: str
    text: str

    def response(self) -> Response:
        return Response(self.text, media_type="application/json", headers={"X-Tt-Logid": self.request_id})


def envelop(work: Callable[[], Json], *, at: datetime) -> Envelope:
    """The answer to one request: what `work` returns, or the refusal it raises."""
    try:
        return _sealed(answers.OK, "OK", at=at, data=work())
    except ApiError as error:
        return _sealed(error.code, error.message, at=at, data={})


async def not_found(_: Request, __: Exception) -> Response:
    """What TikTok's gateway says to an unknown path, a missing trailing slash included."""
    return PlainTextResponse("404 page not found", 404)


def _sealed(code: int, message: str, *, at: datetime, data: Json) -> Envelope:
    # 14 digits of UTC time and 20 hexadecimal ones, as in TikTok's samples.
    request_id = at.strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()
    whole = {"code": code, "message": message, "request_id": request_id, "data": data}
    return Envelope(code, request_id, json.dumps(whole, ensure_ascii=False))
