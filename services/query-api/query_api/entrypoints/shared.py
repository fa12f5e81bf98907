"""What a share link opens: one dashboard and the figures of its widgets, for whoever has the link."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from common.catalog import Unit, catalog
from common.events import LabelKind
from query_api.domain.access import readable
from query_api.domain.dashboard import DashboardWidget, Filters
from query_api.domain.dashboard_asking import parameters_of
from query_api.domain.dashboard_words import labels_used, metrics_used, tells_labels
from query_api.domain.errors import BadInput, NotFound, TooOften
from query_api.domain.sample import workspace_asked
from query_api.entrypoints import problems
from query_api.entrypoints.asker import asker_of
from query_api.entrypoints.caller import Ports
from query_api.entrypoints.dashboard_parts import AnnotationsOf, DashboardsOf, SharingOf
from query_api.entrypoints.dashboard_shapes import AnnotationAnswer, WidgetProblem, annotation_answer, problems_of
from query_api.entrypoints.labels import keeping
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.query import QueryParameters, answer_query
from query_api.entrypoints.schemas import AccountCard, Answer, WidgetAnswer
from query_api.entrypoints.widgets import WidgetParameters, answer_widget
from query_api.ports import Services
from query_api.use_cases.sharing import Opened

router = APIRouter(prefix="/v1/shared/{token}", tags=["shared"])

# What is seen with a link stays with the one who looks, and where the link leads is told to nobody.
Form = TypeVar("Form", bound=FigureParameters)
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class SharedLabel(BaseModel):
    label_id: UUID
    kind: LabelKind
    name: str
    colour: str | None


class SharedMetric(BaseModel):
    slug: str
    name: str
    unit: Unit


class SharedAnswer(BaseModel):
    """The dashboard, of the accounts that the link's maker could and can read."""

    name: str
    description: str
    filters: Filters
    widgets: tuple[DashboardWidget, ...]
    problems: tuple[WidgetProblem, ...]
    annotations: tuple[AnnotationAnswer, ...]
    accounts: tuple[AccountCard, ...] = Field(description="Those it is about.")
    labels: tuple[SharedLabel, ...] = Field(description="Labels and plans that its filters or its rows may name.")
    metrics: tuple[SharedMetric, ...] = Field(description="The workspace's own metrics that its widgets show.")


async def opened(
    token: Annotated[str, Path(max_length=200)],
    request: Request,
    response: Response,
    sharing: SharingOf,
    services: Ports,
) -> Opened:
    response.headers.update(_HEADERS)
    link, _, _ = token.partition("-")
    allowance = services.dashboards.link_limits.take(link)
    # For the headers of the answer, whatever becomes of it.
    request.state.allowance = allowance
    if not allowance.granted:
        seconds = allowance.retry_seconds
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
    words = await dashboards.words(reader)
    return SharedAnswer(
        name=dashboard.name,
        description=dashboard.description,
        filters=dashboard.filters,
        widgets=dashboard.widgets,
        problems=problems_of(dashboard, words),
        annotations=tuple(map(annotation_answer, noted)),
        accounts=tuple(
            AccountCard.model_validate(account, from_attributes=True)
            for account in accounts
            if about is None or account.account_id in about
        ),
        labels=await _labels(link, services),
        metrics=tuple(
            SharedMetric(slug=slug, name=words.metrics[slug].name, unit=words.metrics[slug].unit)
            for slug in metrics_used(dashboard.widgets)
            if slug in words.metrics and slug not in catalog().metrics
        ),
    )


async def _labels(link: Opened, services: Services) -> tuple[SharedLabel, ...]:
    """No more of them than the link's figures tell anyway."""
    named, told = labels_used(link.dashboard.all_filters), tells_labels(link.dashboard.widgets)
    if not named and not told:
        return ()
    return tuple(
        SharedLabel.model_validate(one.label, from_attributes=True)
        for one in await keeping(services).all(link.reader, None)
        if one.label.label_id in named or (told and one.posts)
    )


@router.get(
    "/widgets/{widget_id}",
    operation_id="get_shared_widget",
    summary="The figures of one of its widgets, asked as the dashboard asks",
    response_class=Response,
    responses={
        200: {
            "description": "As GET /v1/widgets/{slug} answers, or POST /v1/query.",
            "model": WidgetAnswer | Answer,
        },
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
    asked = {**parameters_of(link.dashboard, widget, cursor=cursor), "format": "json"}
    asker = await asker_of(link.reader, services)
    if widget.widget is None:
        query = _parameters(QueryParameters, asked)
        answer = await answer_query(query, request=request, asker=asker, caller=link.reader, services=services)
    else:
        parameters = _parameters(WidgetParameters, asked)
        answer = await answer_widget(
            widget.widget, parameters, request=request, asker=asker, caller=link.reader, services=services
        )
    answer.headers.update(_HEADERS)
    return answer


def _parameters(form: type[Form], asked: dict[str, object]) -> Form:
    try:
        return form.model_validate(asked)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = ".".join(map(str, wrong["loc"]))
        raise BadInput(name, wrong["msg"], "it stands in the dashboard; whoever shared it can change it") from None
