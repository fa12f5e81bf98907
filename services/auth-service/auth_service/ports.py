"""What the use cases need from outside. Every store method raises `StoreUnavailable` when the database is away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.api_key import ApiKey
from auth_service.domain.audit import AuditAction, AuditEntry, Chained
from auth_service.domain.connect_state import ConnectState
from auth_service.domain.connection import Connection, Profile
from auth_service.domain.grant import Grant, Issued
from auth_service.domain.identity import Person, User, Workspace
from auth_service.domain.notice import Notice
from auth_service.domain.pending import Answerer, Pending
from auth_service.domain.session import Session
from common.events import AccessV1, AccountV1, Role


class Users(Protocol):
    async def by_email(self, email: str) -> User | None: ...

    async def get(self, user_id: UUID) -> User | None: ...

    async def by_ids(self, user_ids: Sequence[UUID]) -> Sequence[User]: ...

    async def remove(self, user_id: UUID) -> None: ...

    async def add(self, user: User) -> bool:
        """False when the address is taken."""
        ...


class Workspaces(Protocol):
    async def get(self, workspace_id: UUID) -> Workspace | None: ...

    async def of_member(self, user_id: UUID) -> Workspace | None:
        """The oldest workspace the person is a member of."""
        ...

    async def all_of_member(self, user_id: UUID) -> Sequence[Workspace]:
        """Oldest first."""
        ...

    async def by_invitation(self, secret_sha256: str) -> Workspace | None: ...

    async def add(self, workspace: Workspace, event: AccessV1, *, audit: Sequence[AuditEntry] = ()) -> None: ...

    async def replace(self, workspace: Workspace, event: AccessV1, *, audit: Sequence[AuditEntry]) -> bool:
        """Write it with its event and entries if the stored revision is the one before; else False."""
        ...


class ApiKeys(Protocol):
    async def any_of(self, workspace_id: UUID) -> ApiKey | None: ...

    async def get(self, key_id: str) -> ApiKey | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[ApiKey]:
        """Newest first, revoked ones too."""
        ...

    async def add(self, key: ApiKey, event: AccessV1, *, audit: Sequence[AuditEntry] = ()) -> None: ...

    async def replace(self, key: ApiKey, event: AccessV1, *, audit: Sequence[AuditEntry]) -> bool:
        """Write it with its event and entries if the stored revision is the one before; else False."""
        ...

    async def used(self, key_id: str, at: datetime) -> None:
        """Remember its last use; an earlier one never takes the place of a later one."""
        ...


class AuditLog(Protocol):
    """Append-only: nothing here changes or removes an entry."""

    async def append(self, entry: AuditEntry) -> None:
        """Put it at the end of its workspace's chain, once, however often it is given."""
        ...

    async def page(self, search: "AuditSearch") -> Sequence[Chained]:
        """Newest first."""
        ...

    async def after(self, workspace_id: UUID, number: int, *, limit: int) -> Sequence[Chained]:
        """The chain from behind `number`, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch:
    """`before` is the number of an entry that was seen already; moments are half-open."""

    workspace_id: UUID
    limit: int
    before: int | None = None
    action: AuditAction | None = None
    actor: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditBox(Protocol):
    """Entries that wait inside the documents whose change they tell."""

    async def waiting(self) -> Sequence[AuditEntry]: ...

    async def carried(self, entry: AuditEntry) -> None: ...


class Sessions(Protocol):
    async def get(self, session_id: UUID) -> Session | None: ...

    async def add(self, session: Session) -> None: ...

    async def rotate(self, session: Session, *, from_sha256: str) -> bool:
        """Replace it if its secret still is `from_sha256`; False when another request was first."""
        ...

    async def end_of(self, user_id: UUID, workspace_id: UUID | None = None) -> None:
        """End all of the person's sessions, or those in one workspace."""
        ...

    async def remove_expired(self, at: datetime) -> None: ...


class ConnectStates(Protocol):
    async def add(self, state: ConnectState) -> None: ...

    async def take(self, state_sha256: str) -> ConnectState | None:
        """Remove and return it: only one caller ever gets it."""
        ...

    async def remove_expired(self, at: datetime) -> None: ...


