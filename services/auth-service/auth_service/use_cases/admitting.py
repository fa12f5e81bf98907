"""Who may finish connecting: rules of this deployment that are asked before a consent is kept."""

from auth_service.domain.errors import BusinessRequired
from auth_service.domain.pending import Pending


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
