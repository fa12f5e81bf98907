"""Early access: who asked for it, what an operator decided, and whom an allowlist lets connect."""

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from auth_service.domain.audit import DEPLOYMENT, AuditAction, AuditEntry, named, new_entry
from auth_service.domain.errors import Busy, InvalidInput
from auth_service.domain.identity import normal_email
from auth_service.domain.notice import Notice, NoticeKind, new_notice
from auth_service.domain.record import Id, Record
from common.events import Timestamp


class RequestStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    REVOKED = "revoked"


# From where each decision may be made.
_FROM = {
    RequestStatus.APPROVED: frozenset({RequestStatus.REQUESTED, RequestStatus.DENIED, RequestStatus.REVOKED}),
    RequestStatus.DENIED: frozenset({RequestStatus.REQUESTED}),
    RequestStatus.REVOKED: frozenset({RequestStatus.APPROVED}),
}
_TOLD = {
    RequestStatus.APPROVED: NoticeKind.EARLY_ACCESS_APPROVED,
    RequestStatus.DENIED: NoticeKind.EARLY_ACCESS_DENIED,
    RequestStatus.REVOKED: NoticeKind.EARLY_ACCESS_REVOKED,
}


class EarlyAccess(Record):
    """One for each address and handle. `open_id`: the account that first used an approval, which is its alone."""

    request_id: str
    name: str
    company: str
    email: str
    handle: str
    reason: str
    status: RequestStatus
    open_id: str | None = None
    requested_at: Timestamp
    decided_at: Timestamp | None = None
    decided_by: Id | None = None
    decision_reason: str = ""
    revision: int = 1

    def asked_again(self, later: "EarlyAccess") -> "EarlyAccess":
        """After the same was asked once more: a refusal is looked at anew, anything else stays."""
        if self.status not in (RequestStatus.DENIED, RequestStatus.REVOKED):
            return self
        return later.model_copy(update={"revision": self.revision + 1})

    def decided(self, status: RequestStatus, *, by: UUID, reason: str, at: datetime) -> "EarlyAccess":
        if self.status not in _FROM[status]:
            raise Busy(f"The request is {self.status} and cannot become {status}.")
        if status is not RequestStatus.APPROVED and not reason.strip():
            raise InvalidInput("Say why: the person gets the reason in a mail.")
        changes = {"status": status, "decided_by": by, "decision_reason": reason.strip(), "decided_at": at}
        return self.model_copy(update={**changes, "revision": self.revision + 1})

    def allows(self, *, open_id: str, handle: str | None) -> bool:
        """An approval is for the handle until an account has used it, then for that account, whatever its name."""
        if self.status is not RequestStatus.APPROVED:
            return False
        return self.open_id == open_id if self.open_id else handle is not None and normal_handle(handle) == self.handle

    def recorded(self, entry_id: UUID) -> AuditEntry:
        """The decision that was just made, for the operators' log."""
        if self.decided_by is None or self.decided_at is None:
            raise ValueError("nobody has decided yet")
        return new_entry(
            entry_id,
            DEPLOYMENT,
            AuditAction.EARLY_ACCESS_DECIDED,
            at=self.decided_at,
            actor=named("user", self.decided_by),
            subject=named("early access", self.request_id),
            details={"decision": self.status, "handle": self.handle, "reason": self.decision_reason},
        )

    def told(self, user_id: UUID | None, at: datetime) -> Notice:
        """The notice of the decision that was just made."""
        return new_notice(
            _TOLD[self.status],
            about=f"{self.request_id} {self.revision}",
            email=self.email,
            at=at,
            user_id=user_id,
            values={"handle": self.handle, "reason": self.decision_reason},
        )

    def told_to(self, operator: UUID, email: str, at: datetime) -> Notice:
        """The notice to an operator that somebody asks."""
        return new_notice(
            NoticeKind.EARLY_ACCESS_REQUESTED,
            about=f"{self.request_id} {self.revision}",
            email=email,
            at=at,
            user_id=operator,
            values={"name": self.name, "company": self.company, "handle": self.handle, "reason": self.reason},
        )


def new_request(*, name: str, company: str, email: str, handle: str, reason: str, at: datetime) -> EarlyAccess:
    address, known_as = normal_email(email), normal_handle(handle)
    return EarlyAccess(
        request_id=hashlib.sha256(f"{address}\x1f{known_as}".encode()).hexdigest()[:32],
        name=_line(name, "name"),
        company=_line(company, "company"),
        email=address,
        handle=known_as,
        reason=reason.strip(),
        status=RequestStatus.REQUESTED,
        requested_at=at,
    )


def normal_handle(text: str) -> str:
    handle = text.strip().removeprefix("@").casefold()
    if not handle or not all(char.isalnum() or char in "._" for char in handle):
        raise InvalidInput("The TikTok handle has letters, figures, dots and underscores only, such as @northlight.")
    return handle


def _line(text: str, what: str) -> str:
    line = " ".join(text.split())
    if not line:
        raise InvalidInput(f"The {what} is empty.")
    return line
