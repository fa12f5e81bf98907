"""Dashboards over HTTP: listed, made, read, changed and deleted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from common.events import KeyScope
from query_api.domain.access import Principal
from query_api.domain.dashboard import Dashboard
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.dashboard_parts import AnnotationsOf, DashboardsOf, TemplatesOf
from query_api.entrypoints.dashboard_shapes import (
    Copying,
    Creation,
    DashboardAnswer,
    DashboardList,
    Renaming,
    Replacement,
    dashboard_answer,
    dashboard_card,
)
from query_api.ports import Services
from query_api.use_cases.annotations import Annotations
from query_api.use_cases.dashboards import Dashboards

router = APIRouter(prefix="/v1/dashboards", tags=["dashboards"])

_READING, _MAKING = problems.documented(401, 403, 404, 422, 503), problems.documented(401, 403, 404, 409, 422, 503)

NewestVersion = Annotated[
    int, Query(ge=1, le=2**53, description="The version that was read; another one is newer by now: 409.")
]


@router.get(
    "",
    operation_id="list_dashboards",
    summary="The dashboards of the workspace; one that never had any has the TikTok dashboard",
    responses=problems.documented(401, 403, 503),
)
async def list_dashboards(caller: Caller, dashboards: DashboardsOf) -> DashboardList:
    return DashboardList(dashboards=tuple(map(dashboard_card, await dashboards.list(caller))))


@router.post(
    "",
    operation_id="create_dashboard",
    summary="Make a dashboard: blank, from a template, or from the content of another",
    status_code=201,
    responses=_MAKING,
)
async def create_dashboard(
    given: Creation,
    caller: Caller,
    dashboards: DashboardsOf,
    templates: TemplatesOf,
    annotations: AnnotationsOf,
    services: Ports,
) -> DashboardAnswer:
    caller.require(KeyScope.MANAGE)
    if given.template is not None:
        made = await templates.use(caller, given.template, name=given.name)
    else:
        made = await dashboards.create(caller, given.given(given.name or ""))
    return await shown(made, caller, dashboards, annotations, services)


@router.get("/{dashboard_id}", operation_id="get_dashboard", summary="A dashboard", responses=_READING)
async def get_dashboard(
    dashboard_id: UUID, caller: Caller, dashboards: DashboardsOf, annotations: AnnotationsOf, services: Ports
) -> DashboardAnswer:
    return await shown(await dashboards.get(caller, dashboard_id), caller, dashboards, annotations, services)


@router.put(
    "/{dashboard_id}", operation_id="replace_dashboard", summary="All of a dashboard's content anew", responses=_MAKING
)
async def replace_dashboard(
    dashboard_id: UUID,
    given: Replacement,
    caller: Caller,
    dashboards: DashboardsOf,
    annotations: AnnotationsOf,
    services: Ports,
) -> DashboardAnswer:
    caller.require(KeyScope.MANAGE)
    changed = await dashboards.replace(caller, dashboard_id, given.given(), version=given.version)
    return await shown(changed, caller, dashboards, annotations, services)


@router.patch(
    "/{dashboard_id}", operation_id="rename_dashboard", summary="Another name or description", responses=_MAKING
)
async def rename_dashboard(
    dashboard_id: UUID,
    given: Renaming,
    caller: Caller,
    dashboards: DashboardsOf,
    annotations: AnnotationsOf,
    services: Ports,
) -> DashboardAnswer:
    caller.require(KeyScope.MANAGE)
    changed = await dashboards.rename(
        caller, dashboard_id, name=given.name, description=given.description, version=given.version
    )
    return await shown(changed, caller, dashboards, annotations, services)


@router.delete(
    "/{dashboard_id}",
    operation_id="delete_dashboard",
    summary="Delete a dashboard; its links end",
    status_code=204,
    responses=_MAKING,
)
async def delete_dashboard(
    dashboard_id: UUID, version: NewestVersion, caller: Caller, dashboards: DashboardsOf
) -> None:
    caller.require(KeyScope.MANAGE)
    await dashboards.remove(caller, dashboard_id, version=version)


@router.post(
    "/{dashboard_id}/duplicate",
    operation_id="duplicate_dashboard",
    summary="A dashboard like this one",
    status_code=201,
    responses=_MAKING,
)
async def duplicate_dashboard(
    dashboard_id: UUID,
    given: Copying,
    caller: Caller,
    dashboards: DashboardsOf,
    annotations: AnnotationsOf,
    services: Ports,
) -> DashboardAnswer:
    caller.require(KeyScope.MANAGE)
    made = await dashboards.duplicate(caller, dashboard_id, name=given.name)
    return await shown(made, caller, dashboards, annotations, services)


async def shown(
    dashboard: Dashboard, caller: Principal, dashboards: Dashboards, annotations: Annotations, services: Services
) -> DashboardAnswer:
    today = services.clock.now().date()
    noted = await annotations.on_dashboard(caller, dashboard, today=today)
    return dashboard_answer(dashboard, noted, await dashboards.words(caller))
