"""A connection: one TikTok account in one workspace. Its account_id outlives a lost and a renewed consent."""

from collections.abc import Mapping
from datetime import datetime

from auth_service.domain.record import Id, Record
from common.events import AccountChange, AccountStatus, AccountV1, Timestamp


class Profile(Record):
    """What TikTok shows of an account; None where the consent does not cover it."""

    username: str | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    is_business_account: bool | None = None


class Connection(Record):
    """`grant_version`: the token version it was last connected with. Moments are of the domain clock."""

    account_id: Id
    workspace_id: Id
    channel: str
    app_id: str
    open_id: str
    status: AccountStatus
    lost_reason: str | None = None
    profile: Profile
    scopes: tuple[str, ...]
    grant_version: int
    connected_at: Timestamp
    changed_at: Timestamp
    revision: int

    def reconnected(
        self, *, profile: Profile, scopes: tuple[str, ...], grant_version: int, at: datetime
    ) -> "Connection":
        changes = {
            "status": AccountStatus.CONNECTED,
            "lost_reason": None,
            "profile": profile,
            "scopes": scopes,
            "grant_version": grant_version,
        }
        return self._changed(changes, at)

    def shown_as(self, profile: Profile, at: datetime) -> "Connection":
        """With what TikTok shows of it now."""
        return self._changed({"profile": profile}, at)

    def lost(self, reason: str, at: datetime) -> "Connection":
        return self._changed({"status": AccountStatus.LOST_ACCESS, "lost_reason": reason}, at)

    def loses_with(self, token_version: int) -> bool:
        """Whether a refusal of `token_version` ends it: not when it was connected anew since."""
        return self.status is AccountStatus.CONNECTED and self.grant_version <= token_version

    def _changed(self, changes: Mapping[str, object], at: datetime) -> "Connection":
        later = {**self.model_dump(), **changes, "changed_at": at, "revision": self.revision + 1}
        return Connection.model_validate(later)


def account_event(connection: Connection, change: AccountChange) -> AccountV1:
    return AccountV1(
        workspace_id=connection.workspace_id,
        account_id=connection.account_id,
        channel=connection.channel,
        change=change,
        status=connection.status,
        open_id=connection.open_id,
        username=connection.profile.username,
        display_name=connection.profile.display_name,
        avatar_url=connection.profile.avatar_url,
        is_business_account=connection.profile.is_business_account,
        scopes=connection.scopes,
        connected_at=connection.connected_at,
        changed_at=connection.changed_at,
        revision=connection.revision,
    )
