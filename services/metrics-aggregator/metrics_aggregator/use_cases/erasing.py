"""Erasing accounts: delete, let everything pass that was under way, delete again, say so.

Nothing is remembered but the topic itself: an erasure without a completion is begun anew after a kill at any place, and
every step may be repeated, by several workers too.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.events import ErasureCompletion, ErasureV1, Message, RollupsUpdatedV1, Store, encode
from common.runtime.clock import Clock
from metrics_aggregator.domain.erasures import Erasure, Ledger
from metrics_aggregator.ports import AccountTables, Inputs, Outlet, Places, Retry
from metrics_aggregator.use_cases.pipeline import SERVICE

# Workers commit once a second.
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """`is_mine`: whether this worker does the erasures now; the others only drop what comes late."""

    ledger: Ledger
    tables: AccountTables
    inputs: Inputs
    outlet: Outlet
    retry: Retry
    wall_clock: Clock
    rollups: tuple[str, ...]
    is_mine: Callable[[], bool]

    async def run(self) -> None:
        """Work off what is open, for ever."""
        while True:
            if self.is_mine() and (erasures := self.ledger.open()):
                await self.erase(erasures)
            await asyncio.sleep(LOOK_SECONDS)

    async def erase(self, erasures: Sequence[Erasure]) -> None:
        """Return once ClickHouse holds nothing of the accounts from before their erasure, and that is told."""
        await self.retry("note erasures", lambda: self.tables.note(erasures))
        await self._delete(erasures)
        await self._let_pass()
        # Batches that were under way at the first time may have brought facts and rollups back.
        version = await self._delete(erasures)
        gone = [self._updated(erasure, version) for erasure in erasures]
        await self.retry("announce the rollups", lambda: self.outlet.publish(gone))
        completions = [self._completion(erasure) for erasure in erasures]
        told = [encode(one, service=SERVICE) for one in completions]
        await self.retry("tell completions", lambda: self.outlet.publish(told))
        for completion in completions:
            self.ledger.learn(completion)

    async def _delete(self, erasures: Sequence[Erasure]) -> int:
        versions: list[int] = []

        async def delete() -> None:
            versions.append(await self.tables.erase(erasures))

        await self.retry("erase", delete)
        return versions[-1]

    async def _let_pass(self) -> None:
        """Wait until the workers have committed everything that is in the input topics now."""
        found: list[Places] = []
        passed: list[bool] = []

        async def look_at_ends() -> None:
            found.append(await self.inputs.ends())

        async def look() -> None:
            passed.append(await self.inputs.passed(found[-1]))

        await self.retry("read the topics' ends", look_at_ends)
        while not (passed and passed[-1]):
            await asyncio.sleep(LOOK_SECONDS)
            await self.retry("read the commits", look)

    def _completion(self, erasure: Erasure) -> ErasureV1:
        return ErasureV1(
            workspace_id=erasure.account.workspace_id,
            account_id=erasure.account.account_id,
            erased_at=erasure.erased_at,
            step=ErasureCompletion(store=Store.CLICKHOUSE, completed_at=self.wall_clock.now()),
        )

    def _updated(self, erasure: Erasure, version: int) -> Message:
        event = RollupsUpdatedV1(
            workspace_id=erasure.account.workspace_id,
            account_id=erasure.account.account_id,
            rollups=self.rollups,
            version=version,
            observed_at=erasure.erased_at,
        )
        return encode(event, service=SERVICE)
