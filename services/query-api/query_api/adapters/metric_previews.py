"""A formula's figures straight from the rollups, before it is anybody's metric."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast
from uuid import UUID

from common.catalog import Attribution, Metric, Rollup
from common.warehouse.expressions import over_rows
from common.warehouse.sources import rows_in_range, select
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.question_sql import Parameter, Query
from query_api.domain.date_range import DateRange
from query_api.ports.metrics import Previewed

_ROLLUPS: Mapping[Attribution, tuple[Rollup, str]] = {
    Attribution.ACTIVITY: (Rollup.ACCOUNT_DAY, "day"),
    Attribution.PUBLISHED: (Rollup.POST_LATEST, "toDate(assumeNotNull(published_at)) AS day"),
}
_EVERY_DAY = "GROUP BY day ORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1"


class ClickHousePreviews:
    def __init__(self, warehouse: ClickHouseWarehouse) -> None:
        self._warehouse = warehouse

    async def preview(
        self, metric: Metric, attribution: Attribution, *, workspace_id: UUID, accounts: Sequence[UUID], days: DateRange
    ) -> Previewed:
        rollup, day = _ROLLUPS[attribution]
        bound: dict[str, Parameter] = {
            "workspace_id": str(workspace_id),
            "accounts": [str(account) for account in accounts],
            "from": days.start.isoformat(),
            "to": days.end.isoformat(),
            "lifecycle": "live",
        }
        by_day = select([day, f"{over_rows(metric, rollup, over_days=False)} AS figure"], rows_in_range(rollup))
        whole = select([over_rows(metric, rollup, over_days=True)], rows_in_range(rollup))
        rows = await self._warehouse.rows(Query(f"{by_day}\n{_EVERY_DAY}", bound), most=len(days))
        ((figure,),) = await self._warehouse.rows(Query(whole, bound), most=1)
        figures = {date.fromisoformat(on): value for on, value in cast("Sequence[tuple[str, float | None]]", rows)}
        return Previewed(days=figures, whole=cast("float | None", figure))
