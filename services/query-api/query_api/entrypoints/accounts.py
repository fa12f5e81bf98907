"""The accounts whose figures the caller may read."""

from fastapi import APIRouter

from common.events import SAMPLE_WORKSPACE_ID, AccountV1
from query_api.domain.access import readable
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.schemas import AccountCard, AccountList

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])


@router.get(
    "", operation_id="list_accounts", summary="The accounts you may read", responses=problems.documented(401, 403, 503)
)
async def list_accounts(caller: Caller, services: Ports) -> AccountList:
    own = readable(caller, await services.accounts.of_workspace(caller.workspace_id))
    samples = await services.accounts.of_workspace(SAMPLE_WORKSPACE_ID)
    return AccountList(
        accounts=tuple(_card(account) for account in own), sample=next((_card(account) for account in samples), None)
    )


def _card(account: AccountV1) -> AccountCard:
    return AccountCard.model_validate(account, from_attributes=True)
