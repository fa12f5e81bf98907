"""The accounts whose figures the caller may read."""

from fastapi import APIRouter

from query_api.domain.access import readable
from query_api.entrypoints import problems
from query_api.entrypoints.caller import Caller, Ports
from query_api.entrypoints.schemas import AccountCard, AccountList

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])


@router.get(
    "", operation_id="list_accounts", summary="The accounts you may read", responses=problems.documented(401, 403, 503)
)
async def list_accounts(caller: Caller, services: Ports) -> AccountList:
    accounts = readable(caller, await services.accounts.of_workspace(caller.workspace_id))
    return AccountList(
        accounts=tuple(AccountCard.model_validate(account, from_attributes=True) for account in accounts)
    )
