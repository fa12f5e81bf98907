"""TikTok's Accounts API over httpx: exact paths, JSON in the query, the envelope's code before the HTTP status."""

import asyncio
import json
from collections.abc import Mapping

import httpx
from pydantic_core import from_json

from common.runtime.clock import Clock
from ingestor.domain.answers import Answer, from_envelope, without_envelope
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.ports import Meter, Token

# In wall seconds. The whole answer is bounded too: a server that drips a byte a second never times out by read.
_CONNECT_SECONDS, _READ_SECONDS, _WHOLE_SECONDS = 5.0, 20.0, 60.0
# A page with every text at its longest has about 2 MB.
_LARGEST_BODY = 64 * 1024 * 1024
# Python refuses to read longer ones, which are no numbers of anything.
_MOST_DIGITS = 4_000


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
                status, body = await self._body(path, params, token)
        except (httpx.TimeoutException, TimeoutError):
            return without_envelope(path=path, code="timeout", what="no answer in time")
        except httpx.HTTPError as error:
            return without_envelope(path=path, code="network", what=f"no answer ({type(error).__name__})")
        if len(body) > _LARGEST_BODY:
            return without_envelope(path=path, code="too_large", what=f"more than {_LARGEST_BODY} bytes")
        return self._read(status, body, path)

    async def _body(self, path: str, params: Mapping[str, str], token: Token) -> tuple[int, bytes]:
        """The HTTP status and the body; of one that is too large only so much that it shows."""
        body = bytearray()
        async with self._http.stream("GET", path, params=params, headers={"Access-Token": token.value}) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_BODY:
                    break
        return response.status_code, bytes(body)

    def _read(self, status: int, body: bytes, path: str) -> Answer:
        observed_at = self._clock.now()
        try:
            envelope = _parsed(body)
        except (ValueError, RecursionError):
            what = f"HTTP {status} with a body that is not JSON"
            code = "malformed" if httpx.codes.is_success(status) else f"http_{status}"
            return without_envelope(path=path, code=code, what=what)
        return from_envelope(envelope, http_status=status, path=path, observed_at=observed_at)


def _parsed(body: bytes) -> object:
    """The JSON in `body`. A text that is not UTF-8 or a number too long spoils its value only."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        text = body.decode(errors="surrogateescape")
        return json.loads(text, parse_constant=str, parse_int=_integer)


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_DIGITS else text


def _request(ask: Ask) -> tuple[str, dict[str, str]]:
    shared = {"business_id": ask.open_id, "fields": json.dumps(ask.field_set.fields)}
    match ask:
        case ProfileAsk():
            days = {"start_date": ask.start.isoformat(), "end_date": ask.end.isoformat()}
            return "/business/get/", {**shared, **days}
        case PageAsk():
            cursor = {} if ask.cursor is None else {"cursor": str(ask.cursor)}
            return "/business/video/list/", {**shared, **cursor, "max_count": str(ask.max_count)}
