"""The use cases of dashboards, as routes get them."""

from typing import Annotated

from fastapi import Depends

from query_api.entrypoints.caller import Ports
from query_api.use_cases.annotations import Annotations
from query_api.use_cases.dashboard_templates import DashboardTemplates
from query_api.use_cases.dashboards import Dashboards
from query_api.use_cases.sharing import Sharing


async def _dashboards(services: Ports) -> Dashboards:
    ports = services.dashboards
    return Dashboards(
        store=ports.dashboards,
        annotations=ports.annotations,
        accounts=services.accounts,
        vocabulary=ports.vocabulary,
        randomness=ports.randomness,
        wall=services.wall,
    )


DashboardsOf = Annotated[Dashboards, Depends(_dashboards)]


async def _templates(services: Ports, dashboards: DashboardsOf) -> DashboardTemplates:
    ports = services.dashboards
    return DashboardTemplates(
        store=ports.templates, dashboards=dashboards, randomness=ports.randomness, wall=services.wall
    )


async def _sharing(services: Ports, dashboards: DashboardsOf) -> Sharing:
    ports = services.dashboards
    return Sharing(
        store=ports.shares,
        dashboards=dashboards,
        access=services.access,
        randomness=ports.randomness,
        wall=services.wall,
    )


async def _annotations(services: Ports, dashboards: DashboardsOf) -> Annotations:
    ports = services.dashboards
    return Annotations(store=ports.annotations, dashboards=dashboards, randomness=ports.randomness, wall=services.wall)


TemplatesOf = Annotated[DashboardTemplates, Depends(_templates)]
SharingOf = Annotated[Sharing, Depends(_sharing)]
AnnotationsOf = Annotated[Annotations, Depends(_annotations)]
