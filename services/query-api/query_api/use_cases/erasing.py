"""Erasing an account from our own store: delete, let everything pass that was under way, delete again, say so.

Nothing is remembered but the ledger and what each step finds, so whoever is killed anywhere, or is one of several, goes
on where it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.runtime.clock import Clock
from query_api.domain.erasing import Erasure
from query_api.ports.erasing import Erasable, Ledger, OfWorkspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    ledger: Ledger
    stores: Sequence[Erasable]
    of_workspaces: Sequence[OfWorkspaces]
    wall: Clock

    async def go_on(self) -> None:
        """Take every open erasure as far as it goes now."""
        for erasure in await self.ledger.open():
            await self._go_on(erasure)

    async def _go_on(self, erasure: Erasure) -> None:
        # Each is asked, also behind one that still holds something.
        left = [not await store.erase(erasure.workspace_id, erasure.account_id) for store in self.stores]
        if erasure.whole_workspace:
            left += [not await store.erase_workspace(erasure.workspace_id) for store in self.of_workspaces]
        now = self.wall.now()
        if erasure.emptied_at is None:
            await self.ledger.replace(erasure.emptied(now))
        elif erasure.has_passed(now) and not any(left):
            await self.ledger.replace(erasure.done(now))
