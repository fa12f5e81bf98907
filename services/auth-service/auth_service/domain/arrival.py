"""Which account came back from TikTok: the guard against connecting the wrong one."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from auth_service.domain.connection import Connection
from common.events import AccountStatus


class Arrival(StrEnum):
    NEW = "new"
    """The workspace does not have it."""
    RETURNED = "returned"
    """The one to be connected anew, or one whose access had ended."""
    AGAIN = "again"
    """It is connected, and nobody asked to connect it anew."""
    UNEXPECTED = "unexpected"
    """Another one than was to be connected anew."""


_OTHER_LOGIN = (
    "Each account is its own TikTok login: to bring another one, log out of TikTok or use a private window, "
    "then start again."
)
ADVICE: Mapping[Arrival, str] = {
    Arrival.AGAIN: f"This account is connected already; keeping it renews its access. {_OTHER_LOGIN}",
    Arrival.UNEXPECTED: f"This is not the account you wanted to connect anew. {_OTHER_LOGIN}",
}


def arrival(present: Connection | None, wanted: UUID | None) -> Arrival:
    """`present`: the workspace's connection of the account that came; `wanted`: the one to be connected anew."""
    if wanted is not None:
        return Arrival.RETURNED if present and present.account_id == wanted else Arrival.UNEXPECTED
    if present is None:
        return Arrival.NEW
    return Arrival.AGAIN if present.status is AccountStatus.CONNECTED else Arrival.RETURNED
