"""TikTok's Accounts API over httpx: exact paths, JSON in the query, the envelope's code before the HTTP status."""

import asyncio
import json
import math
from collections.abc import Mapping

import httpx

from common.runtime.clock import Clock
from ingestor.domain.answers import Answer, from_envelope, without_envelope
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.ports import Meter, Token

# In wall seconds. The whole answer is bounded too: a server that drips a byte a second never times out by read.
_CONNECT_SECONDS, _READ_SECONDS, _WHOLE_SECONDS = 5.0, 20.0, 60.0


def client(base_url: str) -> httpx.AsyncClient:
    """The client of this adapter; close it with `async with`."""
    return httpx.AsyncClient(
        base_url=base_url, timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS), follow_redirects=False
    )


class HttpTikTok:
    """Asks TikTok. `observed_at` is the domain clock when the whole answer was there."""

    def __init__(self, http: httpx.AsyncClient, *, clock: Clock, meter: Meter) -> None:
        self._http = http
        self._clock = clock
        self._meter = meter

    async def ask(self, ask: Ask, token: Token) -> Answer:
        path, params = _request(ask)
        answer = await self._answer(path, params, token)
        self._meter.requested(path, getattr(answer, "code", "0"))
        return answer

    async def _answer(self, path: str, params: Mapping[str, str], token: Token) -> Answer:
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                response = await self._http.get(path, params=params, headers={"Access-Token": token.value})
        except (httpx.TimeoutException, TimeoutError):
            return without_envelope(path=path, code="timeout", what="no answer in time")
        except httpx.HTTPError as error:
            return without_envelope(path=path, code="network", what=f"no answer ({type(error).__name__})")
        return self._read(response, path)

    def _read(self, response: httpx.Response, path: str) -> Answer:
        observed_at = self._clock.now()
        try:
            envelope = json.loads(response.content, parse_constant=str, parse_float=_number)
        except (ValueError, RecursionError):
            what = f"HTTP {response.status_code} with a body that is not JSON"
            code = "malformed" if response.is_success else f"http_{response.status_code}"
            return without_envelope(path=path, code=code, what=what)
        return from_envelope(envelope, http_status=response.status_code, path=path, observed_at=observed_at)


def _number(text: str) -> float | str:
    # 1e999 is a text that fits no field; as infinity it could not be written as JSON again.
    return number if math.isfinite(number := float(text)) else text


def _request(ask: Ask) -> tuple[str, dict[str, str]]:
    shared = {"business_id": ask.open_id, "fields": json.dumps(ask.field_set.fields)}
    match ask:
        case ProfileAsk():
            days = {"start_date": ask.start.isoformat(), "end_date": ask.end.isoformat()}
            return "/business/get/", {**shared, **days}
        case PageAsk():
            cursor = {} if ask.cursor is None else {"cursor": str(ask.cursor)}
            return "/business/video/list/", {**shared, **cursor, "max_count": str(ask.max_count)}
