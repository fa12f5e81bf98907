"""What keeping tokens, letting accounts go and erasing them need from outside, besides `ports`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from auth_service.domain.connection import Connection, Duty
from auth_service.domain.erasure import Erasure
from auth_service.domain.grant import Grant
from auth_service.domain.identity import User
from auth_service.domain.key_ring import KeyRing
from auth_service.ports import Connections, Grants, Pendings
from common.events import ErasureV1


class KeyRingSource(Protocol):
    def read(self) -> KeyRing:
        """The ring as it is now; raises `ValueError` or `OSError`, quoting no key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """How many documents of one kind were sealed anew, and how many could not be opened."""

    kind: str
    renewed: int
    unreadable: int


class Rewrapping(Protocol):
    """Documents of one kind that a key of the ring has sealed."""

    async def rewrap(self) -> Sequence[Rewrapped]:
        """Seal anew what the active key did not seal. Safe to break off and to repeat, beside any reader or writer."""
        ...


class WorkspaceKeys(Protocol):
    async def shred(self, workspace_id: UUID, at: datetime) -> None:
        """Destroy the workspace's key: what it sealed is unreadable for ever, and it never gets another."""
        ...


Sharing = Mapping[str, str]
"""Who shares a grant at one moment: a mark by workspace, which is another one each time the workspace shares it."""

NOBODY: Sharing = MappingProxyType({})


class KeptGrants(Grants, Protocol):
    """What somebody takes off or away they have found unneeded: `seen` is the sharing from before they looked, and
    nothing is done when it has changed since."""

    async def sharing(self, app_id: str, open_id: str) -> Sharing: ...

    async def unshare(self, app_id: str, open_id: str, workspace_id: UUID, seen: Sharing | None = None) -> bool:
        """The workspace opens it no more; False when it has shared it anew. Without `seen` whatever it did."""
        ...

    async def remove(self, app_id: str, open_id: str, seen: Sharing) -> None: ...

    async def end(self, grant: Grant, seen: Sharing) -> bool:
        """Remove it if it still has this version."""
        ...

    async def mark_lost(self, grant: Grant, at: datetime) -> None:
        """This version is refused by TikTok: nobody has to try it again."""
        ...

    async def expiring(self, before: datetime) -> Sequence[Grant]:
        """Those not lost whose access token ends before, the first to end first; not more than one look can use."""
        ...

    async def ending(self, at: datetime, *, warnings: Mapping[int, datetime]) -> Sequence[Grant]:
        """Those whose consent ends after `at`, before the moment of a warning (in days) that was not told yet."""
        ...

    async def mark_warned(self, grant: Grant, days: int) -> None: ...


class ConsentEnds(Protocol):
    async def count_ending(self, *, after: datetime, before: datetime) -> int:
        """How many consents that TikTok has not refused end between the two."""
        ...


class DutifulConnections(Connections, Protocol):
    async def with_duty(self, duty: Duty) -> Sequence[Connection]: ...

    async def done(self, connection: Connection, duty: Duty) -> None:
        """Take the duty off, unless the connection has changed: then it is another one's."""
        ...


class WaitingPendings(Pendings, Protocol):
    async def waiting(self, app_id: str, open_id: str) -> frozenset[UUID]:
        """The workspaces in which a consent of this TikTok account waits for an answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told what concerns a workspace."""

    workspace: str
    users: Sequence[User]


class Audiences(Protocol):
    async def of(self, workspace_id: UUID) -> Audience:
        """The workspace's owners and admins."""
        ...


class Erasures(Protocol):
    async def add(self, erasure: Erasure) -> bool:
        """False when its target is being erased or was."""
        ...

    async def get(self, erasure_id: UUID) -> Erasure | None: ...

    async def of_target(self, target: str) -> Erasure | None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Erasure]:
        """Newest first."""
        ...

    async def open(self) -> Sequence[Erasure]: ...

    async def of_workspaces(self, *, since: datetime) -> Sequence[Erasure]:
        """Of whole workspaces, with their accounts counted: those that go on or were done after `since`."""
        ...

    async def replace(self, erasure: Erasure, events: Sequence[ErasureV1]) -> bool:
        """Write it with its events if the stored revision is the one before. Completions are not written by it."""
        ...


class Traces(Protocol):
    """What is held of accounts besides their connections."""

    async def end_consents(self, workspace_id: UUID, open_ids: Sequence[str] | None, at: datetime) -> None:
        """Let pending consents expire, so that they are given back; None is all of the workspace."""
        ...

    async def consents(self, workspace_id: UUID, open_ids: Sequence[str] | None) -> bool:
        """Whether some are still to be given back."""
        ...

    async def remove(self, workspace_id: UUID, account_id: UUID, open_id: str) -> None: ...

    async def remove_all(self, workspace_id: UUID) -> None: ...


class Closing(Protocol):
    async def close(self, workspace_id: UUID, *, keeper: UUID, at: datetime) -> None:
        """Take the workspace's name, its members but `keeper`, and its keys away."""
        ...
