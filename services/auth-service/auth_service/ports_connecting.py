"""What connecting and the states of connections need from outside, besides `ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth_service.domain.connection import Connection
from common.events import CollectionStatusV1


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
