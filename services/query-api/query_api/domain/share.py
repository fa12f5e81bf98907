"""A share link: whoever has it reads one dashboard, until it expires or is taken back. Nothing else opens with it."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from common.events import KeyAccess, KeyScope, Timestamp, WorkspaceAccess
from query_api.domain.access import Principal
from query_api.domain.dashboard import Shape
from query_api.domain.errors import NotFound

USUAL_DAYS, LONGEST_DAYS = 30, 365
MOST_SHARES = 50
# Of one link, in each process.
USES_A_MINUTE = 240
# An ended link is listed this long, so that people see what became of it.
REMEMBERED = timedelta(days=30)
# Its last use is kept to within this: not every request writes.
USE_STEP = timedelta(minutes=1)


class NoSuchLink(NotFound):
    """Unknown, expired, taken back, its dashboard deleted, its maker gone: the same words for all of them."""

    def __init__(self) -> None:
        super().__init__("link")
        self.args = ("there is no such link, or it has ended; ask whoever sent it for a new one",)


class Share(Shape):
    """`accounts`: those its maker could read when it was made. Only the SHA-256 of the secret is kept."""

    share_id: UUID
    workspace_id: UUID
    dashboard_id: UUID
    secret_sha256: str
    accounts: tuple[UUID, ...]
    note: str
    created_by: str
    created_at: Timestamp
    expires_at: Timestamp
    revoked_by: str | None = None
    revoked_at: Timestamp | None = None
    last_used_at: Timestamp | None = None

    def is_open(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def fits(self, secret: str) -> bool:
        return hmac.compare_digest(fingerprint(secret), self.secret_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The two halves of a link's secret: which link, and what proves it."""

    share_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{self.share_id.hex}-{self.secret}"


def read_token(text: str) -> Token:
    """Raises `NoSuchLink` for what is none."""
    share_id, _, secret = text.partition("-")
    try:
        return Token(share_id=UUID(hex=share_id), secret=secret)
    except ValueError:
        raise NoSuchLink from None


def fingerprint(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


def makers_accounts(
    share: Share, *, key: KeyAccess | None, workspace: WorkspaceAccess | None, now: datetime
) -> Collection[UUID] | None:
    """What the link's maker may read now, None being all; raises `NoSuchLink` when nothing, for they are gone."""
    kind, _, maker = share.created_by.partition(":")
    if kind == "key":
        if key is None or key.revoked or (key.expires_at is not None and key.expires_at <= now):
            raise NoSuchLink
        return key.accounts
    members = workspace.members if workspace else ()
    for member in members:
        if str(member.user_id) == maker:
            return member.accounts
    raise NoSuchLink


def reader(share: Share, makers: Collection[UUID] | None) -> Principal:
    """Who reads with the link: what its maker could read then and may read still."""
    accounts = frozenset(share.accounts)
    return Principal(
        workspace_id=share.workspace_id,
        subject=f"share:{share.share_id}",
        accounts=accounts if makers is None else accounts.intersection(makers),
        scopes=frozenset({KeyScope.READ}),
    )
