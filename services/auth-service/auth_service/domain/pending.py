"""A consent that was given at TikTok but not yet confirmed here: shown to the person, kept or given back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from auth_service.domain.connect_state import Asker
from auth_service.domain.connection import Profile
from auth_service.domain.grant import Tokens
from auth_service.domain.record import Id, Record
from common.events import Timestamp

PENDING_LIFE = timedelta(minutes=10)
# A request that holds one longer than this has died.
HOLD_LIFE = timedelta(seconds=60)
# How long giving a consent back is tried while TikTok does not answer.
RELEASE_TRIED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AskingMember:
    """Answers for the consents that they asked for in this workspace."""

    user_id: UUID
    workspace_id: UUID

    def may_answer(self, pending: "Pending") -> bool:
        return pending.asker.is_member(self.user_id, self.workspace_id)


@dataclass(frozen=True, slots=True)
class LinkedOwner:
    """An account's owner: answers for the consents that were asked for through a link in this browser."""

    browser_sha256: str

    def may_answer(self, pending: "Pending") -> bool:
        return pending.asker.link_id is not None and pending.asker.is_browser(self.browser_sha256)


Answerer = AskingMember | LinkedOwner
"""Whom a consent waits for."""


class Pending(Record):
    """`exchanged_at` is of the domain clock; `expires_at` and `held_until` (by a request at work) are wall time.

    `profile` is None until it was read.
    """

    pending_id: Id
    asker: Asker
    app_id: str
    open_id: str
    tokens: Tokens
    profile: Profile | None = None
    exchanged_at: Timestamp
    expires_at: Timestamp
    held_until: Timestamp

    @property
    def workspace_id(self) -> UUID:
        return self.asker.workspace_id

    @property
    def channel(self) -> str:
        return self.asker.channel

    def is_live(self, at: datetime) -> bool:
        return at < self.expires_at and self.profile is not None

    def is_given_up(self, at: datetime) -> bool:
        return at >= self.expires_at + RELEASE_TRIED_FOR
