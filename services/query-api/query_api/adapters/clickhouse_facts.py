"""What the warehouse knows of an account's days and posts, for who would import some."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from common.catalog import Grain
from common.warehouse.columns import fact_columns
from common.warehouse.sources import select
from query_api.adapters.clickhouse_posts import Rows
from query_api.adapters.question_sql import Query

# Far longer than a file may reach back.
_MOST_DAYS = 4_000
# Bound as one parameter, of which ClickHouse takes 128 KiB.
_POSTS_AT_ONCE = 2_000
_WHOSE = "workspace_id = {workspace_id:UUID} AND account_id = {account_id:UUID}"
_NAMES = tuple(fact_columns(Grain.PROFILE_DAY))
_TEXTS, _ARE_GIVEN = ", ".join(map("'{}'".format, _NAMES)), ", ".join(map("isNotNull({})".format, _NAMES))
_GIVEN = f"arrayFilter((name, is_given) -> is_given, [{_TEXTS}], [{_ARE_GIVEN}])"
_DAYS = select(
    ("toString(day)", f"groupUniqArrayArray({_GIVEN})"),
    "FROM profile_day_facts FINAL",
    f"WHERE {_WHOSE} AND source = 'api' AND day >= {{first:Date}} AND day <= {{last:Date}}",
    "GROUP BY day",
)
_POSTS = select(
    ("post_id", "toString(toDate(first_observed_at))"),
    "FROM post_latest FINAL",
    f"WHERE {_WHOSE} AND post_id IN {{posts:Array(String)}}",
)


class ClickHouseFacts:
    def __init__(self, warehouse: Rows) -> None:
        self._warehouse = warehouse

    async def days_of_api(
        self, workspace_id: UUID, account_id: UUID, first: date, last: date
    ) -> Mapping[date, frozenset[str]]:
        bound = {**_whose(workspace_id, account_id), "first": str(first), "last": str(last)}
        found = await self._warehouse.rows(Query(_DAYS, bound), most=_MOST_DAYS)
        return {date.fromisoformat(str(day)): frozenset(names) for day, names in found if isinstance(names, list)}

    async def posts_since(self, workspace_id: UUID, account_id: UUID, post_ids: Sequence[str]) -> Mapping[str, date]:
        since: dict[str, date] = {}
        for start in range(0, len(post_ids), _POSTS_AT_ONCE):
            some = list(post_ids[start : start + _POSTS_AT_ONCE])
            bound = {**_whose(workspace_id, account_id), "posts": some}
            found = await self._warehouse.rows(Query(_POSTS, bound), most=len(some))
            since |= {str(post_id): date.fromisoformat(str(day)) for post_id, day in found}
        return since


def _whose(workspace_id: UUID, account_id: UUID) -> dict[str, str]:
    return {"workspace_id": str(workspace_id), "account_id": str(account_id)}
