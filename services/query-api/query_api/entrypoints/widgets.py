"""The widgets over HTTP: the list of them, and the figures of one as JSON or CSV."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response
from pydantic import Field

from common.catalog import Widget, catalog
from query_api.domain.access import Principal
from query_api.domain.asking import Asker, Wanted, question_of, wanted_of, widget_of
from query_api.domain.columns import columns_of
from query_api.domain.querying import wanted_of_widget
from query_api.domain.served import served_widgets
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer
from query_api.entrypoints.answering import answered, responses_of
from query_api.entrypoints.asker import Asking, asked_about, metrics_known
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.parameters import FigureParameters, split
from query_api.entrypoints.schemas import WidgetAnswer, WidgetCard, WidgetList
from query_api.ports import Services

router = APIRouter(prefix="/v1/widgets", tags=["widgets"])


class WidgetParameters(FigureParameters):
    metrics: list[str] | None = Field(
        None,
        description="Of a widget with `any_metric` the metrics it shows, in this order, the workspace's own too. "
        "Several are separated by commas in a query. Default: the widget's.",
        examples=[["video_views", "engagement"]],
    )


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
    parameters: Annotated[WidgetParameters, Query()],
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
    parameters: Annotated[WidgetParameters, Body()],
    request: Request,
    asking: Asking,
    caller: Caller,
    services: Ports,
) -> Response:
    return await answer_widget(slug, parameters, request=request, asker=asking, caller=caller, services=services)


async def answer_widget(
    slug: str, parameters: WidgetParameters, *, request: Request, asker: Asker, caller: Principal, services: Services
) -> Response:
    asked = parameters.asked(accept=request.headers.get("accept", ""))
    about = await asked_about(asker, asked.accounts, caller, services)
    question = question_of(await _wanted(widget_of(slug), parameters, caller, services), asked, about)
    return await answered(question, asked, name=slug, request=request, caller=caller, services=services)


async def _wanted(widget: Widget, parameters: WidgetParameters, caller: Principal, services: Services) -> Wanted:
    chosen = split(parameters.metrics)
    if chosen is None:
        return wanted_of(widget, parameters.attribution)
    known = await metrics_known(chosen, caller, services)
    return wanted_of_widget(widget, parameters.attribution, chosen, known=known)


def _card(widget: Widget) -> WidgetCard:
    return WidgetCard(
        slug=widget.slug,
        name=widget.name,
        shows=widget.shows,
        attribution=widget.attribution,
        sort=widget.sort,
        any_metric=widget.any_metric,
        columns=tuple(column_answer(column) for column in columns_of(catalog().columns(widget))),
    )
