"""The context of a question: whose accounts, which time zone and week, and what time it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Depends

from common.catalog import Metric, catalog
from query_api.domain.access import Principal, readable
from query_api.domain.asking import Asker
from query_api.domain.custom_metrics import PREFIX
from query_api.domain.sample import workspace_asked
from query_api.domain.weeks import first_day
from query_api.entrypoints.caller import Caller, Ports
from query_api.ports import Services


async def asker_of(caller: Caller, services: Ports) -> Asker:
    workspace = services.access.workspace(caller.workspace_id)
    return Asker(
        workspace_id=caller.workspace_id,
        readable=readable(caller, await services.accounts.of_workspace(caller.workspace_id)),
        timezone=workspace.timezone if workspace else "UTC",
        week_start=first_day(workspace.week_start) if workspace else 1,
        now=services.clock.now(),
    )


async def asked_about(asker: Asker, accounts: Sequence[str] | None, caller: Principal, services: Services) -> Asker:
    """The asker where it is about the workspace's own accounts, else one who looks at the Sample Account."""
    workspace_id = workspace_asked(accounts, caller.workspace_id)
    if workspace_id == asker.workspace_id:
        return asker
    return replace(
        asker,
        workspace_id=workspace_id,
        readable=readable(caller, await services.accounts.of_workspace(workspace_id)),
    )


async def metrics_known(slugs: Sequence[str], caller: Principal, services: Services) -> Mapping[str, Metric]:
    """By slug what the caller can name: the catalog's metrics and, where one is asked for, the workspace's own."""
    if not any(slug.startswith(PREFIX) for slug in slugs):
        return catalog().metrics
    return {**catalog().metrics, **await services.metrics.custom.metrics_of(caller.workspace_id)}


Asking = Annotated[Asker, Depends(asker_of)]
