"""A dashboard's share links over HTTP: made, listed and taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter

from common.events import KeyScope
from query_api.domain.share import Share
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.dashboard_parts import SharingOf
from query_api.entrypoints.dashboard_shapes import MadeShareAnswer, ShareAnswer, ShareList, ShareRequest

router = APIRouter(prefix="/v1/dashboards/{dashboard_id}/shares", tags=["dashboards"])

# The page that shows what is shared.
PAGE = "/shared"


@router.get(
    "",
    operation_id="list_shares",
    summary="The dashboard's links, ended ones for 30 days too",
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def list_shares(dashboard_id: UUID, caller: Caller, sharing: SharingOf, services: Ports) -> ShareList:
    caller.require(KeyScope.MANAGE)
    now = services.wall.now()
    return ShareList(shares=tuple(_answer(share, now) for share in await sharing.list(caller, dashboard_id)))


@router.post(
    "",
    operation_id="create_share",
    summary="A link with which anybody reads this dashboard, until it expires or is taken back",
    description="It shows the accounts that you may read now, and never one that you may no longer read.",
    status_code=201,
    responses=problems.documented(401, 403, 404, 409, 422, 503),
)
async def create_share(
    dashboard_id: UUID, given: ShareRequest, caller: Caller, sharing: SharingOf, services: Ports
) -> MadeShareAnswer:
    caller.require(KeyScope.MANAGE)
    life = timedelta(days=given.expires_in_days)
    made = await sharing.create(caller, dashboard_id, life=life, note=given.note)
    token = str(made.token)
    shown = _answer(made.share, services.wall.now()).model_dump()
    return MadeShareAnswer(**shown, token=token, url=f"{services.dashboards.public_url.rstrip('/')}{PAGE}#{token}")


@router.delete(
    "/{share_id}",
    operation_id="revoke_share",
    summary="Take a link back; it opens nothing from then on",
    status_code=204,
    responses=problems.documented(401, 403, 404, 422, 503),
)
async def revoke_share(dashboard_id: UUID, share_id: UUID, caller: Caller, sharing: SharingOf) -> None:
    caller.require(KeyScope.MANAGE)
    await sharing.revoke(caller, dashboard_id, share_id)


def _answer(share: Share, now: datetime) -> ShareAnswer:
    return ShareAnswer.model_validate(
        {**share.model_dump(include=set(ShareAnswer.model_fields)), "is_open": share.is_open(now)}
    )