class Pendings(Protocol):
    async def add(self, pending: Pending) -> None: ...

    async def get(self, pending_id: UUID) -> Pending | None: ...

    async def show(self, pending_id: UUID, profile: Profile) -> None:
        """Keep the profile that was read."""
        ...

    async def hold(self, pending_id: UUID, answerer: Answerer, *, at: datetime, until: datetime) -> Pending | None:
        """Hold a live one for one request of whom it waits for; None when another request holds it or it has ended."""
        ...

    async def let_go(self, pending_id: UUID, at: datetime) -> None:
        """End the hold at `at`."""
        ...

    async def end(self, pending_id: UUID, at: datetime) -> None:
        """Let it expire at `at`."""
        ...

    async def hold_expired(self, *, at: datetime, until: datetime) -> Pending | None:
        """Hold one that has expired and nobody holds."""
        ...

    async def others_of(self, pending: Pending) -> bool:
        """Whether another consent of the same TikTok account waits for its answer."""
        ...

    async def remove(self, pending_id: UUID) -> None: ...


class Grants(Protocol):
    """Tokens are sealed before they are written and opened after they are read."""

    async def get(self, app_id: str, open_id: str) -> Grant | None: ...

    async def add(self, grant: Grant, workspace_id: UUID) -> bool:
        """Keep it for the workspace; False when there is one already."""
        ...

    async def share(self, grant: Grant, workspace_id: UUID) -> bool:
        """Let the workspace open it too; False when it is not there any more."""
        ...

    async def replace(self, grant: Grant, *, from_version: int) -> bool:
        """Write it and end the lease, if its token version still is `from_version`."""
        ...

    async def lease(self, grant: Grant, *, at: datetime, until: datetime) -> bool:
        """Take the right to refresh `grant`'s version; False when another has it or the version moved."""
        ...

    async def end_lease(self, grant: Grant, *, until: datetime) -> None:
        """Give the lease that was taken until `until` back."""
        ...


class Connections(Protocol):
    """Each write carries its event in the same document, so that neither is ever there without the other."""

    async def get(self, account_id: UUID) -> Connection | None: ...

    async def find(self, *, workspace_id: UUID, channel: str, open_id: str) -> Connection | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Connection]: ...

    async def of_grant(self, app_id: str, open_id: str) -> Sequence[Connection]: ...

    async def add(self, connection: Connection, event: AccountV1, *, audit: Sequence[AuditEntry] = ()) -> bool:
        """False when the workspace has this account already."""
        ...

    async def replace(self, connection: Connection, event: AccountV1, *, audit: Sequence[AuditEntry] = ()) -> bool:
        """Write it if the stored revision is the one before; False when another change was first."""
        ...


class Notices(Protocol):
    async def add(self, notice: Notice) -> bool:
        """False when it was told before."""
        ...


class TikTok(Protocol):
    """Raises `TikTokRefused` for an answer with an error code, `TikTokUnavailable` for none that can be used."""

    @property
    def app_id(self) -> str: ...

    def authorize_url(self, state: str) -> str:
        """Where the account's owner gives consent."""
        ...

    async def exchange(self, code: str) -> Issued: ...

    async def refresh(self, refresh_token: SecretStr) -> Issued: ...

    async def revoke(self, access_token: SecretStr) -> None: ...

    async def profile(self, access_token: SecretStr, *, open_id: str, scopes: Sequence[str]) -> Profile: ...


class PasswordHasher(Protocol):
    async def hash(self, password: SecretStr) -> str: ...

    async def matches(self, password: SecretStr, password_hash: str | None) -> bool:
        """With no hash it takes as long and is False, so that time does not tell whether an address is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an access token says; the rest is looked up."""

    user_id: UUID
    workspace_id: UUID
    session_id: UUID
    role: Role


class AccessTokens(Protocol):
    def issue(self, person: Person, at: datetime, *, operator: bool = False) -> str: ...

    def read(self, token: str) -> Claims:
        """Raises `NotSignedIn`."""
        ...

    def key_set(self) -> Mapping[str, object]:
        """The public keys as a JWK set."""
        ...


class ServiceCallers(Protocol):
    def caller(self, token: str) -> str:
        """The name of the service that signed `token`; raises `CallerRefused`."""
        ...


class Secrets(Protocol):
    """Fresh randomness and ids."""

    def new_id(self) -> UUID: ...

    def new_secret(self) -> str: ...

    def new_key_id(self) -> str: ...
