"""What a share link opens: one dashboard and the figures of its widgets, for whoever has the link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from query_api.domain.access import readable
from query_api.domain.dashboard import DashboardWidget, Filters
from query_api.domain.dashboard_asking import parameters_of
from query_api.domain.errors import BadInput, NotFound, TooOften
from query_api.domain.sample import workspace_asked
from query_api.entrypoints import problems
from query_api.entrypoints.asker import asker_of
from query_api.entrypoints.caller import Ports
from query_api.entrypoints.dashboard_parts import AnnotationsOf, DashboardsOf, SharingOf
from query_api.entrypoints.dashboard_shapes import AnnotationAnswer, WidgetProblem, annotation_answer, problems_of
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.schemas import AccountCard, WidgetAnswer
from query_api.entrypoints.widgets import answer_widget
from query_api.use_cases.sharing import Opened

router = APIRouter(prefix="/v1/shared/{token}", tags=["shared"])

# What is seen with a link stays with the one who looks, and where the link leads is told to nobody.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class SharedAnswer(BaseModel):
    """The dashboard, of the accounts that the link's maker could and can read."""

    name: str
    description: str
    filters: Filters
    widgets: tuple[DashboardWidget, ...]
    problems: tuple[WidgetProblem, ...]
    annotations: tuple[AnnotationAnswer, ...]
    accounts: tuple[AccountCard, ...] = Field(description="Those it is about.")


async def opened(
    token: Annotated[str, Path(max_length=200)], response: Response, sharing: SharingOf, services: Ports
) -> Opened:
    response.headers.update(_HEADERS)
    link, _, _ = token.partition("-")
    if seconds := services.dashboards.link_limits.wait(link):
        raise TooOften(f"This link is used very often; wait {seconds} seconds", seconds=seconds)
    return await sharing.open(token)


OpenedLink = Annotated[Opened, Depends(opened)]


@router.get(
    "",
    operation_id="get_shared_dashboard",
    summary="The dashboard that a link opens",
    responses=problems.documented(404, 422, 429, 503),
)
async def shared_dashboard(
    link: OpenedLink, dashboards: DashboardsOf, annotations: AnnotationsOf, services: Ports
) -> SharedAnswer:
    reader, dashboard = link.reader, link.dashboard
    noted = await annotations.on_dashboard(reader, dashboard, today=services.clock.now().date())
    about = dashboard.filters.accounts
    workspace_id = workspace_asked(None if about is None else [str(one) for one in about], reader.workspace_id)
    accounts = readable(reader, await services.accounts.of_workspace(workspace_id))
    return SharedAnswer(
        name=dashboard.name,
        description=dashboard.description,
        filters=dashboard.filters,
        widgets=dashboard.widgets,
        problems=problems_of(dashboard, await dashboards.words(reader)),
        annotations=tuple(map(annotation_answer, noted)),
        accounts=tuple(
            AccountCard.model_validate(account, from_attributes=True)
            for account in accounts
            if about is None or account.account_id in about
        ),
    )


@router.get(
    "/widgets/{widget_id}",
    operation_id="get_shared_widget",
    summary="The figures of one of its widgets, asked as the dashboard asks",
    response_class=Response,
    responses={
        200: {"description": "As GET /v1/widgets/{slug} answers.", "model": WidgetAnswer},
        **problems.documented(404, 422, 429, 503),
    },
)
async def shared_widget(
    widget_id: UUID,
    link: OpenedLink,
    request: Request,
    services: Ports,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
) -> Response:
    widget = link.dashboard.widget(widget_id)
    if widget is None:
        raise NotFound("widget")
    if widget.widget is None:
        raise BadInput("widget_id", "a question of one's own is not shown by a link", "ask for a widget of the catalog")
    asked = {**parameters_of(link.dashboard, widget, cursor=cursor), "format": "json"}
    asker = await asker_of(link.reader, services)
    answer = await answer_widget(
        widget.widget, _parameters(asked), request=request, asker=asker, caller=link.reader, services=services
    )
    answer.headers.update(_HEADERS)
    return answer


def _parameters(asked: dict[str, object]) -> FigureParameters:
    try:
        return FigureParameters.model_validate(asked)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = ".".join(map(str, wrong["loc"]))
        raise BadInput(name, wrong["msg"], "it stands in the dashboard; whoever shared it can change it") from None
