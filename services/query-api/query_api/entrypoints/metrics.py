"""What can be counted, and the workspace's own formulas over it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from common.catalog import catalog
from common.events import KeyScope
from query_api.domain.resolved_metrics import resolved
from query_api.entrypoints import problems
from query_api.entrypoints.asker import Asking
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.metric_schemas import (
    ChangedMetricBody,
    MetricBody,
    MetricCard,
    MetricList,
    PreviewAnswer,
    PreviewBody,
    custom_card,
    metric_card,
    preview_answer,
)
from query_api.use_cases.metrics import ManagingMetrics
from query_api.use_cases.previewing_metrics import PreviewingMetrics

router = APIRouter(prefix="/v1/metrics", tags=["metrics"])


def _managing(services: Ports) -> ManagingMetrics:
    return ManagingMetrics(books=services.metrics.books, users=services.metrics.users, wall=services.wall)


Managing = Annotated[ManagingMetrics, Depends(_managing)]


@router.get(
    "",
    operation_id="list_metrics",
    summary="The metrics there are, yours behind those that are always there",
    responses=problems.documented(401, 403, 503),
)
async def list_metrics(caller: Caller, managing: Managing) -> MetricList:
    book = await managing.books.of_workspace(caller.workspace_id)
    metrics = [*catalog().metrics.values(), *resolved(book).values()]
    uses = await managing.uses(caller.workspace_id, book)
    return MetricList(metrics=tuple(metric_card(metric, book, uses.get(metric.slug, ())) for metric in metrics))


@router.post(
    "",
    operation_id="create_metric",
    summary="Define a metric by a formula",
    status_code=201,
    responses=problems.documented(401, 403, 409, 422, 503),
)
async def create_metric(body: MetricBody, caller: Caller, managing: Managing) -> MetricCard:
    caller.require(KeyScope.MANAGE)
    made = await managing.define(caller.workspace_id, body.wanted(), by=caller.subject)
    return await _card(made.metric_id, caller.workspace_id, managing)


@router.post(
    "/preview",
    operation_id="preview_metric",
    summary="What a formula would give over the last 28 days, and what is wrong with it",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def preview_metric(body: PreviewBody, asking: Asking, _: Caller, services: Ports) -> PreviewAnswer:
    previewing = PreviewingMetrics(books=services.metrics.books, warehouse=services.warehouse)
    return preview_answer(await previewing.preview(body.sketch(), asker=asking))


@router.get(
    "/{metric_id}",
    operation_id="get_metric",
    summary="A metric of your own, and what uses it",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def get_metric(metric_id: UUID, caller: Caller, managing: Managing) -> MetricCard:
    return await _card(metric_id, caller.workspace_id, managing)


@router.put(
    "/{metric_id}",
    operation_id="change_metric",
    summary="Change a metric of your own; its version grows, and that of what is made of it",
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def change_metric(metric_id: UUID, body: ChangedMetricBody, caller: Caller, managing: Managing) -> MetricCard:
    caller.require(KeyScope.MANAGE)
    await managing.change(caller.workspace_id, metric_id, body.wanted(), seen=body.version, by=caller.subject)
    return await _card(metric_id, caller.workspace_id, managing)


@router.delete(
    "/{metric_id}",
    operation_id="delete_metric",
    summary="Delete a metric of your own",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def delete_metric(
    metric_id: UUID,
    caller: Caller,
    managing: Managing,
    force: Annotated[
        bool, Query(description="Although it is used: formulas then hold its formula in its place.")
    ] = False,
) -> None:
    caller.require(KeyScope.MANAGE)
    await managing.delete(caller.workspace_id, metric_id, force=force)


async def _card(metric_id: UUID, workspace_id: UUID, managing: ManagingMetrics) -> MetricCard:
    book = await managing.books.of_workspace(workspace_id)
    metric = book.metric(metric_id)
    uses = await managing.uses(workspace_id, book)
    return custom_card(metric, book, uses.get(metric.column, ()))
