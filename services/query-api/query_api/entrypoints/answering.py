"""The answer to a question over HTTP: JSON, or CSV for those who may take data away."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from common.events import KeyScope
from query_api.domain.access import Principal
from query_api.domain.answer_keys import answer_key
from query_api.domain.answers import Answer
from query_api.domain.asking import Asked, Format
from query_api.domain.comparing import comparisons
from query_api.domain.question import Question
from query_api.entrypoints import problems
from query_api.entrypoints.answer import answered_with
from query_api.entrypoints.connection import ClosingStream, while_connected
from query_api.entrypoints.keeping import kept
from query_api.entrypoints.shortcut import remember
from query_api.ports import Services
from query_api.use_cases.answering import Answering

_CSV = "text/csv; charset=utf-8; header=present"


def responses_of(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with figures, for its description."""
    return {
        200: {
            "description": "The figures; as CSV the same rows under a line of column names.",
            "model": model,
            "content": {
                "text/csv": {"schema": {"type": "string"}, "example": 'day,video_views\r\n"2026-02-01",1204\r\n'}
            },
        },
        304: {"description": "You have it: its tag is in If-None-Match."},
        **problems.documented(401, 403, 422, 429, 503),
    }


async def answered(
    question: Question, asked: Asked, *, name: str | None, request: Request, caller: Principal, services: Services
) -> Response:
    """`name` is the widget's."""
    if asked.format is Format.CSV:
        caller.require(KeyScope.EXPORT)
        return await _csv(name or "query", question, request=request, services=services)
    now = services.clock.now()
    compared = comparisons(asked.compare, question.days, preset=asked.preset)
    key = answer_key(question, name, compared, asked.explain, now=now)
    remember(request, caller, question, key, at=now)

    async def make() -> Answer:
        found = Answering(warehouse=services.warehouse).find(question, compared, explain=asked.explain, now=now)
        return answered_with(await found, name=name)

    return await kept(request, services.answers, key, make)


async def _csv(name: str, question: Question, *, request: Request, services: Services) -> Response:
    rows = services.warehouse.stream(question, "CSVWithNames")
    # A failure before the first byte can still be told; after it only the connection can be cut.
    first = await while_connected(request, _first(rows))
    last_day = question.days.end - timedelta(days=1)
    file = f"{name}_{question.days.start}_{last_day}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return ClosingStream(_behind(first, rows), media_type=_CSV, headers=headers)


async def _first(rows: AsyncIterator[bytes]) -> bytes:
    return await anext(rows, b"")


async def _behind(first: bytes, rows: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first
        async for piece in rows:
            yield piece
    finally:
        await rows.aclose()
