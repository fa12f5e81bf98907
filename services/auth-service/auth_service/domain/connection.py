"""A connection: one TikTok account in one workspace. Its account_id outlives a lost and a renewed consent."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from auth_service.domain.errors import Busy
from auth_service.domain.identity import Person
from auth_service.domain.record import Id, Record
from common.events import AccountChange, AccountStatus, AccountV1, Timestamp


class Profile(Record):
    """What TikTok shows of an account; None where the consent does not cover it."""

    username: str | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    is_business_account: bool | None = None


class Duty(StrEnum):
    """What is still to be done for a change: written with it, so that a crash between the two forgets nothing."""

    TELL_LOSS = "tell_loss"
    TELL_PERSONAL = "tell_personal"
    LET_GO = "let_go"


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
    duties: tuple[Duty, ...] = ()
    erasing: bool = False

    def reconnected(
        self, *, profile: Profile, scopes: tuple[str, ...], grant_version: int, at: datetime
    ) -> "Connection":
        if self.erasing:
            raise Busy("This account is being erased; connect it again when that is done.")
        changes = {
            "status": AccountStatus.CONNECTED,
            "lost_reason": None,
            "duties": (),
            "profile": profile,
            "scopes": scopes,
            "grant_version": grant_version,
        }
        return self._changed(changes, at)

    def shown_as(self, profile: Profile, at: datetime) -> "Connection":
        """With what TikTok shows of it now. That it is a Business account no more is told."""
        was, now = self.profile.is_business_account, profile.is_business_account
        others = tuple(duty for duty in self.duties if duty is not Duty.TELL_PERSONAL)
        told = (Duty.TELL_PERSONAL,) if was and now is False else ()
        return self._changed({"profile": profile, "duties": (*others, *told)}, at)

    def lost(self, reason: str, at: datetime) -> "Connection":
        changes = {"status": AccountStatus.LOST_ACCESS, "lost_reason": reason, "duties": (Duty.TELL_LOSS,)}
        return self._changed(changes, at)

    def loses_with(self, token_version: int) -> bool:
        """Whether a refusal of `token_version` ends it: not when it was connected anew since."""
        return self.status is AccountStatus.CONNECTED and self.grant_version <= token_version

    @property
    def holds_grant(self) -> bool:
        """Whether it still needs the consent at TikTok; a lost one may be connected again."""
        return self.status in (AccountStatus.CONNECTED, AccountStatus.LOST_ACCESS)

    def is_seen_by(self, person: Person) -> bool:
        """An erased one is seen by nobody."""
        theirs = self.workspace_id == person.workspace_id and person.may_see(self.account_id)
        return theirs and self.status is not AccountStatus.ERASED

    def disconnected(self, at: datetime, *, erasing: bool = False) -> "Connection":
        """Its id and history stay. The consent is let go by whoever does its duties."""
        changes = {"status": AccountStatus.DISCONNECTED, "lost_reason": None, "duties": (Duty.LET_GO,)}
        return self._changed({**changes, "erasing": erasing}, at)

    def erased(self, at: datetime) -> "Connection":
        """Only its ids are left, so that nobody takes the account for one that was never there."""
        changes = {
            "status": AccountStatus.ERASED,
            "lost_reason": None,
            "duties": (),
            "open_id": f"erased/{self.account_id}",
            "profile": Profile(),
            "scopes": (),
        }
        return self._changed(changes, at)

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
        open_id=None if connection.status is AccountStatus.ERASED else connection.open_id,
        username=connection.profile.username,
        display_name=connection.profile.display_name,
        avatar_url=connection.profile.avatar_url,
        is_business_account=connection.profile.is_business_account,
        scopes=connection.scopes,
        connected_at=connection.connected_at,
        changed_at=connection.changed_at,
        revision=connection.revision,
    )
