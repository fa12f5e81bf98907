"""The posts port on ClickHouse: which exist, and which a rule is for. The rule's values are bound, never written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from query_api.adapters.question_sql import Parameter, Query
from query_api.domain.label_rules import Condition, Field, Match
from query_api.domain.post_labels import PostRef
from query_api.ports.labels import Matching


class Rows(Protocol):
    async def rows(self, query: Query, *, most: int) -> Sequence[Sequence[object]]:
        """The rows as decoded JSON; raises `TooMuch` where there are more than `most`."""
        ...


_MINE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
_OF_POSTS = f"FROM post_latest FINAL WHERE {_MINE}"
_CHANNELS = f"SELECT account_id, post_id, channel {_OF_POSTS} AND post_id IN {{posts:Array(String)}}"
_NEW = "first_observed_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
_AFTER = "(account_id, post_id) > ({after_account:UUID}, {after_post:String})"

# Letters, digits and underscores of any script, as TikTok takes them.
_TAGS = r"extractAll(lowerUTF8(ifNull(caption, '')), '#([\\p{L}\\p{M}\\p{N}_]+)')"
_TESTS: Mapping[Field, Callable[[str], str]] = {
    Field.CAPTION: lambda value: f"positionCaseInsensitiveUTF8(caption, {value}) > 0",
    Field.HASHTAG: lambda value: f"has({_TAGS}, lowerUTF8({value}))",
    Field.FORMAT: lambda value: f"format = {value}",
}
_JOINED = {Match.ANY: " OR ", Match.ALL: " AND "}


class ClickHousePosts:
    def __init__(self, warehouse: Rows) -> None:
        self._warehouse = warehouse

    async def channels(self, workspace_id: UUID, refs: Sequence[PostRef]) -> Mapping[PostRef, str]:
        if not refs:
            return {}
        accounts = {ref.account_id for ref in refs}
        posts = {ref.post_id for ref in refs}
        bound = {**_whose(workspace_id, accounts), "posts": sorted(posts)}
        # Ids of posts are unique with the channel, so accounts of one workspace share none.
        found = await self._warehouse.rows(Query(_CHANNELS, bound), most=len(accounts) * len(posts))
        wanted = set(refs)
        return {ref: channel for ref, channel in map(_post, found) if ref in wanted}

    async def matching(self, wanted: Matching) -> Mapping[PostRef, str]:
        sql, bound = _conditions(wanted)
        order = "ORDER BY account_id, post_id LIMIT {limit:UInt32}"
        query = Query(
            f"SELECT account_id, post_id, channel {_OF_POSTS} AND {sql} {order}", {**bound, "limit": wanted.limit}
        )
        return dict(map(_post, await self._warehouse.rows(query, most=wanted.limit)))

    async def count(self, wanted: Matching) -> int:
        sql, bound = _conditions(wanted)
        ((count,),) = await self._warehouse.rows(Query(f"SELECT count() {_OF_POSTS} AND {sql}", bound), most=1)
        return int(str(count))


def _post(row: Sequence[object]) -> tuple[PostRef, str]:
    account_id, post_id, channel = map(str, row)
    return PostRef(UUID(account_id), post_id), channel


def _whose(workspace_id: UUID, accounts: Iterable[UUID]) -> dict[str, Parameter]:
    return {"workspace_id": str(workspace_id), "accounts": sorted(map(str, accounts))}


def _conditions(wanted: Matching) -> tuple[str, dict[str, Parameter]]:
    rule, bound = wanted.rule, _whose(wanted.rule.workspace_id, wanted.accounts)
    named = {f"condition_{place}": one for place, one in enumerate(rule.conditions)}
    tests = [_JOINED[rule.match].join(_test(name, one) for name, one in named.items())]
    bound |= {name: one.value for name, one in named.items()}
    if wanted.new:
        tests.append(_NEW)
        bound["since"] = round(rule.since.timestamp() * 1000)
    if wanted.after:
        tests.append(_AFTER)
        bound |= {"after_account": str(wanted.after.account_id), "after_post": wanted.after.post_id}
    return " AND ".join(f"({test})" for test in tests), bound


def _test(name: str, condition: Condition) -> str:
    return _TESTS[condition.field](f"{{{name}:String}}")
