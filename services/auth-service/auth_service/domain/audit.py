"""The audit log: who changed whose access and when, a chain per workspace and one of operators; a gap shows."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from auth_service.domain.record import Id, Record
from common.events import Timestamp

# What the first entry of a chain follows.
GENESIS = "0" * 64
SYSTEM = "system"
# Owns the chain of what operators do, which is of no workspace: no UUIDv7 is this one.
DEPLOYMENT = UUID(int=0)


class AuditAction(StrEnum):
    """What changes access, or tries to."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SESSION_SWITCHED = "session_switched"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # what happened, no secret
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    WORKSPACE_CREATED = "workspace_created"
    WORKSPACE_CHANGED = "workspace_changed"
    MEMBER_INVITED = "member_invited"
    INVITATION_REVOKED = "invitation_revoked"
    MEMBER_JOINED = "member_joined"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REMOVED = "member_removed"
    MEMBER_LEFT = "member_left"
    OWNERSHIP_TRANSFERRED = "ownership_transferred"
    USER_DELETED = "user_deleted"
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    ACCOUNT_CONNECTED = "account_connected"
    ACCOUNT_RECONNECTED = "account_reconnected"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    CONNECT_LINK_CREATED = "connect_link_created"
    CONNECT_LINK_REVOKED = "connect_link_revoked"
    EARLY_ACCESS_DECIDED = "early_access_decided"
    POLICY_CHANGED = "policy_changed"
    ERASURE_REQUESTED = "erasure_requested"


class AuditEntry(Record):
    """`actor` and `subject` are `<kind>:<id>`; `details` are plain words, never a secret. `at` is wall time."""

    entry_id: Id
    workspace_id: Id
    at: Timestamp
    actor: str
    action: AuditAction
    subject: str | None = None
    details: Mapping[str, str] = {}


class Chained(Record):
    """An entry in its place: `digest` covers it and the digest before, so nothing can be changed or left out."""

    entry: AuditEntry
    number: int
    previous: str
    digest: str

    def follows(self, before: "Chained | None") -> bool:
        """Whether it stands where it was put, and says what it said then."""
        number, previous = (before.number + 1, before.digest) if before else (1, GENESIS)
        return (self.number, self.previous, self.digest) == (number, previous, _digest(self.entry, number, previous))


def chained(entry: AuditEntry, after: Chained | None) -> Chained:
    number, previous = (after.number + 1, after.digest) if after else (1, GENESIS)
    return Chained(entry=entry, number=number, previous=previous, digest=_digest(entry, number, previous))


def new_entry(
    entry_id: UUID,
    workspace_id: UUID,
    action: AuditAction,
    *,
    at: datetime,
    actor: str = SYSTEM,
    subject: str | None = None,
    details: Mapping[str, str] | None = None,
) -> AuditEntry:
    return AuditEntry(
        entry_id=entry_id,
        workspace_id=workspace_id,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        details=details or {},
    )


def named(kind: str, of: UUID | str) -> str:
    """`<kind>:<id>`, as actors and subjects are written."""
    return f"{kind}:{of}"


def _digest(entry: AuditEntry, number: int, previous: str) -> str:
    # Sorted and without blanks: the same entry has the same digest wherever it was read from.
    written = json.dumps([number, previous, entry.model_dump(mode="json")], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
