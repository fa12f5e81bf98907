"""What connecting and the states of connections need from outside, besides `ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth_service.domain.connect_link import ConnectLink
from auth_service.domain.connection import Connection
from auth_service.domain.pending import Pending
from common.events import CollectionStatusV1


class Admission(Protocol):
    """A rule of this deployment on who may finish connecting."""

    async def require(self, pending: Pending) -> None:
        """Raises what refuses to keep it; the text says what its owner can do."""
        ...


class Expiring(Protocol):
    """What is remembered for a while."""

    async def remove_expired(self, at: datetime) -> None: ...


class ConnectLinks(Protocol):
    async def add(self, link: ConnectLink) -> None: ...

    async def get(self, link_id: UUID) -> ConnectLink | None: ...

    async def by_token(self, token_sha256: str) -> ConnectLink | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[ConnectLink]:
        """The newest first."""
        ...

    async def revoke(self, link_id: UUID, at: datetime) -> bool:
        """False when it has ended before."""
        ...

    async def use(self, link_id: UUID, pending_id: UUID, at: datetime) -> bool:
        """Use it for this pending consent, once; again for the same is True too."""
        ...

    async def connected(self, link_id: UUID, account_id: UUID) -> None: ...

    async def remove_expired(self, at: datetime) -> None: ...


class CollectionStatuses(Protocol):
    """What the ingestor last told of each account."""

    async def keep(self, status: CollectionStatusV1) -> bool:
        """False when a later one is kept."""
        ...

    async def of_accounts(self, account_ids: Sequence[UUID]) -> Mapping[UUID, CollectionStatusV1]: ...

    async def forget(self, account_id: UUID) -> None: ...


class ConnectionPages(Protocol):
    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Connection]:
        """The next connections of all workspaces, by account_id."""
        ...


class Leases(Protocol):
    async def take(self, name: str, *, holder: str, at: datetime, until: datetime) -> bool:
        """Whether `holder` has it from now until `until`; nobody else then does."""
        ...
