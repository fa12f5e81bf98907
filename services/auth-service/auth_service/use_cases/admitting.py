"""Who may finish connecting: rules of this deployment that are asked before a consent is kept."""

from dataclasses import dataclass

from auth_service.domain.errors import BusinessRequired
from auth_service.domain.pending import Pending
from auth_service.ports_sign_in import AllowList


@dataclass(frozen=True, slots=True)
class Allowed:
    """Refuses whom the deployment's early access does not let connect."""

    allow_list: AllowList

    async def require(self, pending: Pending) -> None:
        handle = pending.profile.username if pending.profile else None
        await self.allow_list.require(open_id=pending.open_id, handle=handle)


class BusinessOnly:
    """Refuses personal accounts, and those whose owner does not let us see what kind they are."""

    async def require(self, pending: Pending) -> None:
        is_business = pending.profile.is_business_account if pending.profile else None
        if is_business:
            return
        if is_business is None:
            raise BusinessRequired(
                "Only Business accounts can be connected here, and the permission user.account.type, which tells "
                "them, was not granted. Start again and leave it ticked."
            )
        raise BusinessRequired(
            "Only Business accounts can be connected here, and this is a personal one. Switch it in the TikTok app "
            "(Settings and privacy, Account, Switch to Business Account), then start again."
        )
