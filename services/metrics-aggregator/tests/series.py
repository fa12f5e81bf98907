"""Series of accounts and posts in a real ClickHouse, and the oracles that say what they must be."""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from clickhouse_connect.driver.asyncclient import AsyncClient

from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched
from metrics_aggregator.rollups import EVERYTHING, ROLLUPS

# Outside the packages, so that the oracles cannot lean on anything of ours.
_ORACLES = Path(__file__).parents[3] / "tests" / "integration" / "oracle"

# Landing table and the value that goes into it.
Told = tuple[str, bytes]
Row = Mapping[str, Any]


def oracle(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{name}_oracle", _ORACLES / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one rollup that belong to an account of its own."""

    client: AsyncClient
    account: Account
    rollup: str
    posts: tuple[str, ...] = ()

    async def take(self, batch: Sequence[Told]) -> None:
        """As the pipeline does: facts first, then what they touch anew."""
        warehouse = ClickHouseWarehouse(self.client)
        for landing in sorted({landing for landing, _ in batch}):
            await warehouse.insert(landing, [value for name, value in batch if name == landing])
        await warehouse.recompute((self.rollup,), Touched(accounts=(self.account,), posts=self.posts))

    async def stored(self) -> list[Row]:
        return await self._rows(f"{self.rollup} FINAL")

    async def recomputed(self) -> list[Row]:
        """What a recompute of everything there is would write."""
        return await self._rows(f"({ROLLUPS[self.rollup].selection()})")

    async def _rows(self, source: str) -> list[Row]:
        bound = {**EVERYTHING, "account": self.account.account_id, "version": 0}
        sql = f"{spelled_out(self.rollup, source)} WHERE account_id = {{account:UUID}}"
        result = await self.client.query(sql, parameters=bound, tz_mode="aware")
        return [with_maps(self.rollup, row) for row in result.named_results()]


def spelled_out(rollup: str, source: str) -> str:
    """A SELECT of all columns, with maps as sorted lists: the client would pass over a label that stands twice."""
    maps = [field.name for field in ROLLUPS[rollup].breakdowns]
    lists = ", ".join(f"arraySort(arrayZip(mapKeys({name}), mapValues({name}))) AS {name}" for name in maps)
    return f"SELECT * REPLACE ({lists}) FROM {source}" if lists else f"SELECT * FROM {source}"


def with_maps(rollup: str, row: Row) -> Row:
    """Of what was spelled out."""
    maps = {field.name: dict(row[field.name]) for field in ROLLUPS[rollup].breakdowns}
    assert all(len(row[name]) == len(items) for name, items in maps.items())
    return {**row, **maps}
