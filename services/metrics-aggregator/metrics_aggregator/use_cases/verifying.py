"""Checking rollups against a recomputation from the facts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from metrics_aggregator.domain.differences import Difference
from metrics_aggregator.domain.portions import Portion, portions
from metrics_aggregator.ports import RollupTables

# Facts are written before their rollups: what is under way just now looks different, and is over at a later look.
LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    tables: RollupTables
    pause: Callable[[], Awaitable[None]]

    async def differences(self, rollup: str, *, account_id: UUID | None = None) -> AsyncIterator[Difference]:
        """Every lasting difference of `rollup`, in the order of accounts."""
        for portion in portions(await self.tables.loads(rollup, account_id=account_id)):
            for difference in await self._lasting(rollup, portion):
                yield difference

    async def _lasting(self, rollup: str, portion: Portion) -> Sequence[Difference]:
        found = await self.tables.differences(rollup, portion.accounts)
        for _ in range(LOOKS - 1):
            if not found:
                break
            await self.pause()
            again = set(await self.tables.differences(rollup, portion.accounts))
            found = [difference for difference in found if difference in again]
        return found
