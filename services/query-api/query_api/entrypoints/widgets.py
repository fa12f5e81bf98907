"""The widgets over HTTP: the list of them, and the figures of one as JSON or CSV."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from common.catalog import Widget
from common.events import KeyScope
from query_api.domain.access import Principal, readable
from query_api.domain.columns import columns_of
from query_api.domain.served import served_widgets
from query_api.domain.widget_request import Format, WidgetRequest, answer_key, widget_of, widget_request
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer, widget_answer
from query_api.entrypoints.answering import answered, says_all
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.connection import ClosingStream, while_connected
from query_api.entrypoints.schemas import WidgetAnswer, WidgetCard, WidgetList, WidgetParameters
from query_api.ports import Services

router = APIRouter(prefix="/v1/widgets", tags=["widgets"])

_CSV = "text/csv; charset=utf-8; header=present"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The figures; as CSV the same rows under a line of column names.",
        "model": WidgetAnswer,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": 'day,video_views\r\n"2026-02-01",1204\r\n'}},
    },
    304: {"description": "You have it: its tag is in If-None-Match."},
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
    slug: str, parameters: Annotated[WidgetParameters, Query()], request: Request, caller: Caller, services: Ports
) -> Response:
    return await _answer(slug, parameters, request=request, caller=caller, services=services)


@router.post(
    "/{slug}",
    operation_id="query_widget",
    summary="The figures of a widget, with the parameters in a JSON body",
    response_class=Response,
    responses=_ANSWERS,
)
async def query_widget(
    slug: str, parameters: Annotated[WidgetParameters, Body()], request: Request, caller: Caller, services: Ports
) -> Response:
    return await _answer(slug, parameters, request=request, caller=caller, services=services)


async def _answer(
    slug: str, parameters: WidgetParameters, *, request: Request, caller: Principal, services: Services
) -> Response:
    asked = parameters.asked(accept=request.headers.get("accept", ""))
    if asked.format is Format.CSV:
        caller.require(KeyScope.EXPORT)
    widget = widget_of(slug)
    now = services.clock.now()
    wanted = widget_request(
        widget,
        asked,
        workspace_id=caller.workspace_id,
        readable=readable(caller, await services.accounts.of_workspace(caller.workspace_id)),
        today=now.date(),
    )
    if wanted.format is Format.CSV:
        return await _csv(wanted, request=request, services=services)
    make = partial(widget_answer, wanted, warehouse=services.warehouse, now=now)
    key = answer_key(wanted, now=now)
    says_all(request, caller, key, at=now)
    return await answered(request, services.answers, key, make)


async def _csv(wanted: WidgetRequest, *, request: Request, services: Services) -> Response:
    rows = services.warehouse.csv(wanted)
    # A failure before the first byte can still be told; after it only the connection can be cut.
    first = await while_connected(request, _first(rows))
    last_day = wanted.days.end - timedelta(days=1)
    name = f"{wanted.widget.slug}_{wanted.days.start}_{last_day}.csv"
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
        columns=tuple(column_answer(column) for column in columns_of(widget)),
    )
