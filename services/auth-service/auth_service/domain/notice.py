"""A notice: what a person is told, in the app and by mail, once for each thing that happened."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from auth_service.domain.record import Id, Record
from common.events import Timestamp


class NoticeKind(StrEnum):
    """Each has a template of its own."""

    LOST_ACCESS = "lost_access"
    CONSENT_ENDS = "consent_ends"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a kind of mail, no secret
    EARLY_ACCESS_REQUESTED = "early_access_requested"
    EARLY_ACCESS_APPROVED = "early_access_approved"
    EARLY_ACCESS_DENIED = "early_access_denied"
    EARLY_ACCESS_REVOKED = "early_access_revoked"
    ERASURE_DONE = "erasure_done"


class Notice(Record):
    """To a user, in the app and by mail, or to an address alone, by mail. `values` fill the template.

    `link` may carry a secret: it is kept sealed and only until the mail has left.
    """

    notice_id: str
    kind: NoticeKind
    email: str
    user_id: Id | None = None
    workspace_id: Id | None = None
    values: Mapping[str, str] = {}
    link: str | None = None
    created_at: Timestamp
    mailed_at: Timestamp | None = None
    read_at: Timestamp | None = None


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
