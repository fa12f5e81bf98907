"""A notice: what a person is told, in the app and by mail, once for each thing that happened."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from auth_service.domain.record import Id, Record
from common.events import Timestamp


class NoticeKind(StrEnum):
    """Each has a template of its own."""

    LOST_ACCESS = "lost_access"
    CONSENT_ENDS = "consent_ends"
    BECAME_PERSONAL = "became_personal"
    LINK_CONNECTED = "link_connected"
    LINK_DECLINED = "link_declined"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a kind of mail, no secret
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    EARLY_ACCESS_REQUESTED = "early_access_requested"
    EARLY_ACCESS_APPROVED = "early_access_approved"
    EARLY_ACCESS_DENIED = "early_access_denied"
    EARLY_ACCESS_REVOKED = "early_access_revoked"
    ERASURE_DONE = "erasure_done"


# Where in the app a notice leads when it has no link of its own.
PLACES: Mapping[NoticeKind, str] = {
    NoticeKind.LOST_ACCESS: "/connections",
    NoticeKind.CONSENT_ENDS: "/connections",
    NoticeKind.BECAME_PERSONAL: "/connections",
    NoticeKind.LINK_CONNECTED: "/connections",
    NoticeKind.LINK_DECLINED: "/connections",
    NoticeKind.PASSWORD_CHANGED: "/security",
    NoticeKind.SECOND_FACTOR_CHANGED: "/security",
    NoticeKind.EARLY_ACCESS_REQUESTED: "/operator/early-access",
    NoticeKind.EARLY_ACCESS_APPROVED: "/connections",
    NoticeKind.EARLY_ACCESS_DENIED: "/early-access",
    NoticeKind.EARLY_ACCESS_REVOKED: "/early-access",
    NoticeKind.ERASURE_DONE: "/workspace/erasures",
}

# A mail server may be away for long: with the pauses below this is a day of tries.
MOST_TRIES = 100
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)
# Longer than a mail server may take for one mail; whoever holds a notice longer has died.
SENDING_LIFE = timedelta(minutes=2)
# A notice is no archive: it holds an address.
KEPT = timedelta(days=180)
# Of whatever clock the teller has: the first try is never waited for.
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Notice(Record):
    """To a user, in the app and by mail, or to an address alone, by mail. `values` fill the template.

    `link` may carry a secret: it is kept sealed and only until the mail has left; no mail leaves after `good_until`.
    `next_try_at` (wall clock) is None once the mail was sent, or will never be, for the reason `unmailable`.
    """

    notice_id: str
    kind: NoticeKind
    email: str
    user_id: Id | None = None
    workspace_id: Id | None = None
    values: Mapping[str, str] = {}
    link: str | None = None
    good_until: Timestamp | None = None
    created_at: Timestamp
    next_try_at: Timestamp | None = _AT_ONCE
    tries: int = 0
    mailed_at: Timestamp | None = None
    unmailable: str | None = None
    read_at: Timestamp | None = None

    def until(self, moment: datetime) -> "Notice":
        """It, as one whose link is good until `moment` only."""
        return self.model_copy(update={"good_until": moment})

    def useless_at(self, at: datetime) -> bool:
        return self.good_until is not None and at >= self.good_until

    def next_pause(self) -> timedelta | None:
        """How long to wait after the try that failed; None when it was the last."""
        if self.tries >= MOST_TRIES:
            return None
        # Beyond this many doublings it is the longest anyway.
        return min(FIRST_PAUSE * (1 << min(self.tries - 1, 10)), LONGEST_PAUSE)


def new_notice(
    kind: NoticeKind,
    *,
    about: str,
    email: str,
    at: datetime,
    user_id: UUID | None = None,
    workspace_id: UUID | None = None,
    values: Mapping[str, str] | None = None,
    link: str | None = None,
) -> Notice:
    """The notice that tells `email` of `about`, which names what happened: telling it again is the same notice."""
    named = "\x1f".join((kind, about, email))
    return Notice(
        notice_id=hashlib.sha256(named.encode()).hexdigest()[:32],
        kind=kind,
        email=email,
        user_id=user_id,
        workspace_id=workspace_id,
        values=values or {},
        link=link,
        created_at=at,
    )
