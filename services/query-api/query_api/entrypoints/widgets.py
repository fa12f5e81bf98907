"""The widgets over HTTP: the list of them, and the figures of one as JSON or CSV."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from common.catalog import Widget, catalog
from common.events import KeyScope
from query_api.domain.access import Principal
from query_api.domain.answer_keys import answer_key
from query_api.domain.asking import Asker, Format, question_of, wanted_of, widget_of
from query_api.domain.columns import columns_of
from query_api.domain.question import Question
from query_api.domain.served import served_widgets
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer, figures_answer
from query_api.entrypoints.answering import answered
from query_api.entrypoints.asker import Asking
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.connection import ClosingStream, while_connected
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.schemas import WidgetAnswer, WidgetCard, WidgetList
from query_api.ports import Services

router = APIRouter(prefix="/v1/widgets", tags=["widgets"])

_CSV = "text/csv; charset=utf-8; header=present"
_ANSWERS = {
    200: {
        "description": "The figures; as CSV the same rows under a line of column names.",
        "model": WidgetAnswer,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": 'day,video_views\r\n"2026-02-01",1204\r\n'}},
    },
    **problems.documented(401, 403, 422, 503),
}


@router.get("", operation_id="list_widgets", summary="The widgets there are", responses=problems.documented(401, 503))
async def list_widgets(_: Caller) -> WidgetList:
    return WidgetList(widgets=tuple(_card(widget) for widget in served_widgets().values()))


@router.get(
    "/{slug}",
    operation_id="get_widget",
    summary="The figures of a widget",
    response_class=Response,
    responses=_ANSWERS,
)
async def get_widget(
    slug: str,
    parameters: Annotated[FigureParameters, Query()],
    request: Request,
    asking: Asking,
    caller: Caller,
    services: Ports,
) -> Response:
    return await answer_widget(slug, parameters, request=request, asker=asking, caller=caller, services=services)


@router.post(
    "/{slug}",
    operation_id="query_widget",
    summary="The figures of a widget, with the parameters in a JSON body",
    response_class=Response,
    responses=_ANSWERS,
)
async def query_widget(
    slug: str,
    parameters: Annotated[FigureParameters, Body()],
    request: Request,
    asking: Asking,
    caller: Caller,
    services: Ports,
) -> Response:
    return await answer_widget(slug, parameters, request=request, asker=asking, caller=caller, services=services)


async def answer_widget(
    slug: str, parameters: FigureParameters, *, request: Request, asker: Asker, caller: Principal, services: Services
) -> Response:
    asked = parameters.asked(accept=request.headers.get("accept", ""))
    if asked.format is Format.CSV:
        caller.require(KeyScope.EXPORT)
    question = question_of(wanted_of(widget_of(slug), asked.attribution), asked, asker)
    if asked.format is Format.CSV:
        return await _csv(slug, question, request=request, services=services)
    make = partial(figures_answer, question, name=slug, warehouse=services.warehouse, now=asker.now)
    return await answered(request, services.answers, answer_key(question, slug, now=asker.now), make)


async def _csv(slug: str, question: Question, *, request: Request, services: Services) -> Response:
    rows = services.warehouse.stream(question, "CSVWithNames")
    # A failure before the first byte can still be told; after it only the connection can be cut.
    first = await while_connected(request, _first(rows))
    last_day = question.days.end - timedelta(days=1)
    name = f"{slug}_{question.days.start}_{last_day}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
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


def _card(widget: Widget) -> WidgetCard:
    return WidgetCard(
        slug=widget.slug,
        name=widget.name,
        shows=widget.shows,
        attribution=widget.attribution,
        sort=widget.sort,
        columns=tuple(column_answer(column) for column in columns_of(catalog().columns(widget))),
    )
