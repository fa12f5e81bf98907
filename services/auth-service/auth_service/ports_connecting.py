"""What connecting and the states of connections need from outside, besides `ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.connect_link import ConnectLink
from auth_service.domain.connection import Connection
from auth_service.domain.pending import Pending
from auth_service.domain.probe import Probe
from auth_service.domain.webhook import Heard
from common.events import CollectionStatusV1, CommandV1


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


class BusinessChecks(Protocol):
    """When each account is looked at; moments are of the domain clock."""

    async def claim(self, *, at: datetime, until: datetime, first_after: timedelta) -> Connection | None:
        """One that is due, until `until` nobody else's; a new one is due `first_after` its last change."""
        ...

    async def next(self, account_id: UUID, *, at: datetime) -> None: ...


class CommandQueue(Protocol):
    async def put(self, command: CommandV1) -> None:
        """Keep it until it was told; an account's commands stay in order."""
        ...


class HeardWebhooks(Protocol):
    async def knows(self, fingerprint: str) -> bool: ...

    async def add(self, heard: Heard) -> None: ...

    async def remove_expired(self, at: datetime) -> None: ...


class Probed(Protocol):
    async def probe(self, access_token: SecretStr, *, open_id: str, probe: Probe) -> None:
        """Ask; raises as every call of TikTok does."""
        ...


class WebhookAddress(Protocol):
    async def hear_at(self, address: str) -> None:
        """Have TikTok send the app's events to `address`."""
        ...


class Leases(Protocol):
    async def remove_expired(self, at: datetime) -> None: ...

    async def take(self, name: str, *, holder: str, at: datetime, until: datetime) -> bool:
        """Whether `holder` has it from now until `until`; nobody else then does."""
        ...
