"""What notices, mail, signing in and early access need from outside; `ports` has the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth_service.domain.audit import AuditEntry
from auth_service.domain.early_access import EarlyAccess, RequestStatus
from auth_service.domain.identity import User
from auth_service.domain.limits import Limit
from auth_service.domain.notice import Notice
from auth_service.domain.password_reset import PasswordReset
from auth_service.domain.provider import Attempt, HalfProven, Identity, Provided
from auth_service.domain.second_factor import SecondFactor
from auth_service.domain.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice in words. `place` is a path of the page; `link` the whole address that a mail leads to."""

    subject: str
    paragraphs: Sequence[str]
    action: str
    place: str | None
    link: str | None


class Words(Protocol):
    def said(self, notice: Notice) -> Said: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """`unread` counts all of the person's, not only those of the page."""

    notices: Sequence[Notice]
    next_cursor: str | None
    unread: int


class NoticeBox(Protocol):
    """A person's notices in one workspace and in none."""

    async def page(self, *, user_id: UUID, workspace_id: UUID, limit: int, cursor: str | None) -> NoticePage:
        """Unread ones first, newest first. Raises `InvalidInput` for a cursor that is not one of ours."""
        ...

    async def read(self, notice_id: str, *, user_id: UUID, workspace_id: UUID, at: datetime) -> bool:
        """False when there is no such notice of theirs."""
        ...

    async def read_all(self, *, user_id: UUID, workspace_id: UUID, at: datetime) -> None: ...


class MailQueue(Protocol):
    """The notices that wait for their mail."""

    async def take_due(self, *, at: datetime, until: datetime) -> Notice | None:
        """Hold one whose time has come until `until`, so that no other replica sends it; its `tries` counts this."""
        ...

    async def mailed(self, notice: Notice, at: datetime) -> None:
        """It has left: the link is forgotten."""
        ...

    async def try_again(self, notice: Notice, at: datetime) -> None: ...

    async def give_up(self, notice: Notice, reason: str) -> None:
        """It will never leave, and why; the link is forgotten."""
        ...


class MailServer(Protocol):
    async def send(self, notice: Notice) -> None:
        """Raises `MailRefused` when this mail will never be taken, `MailUnavailable` when it may be later."""
        ...


class Counters(Protocol):
    """Counts of tries. The key is hashed before it is written: it may be an address of a person."""

    async def count(self, limit: Limit, key: str, at: datetime) -> int:
        """Count one more in the window of `at`; how many that makes."""
        ...

    async def take_back(self, limit: Limit, key: str, at: datetime) -> None:
        """Take one back: it was a good one."""
        ...

    async def forget(self, limit: Limit, key: str, at: datetime) -> None: ...

    async def remove_expired(self, at: datetime) -> None: ...


class SessionBook(Protocol):
    """The sessions of one user."""

    async def of_user(self, user_id: UUID) -> Sequence[Session]:
        """The last used first."""
        ...

    async def end(self, session_id: UUID, user_id: UUID) -> bool:
        """False when the user has no such session."""
        ...


class Accounts(Protocol):
    """Users, by the one who signs in."""

    async def get(self, user_id: UUID) -> User | None: ...

    async def by_email(self, email: str) -> User | None: ...

    async def set_password(self, user_id: UUID, password_hash: str, *, was: str | None = None) -> bool:
        """False when it is no longer `was`."""
        ...


class PasswordResets(Protocol):
    async def add(self, reset: PasswordReset) -> None: ...

    async def take(self, token_sha256: str) -> PasswordReset | None:
        """Remove and return it: only one caller ever gets it."""
        ...

    async def remove_expired(self, at: datetime) -> None: ...


class SecondFactors(Protocol):
    """Secrets are sealed before they are written and opened after they are read."""

    async def get(self, user_id: UUID) -> SecondFactor | None: ...

    async def put(self, factor: SecondFactor) -> bool:
        """Begin an enrolment; False when one is turned on."""
        ...

    async def replace(self, factor: SecondFactor) -> bool:
        """Write it if the stored revision is the one before."""
        ...

    async def remove(self, user_id: UUID) -> None: ...


class Attempts(Protocol):
    async def add(self, attempt: Attempt) -> None: ...

    async def take(self, state_sha256: str) -> Attempt | None: ...

    async def remove_expired(self, at: datetime) -> None: ...


class HalfProofs(Protocol):
    async def put(self, proof: HalfProven) -> None: ...

    async def get(self, browser_sha256: str) -> HalfProven | None: ...

    async def take(self, browser_sha256: str) -> HalfProven | None:
        """Remove and return it: only one caller ever gets it."""
        ...

    async def remove_expired(self, at: datetime) -> None: ...


class UserTraces(Protocol):
    async def remove(self, user_id: UUID, email: str) -> None:
        """What else is held of a user: notices, second factor, identities, links of mails."""
        ...


class Identities(Protocol):
    async def get(self, identity_id: str) -> Identity | None: ...

    async def add(self, identity: Identity) -> None:
        """Adding it again changes nothing."""
        ...


class Provider(Protocol):
    """An OpenID Connect provider. Raises `ProviderUnavailable` and `ProviderRefused`."""

    async def authorize_url(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        """`fresh`: it is to ask the person, whatever it remembers of them."""
        ...

    async def provided(self, *, code: str, nonce: str, verifier: str) -> Provided:
        """Who came back with `code`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    requests: Sequence[EarlyAccess]
    next_cursor: str | None


class EarlyAccessRequests(Protocol):
    async def get(self, request_id: str) -> EarlyAccess | None: ...

    async def add(self, request: EarlyAccess) -> bool:
        """False when the same was asked before."""
        ...

    async def replace(self, request: EarlyAccess, *, audit: Sequence[AuditEntry] = ()) -> bool:
        """Write it, with its audit entries, if the stored revision is the one before."""
        ...

    async def page(self, status: RequestStatus | None, *, limit: int, cursor: str | None) -> RequestPage:
        """The oldest first. Raises `InvalidInput` for a cursor that is not one of ours."""
        ...

    async def approved_for(self, *, open_id: str, handle: str | None) -> Sequence[EarlyAccess]:
        """The approvals that name the account or its handle."""
        ...


class AllowList(Protocol):
    """Whom this deployment lets connect."""

    async def require(self, *, open_id: str, handle: str | None) -> None:
        """Raises `EarlyAccessNeeded`."""
        ...
