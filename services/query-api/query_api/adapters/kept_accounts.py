"""The accounts of the workspaces that ask most, in memory: every answer needs them, and they seldom change."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from common.events import AccountV1

MOST_WORKSPACES = 2_000


class Store(Protocol):
    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]: ...

    async def keep(self, account: AccountV1) -> None: ...

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool: ...


class KeptAccounts:
    """In front of `store`. Every replica follows the accounts' topic through this, so all hear of changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[UUID, Sequence[AccountV1]] = OrderedDict()
        self._versions: dict[UUID, int] = {}

    async def of_workspace(self, workspace_id: UUID) -> Sequence[AccountV1]:
        if (kept := self._kept.get(workspace_id)) is not None:
            self._kept.move_to_end(workspace_id)
            return kept
        before = self.version(workspace_id)
        found = await self._store.of_workspace(workspace_id)
        # What changed while it was read may not be in it.
        if self.version(workspace_id) == before:
            self._remember(workspace_id, found)
        return found

    def version(self, workspace_id: UUID) -> int:
        """Another one after each change; counts from nought in every process."""
        return self._versions.get(workspace_id, 0)

    async def keep(self, account: AccountV1) -> None:
        """As the store does; forgotten here whether it succeeds or not."""
        try:
            await self._store.keep(account)
        finally:
            self._forget(account.workspace_id)

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        try:
            return await self._store.erase(workspace_id, account_id)
        finally:
            self._forget(workspace_id)

    def _forget(self, workspace_id: UUID) -> None:
        self._versions[workspace_id] = self.version(workspace_id) + 1
        self._kept.pop(workspace_id, None)

    def _remember(self, workspace_id: UUID, accounts: Sequence[AccountV1]) -> None:
        self._kept[workspace_id] = accounts
        if len(self._kept) > MOST_WORKSPACES:
            self._kept.popitem(last=False)
