"""The results panel of a post over HTTP: every figure of it, its growth by day, its retention and traffic sources."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from common.catalog.coverage import Status
from query_api.domain.columns import Column
from query_api.domain.errors import NotFound
from query_api.domain.post_labels import PostRef
from query_api.domain.post_panel import columns, covered, curves, figures, grown, sources
from query_api.entrypoints import problems
from query_api.entrypoints.answer import column_answer
from query_api.entrypoints.calendar import CalendarPost, calendar_post
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.post_labels import PostId, readable_ids
from query_api.entrypoints.schemas import Cell, ColumnAnswer, Moment
from query_api.ports.calendar import PostResults
from query_api.use_cases.showing_calendar import ShowingCalendar, Shown

router = APIRouter(prefix="/v1/posts", tags=["calendar"])


class Table(BaseModel):
    columns: tuple[ColumnAnswer, ...]
    rows: list[list[Cell]] = Field(description="Cells in the order of `columns`; null where it is not known.")


class GrowthCoverage(BaseModel):
    """Growth of `metrics` on the days from `from` to before `to`."""

    model_config = ConfigDict(populate_by_name=True)

    metrics: tuple[str, ...]
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    status: Status


class Growth(Table):
    """What the post gained on each UTC day, of those there are."""

    coverage: tuple[GrowthCoverage, ...] = Field(description="Only what is not final.")


class PostPanel(BaseModel):
    post: CalendarPost
    as_of: Moment = Field(description="The newest observation of it.")
    figures: Table = Field(description="One row: to date.")
    growth: Growth
    retention: Table = Field(description="By the second of the video; no row where TikTok gave no curve.")
    traffic_sources: Table = Field(description="Shares of its views; no row where TikTok gave none.")


@router.get(
    "/{account_id}/{post_id}",
    operation_id="get_post",
    summary="Everything that is known of a post",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_post(account_id: UUID, post_id: Annotated[PostId, Path()], caller: Caller, services: Ports) -> PostPanel:
    if account_id not in await readable_ids(caller, services):
        raise NotFound("post")
    ref = PostRef(account_id, post_id)
    results = await services.shelf.results(caller.workspace_id, ref, now=services.clock.now())
    if results is None:
        raise NotFound("post")
    showing = ShowingCalendar(shelf=services.shelf, ports=services.labels)
    labels = await showing.labels_of(caller.workspace_id, ref)
    return _panel(results, Shown(card=results.card, labels=labels))


def _panel(results: PostResults, shown: Shown) -> PostPanel:
    return PostPanel(
        post=calendar_post(shown),
        as_of=results.as_of,
        figures=Table(columns=_answers(columns("", figures())), rows=[list(results.figures)]),
        growth=_growth(results),
        retention=Table(columns=_answers(columns("second", curves())), rows=list(map(list, results.curves))),
        traffic_sources=Table(
            columns=_answers(columns("traffic_source", sources())), rows=list(map(list, results.sources))
        ),
    )


def _growth(results: PostResults) -> Growth:
    told = (
        GrowthCoverage(metrics=one.metrics, start=one.start, end=one.end, status=one.status)
        for one in covered(results.statuses)
    )
    return Growth(columns=_answers(columns("day", grown())), rows=list(map(list, results.growth)), coverage=tuple(told))


def _answers(given: tuple[Column, ...]) -> tuple[ColumnAnswer, ...]:
    return tuple(map(column_answer, given))
