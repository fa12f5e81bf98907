"""A free question over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic import Field

from query_api.domain.access import Principal
from query_api.domain.asking import Asked, Asker, question_of
from query_api.domain.querying import narrowed, wanted_of_query
from query_api.entrypoints.answering import answered, responses_of
from query_api.entrypoints.asker import Asking, asked_about, metrics_known
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.parameters import FigureParameters
from query_api.entrypoints.schemas import Answer
from query_api.ports import Services

router = APIRouter(prefix="/v1/query", tags=["query"])


class QueryParameters(FigureParameters):
    """Metrics by dimensions, of the accounts and posts that the filters leave."""

    metrics: list[str] = Field(
        description="Slugs, in the order of the columns; the workspace's own are `custom_…`, as GET /v1/metrics tells.",
        examples=[["video_views", "engagement"]],
    )
    dimensions: list[str] = Field([], description="Slugs; none is one row of figures.", examples=[["week"]])
    filters: dict[str, list[str]] | None = Field(
        None,
        description="By dimension the values to keep: `account_id`, `channel`, `label`, `plan`, `format`, `post_id`, "
        "`hashtag`. The same as the parameters of their own.",
        examples=[{"format": ["video"]}],
    )

    def asked(self, *, accept: str = "") -> Asked:
        return narrowed(super().asked(accept=accept), self.filters or {})


@router.post(
    "",
    operation_id="query",
    summary="Any metrics by any dimensions that go together",
    response_class=Response,
    responses=responses_of(Answer),
)
async def query(
    parameters: Annotated[QueryParameters, Body()], request: Request, asking: Asking, caller: Caller, services: Ports
) -> Response:
    return await answer_query(parameters, request=request, asker=asking, caller=caller, services=services)


async def answer_query(
    parameters: QueryParameters, *, request: Request, asker: Asker, caller: Principal, services: Services
) -> Response:
    asked = parameters.asked(accept=request.headers.get("accept", ""))
    known = await metrics_known(parameters.metrics, caller, services)
    wanted = wanted_of_query(parameters.metrics, parameters.dimensions, known=known)
    question = question_of(wanted, asked, await asked_about(asker, asked.accounts, caller, services))
    return await answered(question, asked, name=None, request=request, caller=caller, services=services)
