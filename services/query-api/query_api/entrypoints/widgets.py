"""The widgets over HTTP: the list of them, and the figures of one as JSON or CSV."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from common.catalog import Widget
from common.events import KeyScope
from query_api.domain.access import Principal, readable
from query_api.domain.columns import columns_of
from query_api.domain.export_forms import FILE_FORMS
from query_api.domain.exportable import Exportable
from query_api.domain.served import served_widgets
from query_api.domain.widget_request import widget_of, widget_request
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer, widget_answer
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.connection import while_connected
from query_api.entrypoints.exported import exported
from query_api.entrypoints.schemas import WidgetAnswer, WidgetCard, WidgetList, WidgetParameters
from query_api.ports import Services

router = APIRouter(prefix="/v1/widgets", tags=["widgets"])

_ANSWERS = {
    200: {
        "description": "The figures; as a file all rows. A file is whole only if its transfer ended well.",
        "model": WidgetAnswer,
        "content": {form.media_type.partition(";")[0]: {"schema": {"type": "string"}} for form in FILE_FORMS.values()},
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
    if asked.format.is_file:
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
    if wanted.format.is_file:
        exportable = Exportable(question=wanted)
        return await exported(exportable, with_manifest=parameters.manifest, request=request, services=services)
    work = widget_answer(wanted, warehouse=services.warehouse, now=now)
    return Response(await while_connected(request, work), media_type="application/json")


def _card(widget: Widget) -> WidgetCard:
    return WidgetCard(
        slug=widget.slug,
        name=widget.name,
        shows=widget.shows,
        attribution=widget.attribution,
        sort=widget.sort,
        columns=tuple(column_answer(column) for column in columns_of(widget)),
    )
