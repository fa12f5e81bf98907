"""Who asks, and what they may read: decided from the newest state of access this process has heard of."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.events import SAMPLE_ACCOUNT_ID, AccountStatus, AccountV1, KeyAccess, KeyScope, Role, WorkspaceAccess
from query_api.domain.errors import NotAllowed, NotAuthenticated

_KEY_PREFIX = "toa_"
# The same words whatever is wrong with a key, so that nobody can try ids out.
_BAD_KEY = "the API key is not one that may be used: it is unknown, revoked or expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The two halves of an API key as presented."""

    key_id: str
    secret_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClaims:
    """What a verified session token says. `accounts` None is all; `revision` is that of the workspace's access."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    accounts: frozenset[UUID] | None
    revision: int
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody who may read a workspace, or only `accounts` of it; None is all.

    `subject` is `user:<id>` or `key:<id>`: who changed something, never a name.
    """

    workspace_id: UUID
    subject: str
    accounts: frozenset[UUID] | None
    scopes: frozenset[KeyScope]

    def require(self, scope: KeyScope) -> None:
        if scope not in self.scopes:
            raise NotAllowed(f"{self._lack} the scope {scope!r}", scope=scope)

    @property
    def key_id(self) -> str | None:
        """The API key's, where it is one that asks."""
        return self.subject.removeprefix("key:") if self.subject.startswith("key:") else None

    @property
    def _lack(self) -> str:
        return "this API key lacks" if self.key_id else "only owners, admins and analysts of the workspace have"

    def may_read(self, account: AccountV1) -> bool:
        # The Sample Account's figures are nobody's: everybody may look at them.
        return self.accounts is None or account.account_id in {*self.accounts, SAMPLE_ACCOUNT_ID}


def api_key(token: str) -> ApiKey | None:
    """The key in a bearer token of the form `toa_<id>_<secret>`; None when it has another form."""
    if not token.startswith(_KEY_PREFIX):
        return None
    key_id, _, secret = token.removeprefix(_KEY_PREFIX).partition("_")
    return ApiKey(key_id=key_id, secret_sha256=hashlib.sha256(secret.encode()).hexdigest())


def key_principal(presented: ApiKey, known: KeyAccess | None, *, now: datetime) -> Principal:
    """Who presents the key; `now` is wall time."""
    if known is None or not hmac.compare_digest(presented.secret_sha256, known.secret_sha256.lower()):
        raise NotAuthenticated(_BAD_KEY)
    if known.revoked or (known.expires_at is not None and known.expires_at <= now):
        raise NotAuthenticated(_BAD_KEY)
    return Principal(
        workspace_id=known.workspace_id,
        subject=f"key:{known.key_id}",
        accounts=None if known.accounts is None else frozenset(known.accounts),
        scopes=frozenset(known.scopes),
    )


def session_principal(claims: SessionClaims, known: WorkspaceAccess | None) -> Principal:
    """Who presents the token: the member as known now, or as the token says where the token knows better."""
    member = next((one for one in known.members if one.user_id == claims.user_id), None) if known else None
    if member is not None and claims.session_id in member.ended_sessions:
        raise NotAuthenticated("the session has ended; sign in again")
    if known is None or claims.revision > known.revision:
        return _member(claims, claims.role, claims.accounts)
    if member is None:
        raise NotAuthenticated("you are no longer a member of this workspace; sign in to another one")
    return _member(claims, member.role, None if member.accounts is None else frozenset(member.accounts))


def readable(principal: Principal, accounts: Sequence[AccountV1]) -> tuple[AccountV1, ...]:
    """Of a workspace's accounts those the principal may read and that still hold data."""
    return tuple(
        account for account in accounts if account.status is not AccountStatus.ERASED and principal.may_read(account)
    )


_READING = frozenset({KeyScope.READ, KeyScope.EXPORT})
_SCOPES: Mapping[Role, frozenset[KeyScope]] = {
    Role.VIEWER: _READING,
    Role.ANALYST: _READING | {KeyScope.MANAGE},
    Role.ADMIN: _READING | {KeyScope.MANAGE},
    Role.OWNER: _READING | {KeyScope.MANAGE},
}


def _member(claims: SessionClaims, role: Role, accounts: frozenset[UUID] | None) -> Principal:
    return Principal(
        workspace_id=claims.workspace_id,
        subject=f"user:{claims.user_id}",
        accounts=accounts,
        scopes=_SCOPES[role],
    )
