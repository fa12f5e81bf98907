"""The widgets over HTTP: the list of them, and the figures of one as JSON or CSV."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from common.catalog import Widget, catalog
from query_api.domain.access import Principal
from query_api.domain.asking import Asker, question_of, wanted_of, widget_of
from query_api.domain.columns import columns_of
from query_api.domain.served import served_widgets
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer
from query_api.entrypoints.answering import answered, responses_of
from query_api.entrypoints.asker import Asking, asked_about
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.schemas import WidgetAnswer, WidgetCard, WidgetList
from query_api.ports import Services

router = APIRouter(prefix="/v1/widgets", tags=["widgets"])


@router.get("", operation_id="list_widgets", summary="The widgets there are", responses=problems.documented(401, 503))
async def list_widgets(_: Caller) -> WidgetList:
    return WidgetList(widgets=tuple(_card(widget) for widget in served_widgets().values()))


@router.get(
    "/{slug}",
    operation_id="get_widget",
    summary="The figures of a widget",
    response_class=Response,
    responses=responses_of(WidgetAnswer),
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
    responses=responses_of(WidgetAnswer),
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
    about = await asked_about(asker, asked.accounts, caller, services)
    question = question_of(wanted_of(widget_of(slug), asked.attribution), asked, about)
    return await answered(question, asked, name=slug, request=request, caller=caller, services=services)


def _card(widget: Widget) -> WidgetCard:
    return WidgetCard(
        slug=widget.slug,
        name=widget.name,
        shows=widget.shows,
        attribution=widget.attribution,
        sort=widget.sort,
        columns=tuple(column_answer(column) for column in columns_of(catalog().columns(widget))),
    )
