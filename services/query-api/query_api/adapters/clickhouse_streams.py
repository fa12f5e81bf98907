"""Whole answers of ClickHouse, of any size, as the bytes it writes, no faster than they are taken.

Not by the driver's own stream: it hides the head of the answer, where the tag of a failure is.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from clickhouse_connect.driver.binding import bind_query

from common.runtime.logs import logger
from query_api.adapters.cut_streams import TAG_HEADER, CutShort, rows_only
from query_api.adapters.question_sql import Query
from query_api.ports import TooMuch, Unavailable

Setting = str | int | float

# Too slow, too many rows or bytes, out of memory, too many rows in a result.
_TOO_MUCH = {"158", "159", "160", "241", "307", "396"}
_SECONDS_TO_CONNECT = 5.0
# ClickHouse ends a query at its own limit; a host that vanished is given up a little later.
_SECONDS_MORE = 10.0
# Larger reads cost more memory and were not faster.
_READ_BYTES = 65_536
_ERROR_BYTES = 16_384

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query, how ClickHouse is to write its answer, and under which settings."""

    query: Query
    form: str
    settings: Mapping[str, Setting]


class ClickHouseStreams:
    """One session for all, opened when first asked."""

    def __init__(self, *, url: str, database: str, seconds: float) -> None:
        self._url = url
        self._database = database
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=seconds + _SECONDS_MORE
        )
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def stream(self, asked: Asked) -> AsyncGenerator[bytes, None]:
        """Raises `Unavailable` or `TooMuch`, after the first piece too: then what was given is not all."""
        try:
            async with self._answer(asked) as answer:
                pieces = rows_only(answer.content.iter_any(), tag=answer.headers.get(TAG_HEADER))
                async for piece in pieces:
                    yield piece
        except CutShort as cut:
            raise _failure(_code(cut.said), cut.said) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _failure("", f"{type(error).__name__}: {error}") from error

    @asynccontextmanager
    async def _answer(self, asked: Asked) -> AsyncIterator[aiohttp.ClientResponse]:
        sql, bound = bind_query(asked.query.sql, dict(asked.query.parameters))
        # Values in the body: addresses have a limit.
        form = aiohttp.FormData({"query": sql, **bound}, default_to_multipart=True)
        request = self._opened().post(self._url, params=self._parameters(asked), data=form, read_bufsize=_READ_BYTES)
        async with request as answer:
            if answer.status != 200:
                said = (await answer.content.read(_ERROR_BYTES)).decode(errors="replace")
                raise _failure(answer.headers.get("X-ClickHouse-Exception-Code", ""), said)
            yield answer

    def _parameters(self, asked: Asked) -> dict[str, str]:
        settings = {name: str(value) for name, value in asked.settings.items()}
        return {"database": self._database, "default_format": asked.form, **settings}

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Without a limit on connections: who may export how much at once is decided before.
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, connector=aiohttp.TCPConnector(limit=0), auto_decompress=False
            )
        return self._session


def _code(said: str) -> str:
    """`Code: 241. DB::Exception: …`"""
    return said.removeprefix("Code: ").partition(".")[0]


def _failure(code: str, said: str) -> Unavailable | TooMuch:
    """What ClickHouse said is for the log, not for the client."""
    _log.warning("clickhouse refused or failed", code=code, error=said[:500])
    return TooMuch() if code in _TOO_MUCH else Unavailable("the warehouse")
