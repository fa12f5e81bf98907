"""A connected account, its full state at each change. Consumers keep the highest revision."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from common.events.envelope import AccountEvent, Timestamp
from common.events.topics import ACCOUNTS, Topic


class AccountChange(StrEnum):
    CONNECTED = "connected"
    RECONNECTED = "reconnected"
    CHANGED = "changed"
    AUTHORIZATION_LOST = "authorization-lost"
    DISCONNECTED = "disconnected"
    ERASED = "erased"


class AccountStatus(StrEnum):
    CONNECTED = "connected"
    LOST_ACCESS = "lost_access"
    DISCONNECTED = "disconnected"
    ERASED = "erased"


class AccountV1(AccountEvent):
    """One TikTok account in one workspace. An erased one keeps no personal data; a token is never in it."""

    topic: ClassVar[Topic] = ACCOUNTS

    channel: str = "tiktok"
    change: AccountChange
    status: AccountStatus
    open_id: str | None = None
    username: str | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    is_business_account: bool | None = None
    scopes: tuple[str, ...] = ()
    connected_at: Timestamp | None = None
    changed_at: Timestamp
    revision: int

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.account_id), str(self.revision))

    @property
    def time(self) -> datetime:
        return self.changed_at
