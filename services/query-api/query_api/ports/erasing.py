"""What erasing needs from outside: the ledger of erasures, and every store that holds something of accounts."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from query_api.domain.erasing import Erasure


class Erasable(Protocol):
    """What holds something of accounts. Each area that has one names it in `bootstrap/erasing.py`."""

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """Let everything of the account go; whether nothing is left. Asked again until it is, and once more later."""
        ...


class OfWorkspaces(Protocol):
    """What holds something of workspaces; named in `bootstrap/erasing.py` too."""

    async def erase_workspace(self, workspace_id: UUID) -> bool:
        """Let everything of the workspace go; whether nothing is left. Asked again as `Erasable` is."""
        ...


class ErasedAccounts(Protocol):
    async def among(self, workspace_id: UUID, account_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of the accounts whose erasure was asked for."""
        ...


class Ledger(ErasedAccounts, Protocol):
    async def note(self, asked: Erasure) -> None:
        """Remember it; one that is known changes nothing."""
        ...

    async def open(self) -> Sequence[Erasure]:
        """Those that are not done."""
        ...

    async def replace(self, erasure: Erasure) -> bool:
        """Whether the stored one was the revision before. One that is done tells its completion by the same write."""
        ...
