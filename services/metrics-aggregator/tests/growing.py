"""Posts whose growth a real ClickHouse computes, without the rest of the system around it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.runtime.clock import set_clock
from common.warehouse.client import connect
from common.warehouse.columns import growth_columns
from common.warehouse.migrate import migrate
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import EVER, EVERYTHING, ROLLUPS

from .growth import Row, Said, Table

Delivery = list[tuple[str, Said]]


@asynccontextmanager
async def growth_warehouse(folder: Path) -> AsyncIterator[AsyncClient]:
    """A client of a ClickHouse of its own, with all tables."""
    home = Home(folder)
    set_clock(home.clock)
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    parts = [part for part in system_parts(home, addresses) if part.name == "clickhouse"]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        await migrate(addresses.clickhouse, database="growth")
        client = await connect(addresses.clickhouse, database="growth")
        yield client
        await client.close()
    finally:
        await supervisor.stop()


@dataclass(frozen=True, slots=True)
class Growing:
    """One account of its own in a real ClickHouse."""

    client: AsyncClient
    account: Account

    async def take(self, batch: Sequence[tuple[str, Said]]) -> None:
        """As the pipeline does: facts first, then the touched posts anew."""
        await self.insert(batch)
        await self.recompute(batch)

    async def insert(self, batch: Sequence[tuple[str, Said]]) -> None:
        ids = {"workspace_id": self.account.workspace_id, "account_id": self.account.account_id}
        values = [said.value(post_id=post_id, **ids) for post_id, said in batch]
        await ClickHouseWarehouse(self.client).insert("landing_post_snapshots", values)

    async def recompute(self, batch: Sequence[tuple[str, Said]]) -> int:
        touched = Touched(accounts=(self.account,), posts=tuple({post_id for post_id, _ in batch}))
        return await ClickHouseWarehouse(self.client).recompute(("post_day",), touched)

    async def tables(self) -> dict[str, Table]:
        return _tables(await self._rows("SELECT * FROM post_day FINAL WHERE account_id = {account:UUID}"))

    async def recomputed_whole(self, *, known_at: str = EVER) -> dict[str, Table]:
        """What a recompute of everything recorded by `known_at` would write for this account."""
        everything = ROLLUPS["post_day"].selection()
        return _tables(
            await self._rows(f"SELECT * FROM ({everything}) WHERE account_id = {{account:UUID}}", known_at=known_at)
        )

    async def _rows(self, sql: str, *, known_at: str = EVER) -> list[Mapping[str, Any]]:
        bound = {**EVERYTHING, "known_at": known_at, "account": self.account.account_id, "version": 0}
        result = await self.client.query(f"{sql} ORDER BY post_id, day", parameters=bound)
        return list(result.named_results())


def _tables(rows: Sequence[Mapping[str, Any]]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        cells: Row = {name: (row[name], name in row["estimated"]) for name in growth_columns()}
        assert row["day"] not in found.get(row["post_id"], {})
        found.setdefault(row["post_id"], {})[row["day"]] = cells
    return found
