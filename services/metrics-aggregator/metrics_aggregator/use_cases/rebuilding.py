"""Building a rollup anew beside the old one, while readers and workers go on with the old one."""

from collections.abc import Callable
from dataclasses import dataclass

from metrics_aggregator.domain.portions import MOST_FACTS_AT_ONCE, portions
from metrics_aggregator.ports import RollupTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilding:
    """`say` gets a line for each step."""

    tables: RollupTables
    say: Callable[[str], None]
    most_facts: int = MOST_FACTS_AT_ONCE

    async def rebuild(self, rollup: str) -> None:
        """Replace the rows of `rollup` by a computation from all facts. Killed anywhere, it can be run again."""
        new = await self.tables.create_beside(rollup)
        began = await self.tables.moment()
        await self._fill(rollup, into=new, what="filled")
        # What came meanwhile is taken over before the exchange, so that little is old after it.
        caught_up = await self.tables.moment()
        await self._fill(rollup, into=new, what="caught up", since=began)
        await self.tables.exchange(rollup, new)
        self.say(f"{rollup}: exchanged; readers see the new table")
        # Workers may have written into the old table until now.
        await self._fill(rollup, into=rollup, what="redone", since=caught_up)
        await self.tables.drop(new)
        self.say(f"{rollup}: done")

    async def _fill(self, rollup: str, *, into: str, what: str, since: int | None = None) -> None:
        loads = await self.tables.loads(rollup, since=since)
        accounts = facts = 0
        total = sum(load.facts for load in loads)
        for portion in portions(loads, most_facts=self.most_facts):
            await self.tables.fill(rollup, into=into, accounts=portion.accounts)
            accounts, facts = accounts + len(portion.accounts), facts + portion.facts
            self.say(f"{rollup}: {what} {accounts} of {len(loads)} accounts, {facts} of {total} facts")
