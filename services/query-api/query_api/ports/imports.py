"""What importing files of TikTok Studio needs from outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from query_api.domain.studio_import.importing import StudioImport
from query_api.ports.erasing import ErasedAccounts


class MomentTaken(Exception):
    """Another import of the account was observed at the same millisecond."""


class Imports(Protocol):
    """One document per import. Every call raises `Unavailable`."""

    async def add(self, made: StudioImport) -> None:
        """Raises `MomentTaken`."""
        ...

    async def get(self, workspace_id: UUID, import_id: UUID) -> StudioImport | None: ...

    async def replace(self, later: StudioImport) -> bool:
        """Whether the stored one was the revision before."""
        ...

    async def of_accounts(self, workspace_id: UUID, account_ids: Collection[UUID]) -> Sequence[StudioImport]:
        """The newest first."""
        ...

    async def unconfirmed(self, workspace_id: UUID) -> int: ...

    async def to_be_told(self) -> Sequence[StudioImport]:
        """Some of all workspaces that are being published or undone."""
        ...

    async def remove_unconfirmed(self, before: datetime) -> None:
        """Those of all workspaces that were made before then."""
        ...

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool: ...


class KnownFacts(Protocol):
    """What the warehouse holds. Raises `Unavailable` or `TooMuch`."""

    async def days_of_api(
        self, workspace_id: UUID, account_id: UUID, first: date, last: date
    ) -> Mapping[date, frozenset[str]]:
        """Day → the fields that the API has given for it."""
        ...

    async def posts_since(self, workspace_id: UUID, account_id: UUID, post_ids: Sequence[str]) -> Mapping[str, date]:
        """Of those that are the account's: since which day they are observed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPorts:
    imports: Imports
    facts: KnownFacts
    erased: ErasedAccounts
    new_id: Callable[[], UUID]
