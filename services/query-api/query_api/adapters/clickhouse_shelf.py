"""The shelf of posts on ClickHouse. Values are always bound; only the catalog's names are written."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID

from common.catalog import Rollup
from common.catalog.coverage import Status
from common.warehouse.coverage_views import coverage_of_a_post
from common.warehouse.expressions import of_row
from common.warehouse.sources import select
from query_api.adapters.clickhouse_posts import Rows
from query_api.adapters.question_sql import Parameter, Query
from query_api.domain.calendar import CalendarPage, PostCard
from query_api.domain.post_labels import PostRef
from query_api.domain.post_panel import MOST_DAYS, Row, curves, figures, grown, part_of, sources
from query_api.ports.calendar import PostResults

_MINE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
_ONE = f"{_MINE} AND post_id = {{post_id:String}}"
_CARD = """account_id, post_id, channel, toUnixTimestamp(published_at), format, caption, thumbnail_url, share_url,
    toUnixTimestamp64Milli(gone_at)"""
_WHY = select(
    ["account_id", "post_id", "argMax(tuple(why), observed_at).1"],
    "FROM lifecycle_facts FINAL",
    f"WHERE {_MINE} AND post_id IN {{posts:Array(String)}} AND change = 'gone'",
    "GROUP BY account_id, post_id",
)
_OF_ONE = f"FROM post_latest FINAL\nWHERE {_ONE}"
_PUBLISHED = f"{_MINE} AND published_at >= toDateTime({{start:UInt32}}) AND published_at < toDateTime({{end:UInt32}})"
_AFTER = "(toUnixTimestamp(assumeNotNull(published_at)), post_id) > ({after:UInt32}, {after_post:String})"
# Of a breakdown any item: none has as many.
_MOST_ITEMS = 10_000


class ClickHouseShelf:
    def __init__(self, warehouse: Rows) -> None:
        self._warehouse = warehouse

    async def published(self, page: CalendarPage) -> Sequence[PostCard]:
        conditions, bound = _asked(page)
        where = f"FROM post_latest FINAL\nWHERE {' AND '.join(conditions)}"
        sql = select([_CARD], where, "ORDER BY published_at, post_id", "LIMIT {limit:UInt32}")
        cards = [_card(row) for row in await self._warehouse.rows(Query(sql, bound), most=page.limit)]
        return await self._with_reasons(page.workspace_id, cards)

    async def results(self, workspace_id: UUID, ref: PostRef, *, now: datetime) -> PostResults | None:
        bound = {**_whose(workspace_id, [ref.account_id]), "post_id": ref.post_id}
        cells = [of_row(metric, Rollup.POST_LATEST) for metric in figures()]
        seen = "toUnixTimestamp64Milli(observed_at), toString(toDate(first_observed_at))"
        found = await self._warehouse.rows(Query(select([_CARD, seen, *cells], _OF_ONE), bound), most=1)
        if not found:
            return None
        (card,) = await self._with_reasons(workspace_id, [_card(found[0])])
        as_of, first_seen, *row = found[0][9:]
        days = _days(card, date.fromisoformat(str(first_seen)), now)
        growth, statuses, curve, traffic = await asyncio.gather(
            self._growth({**bound, **days}),
            self._statuses({**bound, **days}, now),
            self._curves(bound),
            self._sources(bound),
        )
        return PostResults(
            card=card,
            as_of=_moment(as_of) or now,
            figures=cast("Row", row),
            growth=growth,
            statuses=statuses,
            curves=curve,
            sources=traffic,
        )

    async def _growth(self, bound: Mapping[str, Parameter]) -> Sequence[Row]:
        cells = (of_row(metric, Rollup.POST_DAY) for metric in grown())
        where = f"WHERE {_ONE} AND day >= {{from:Date}} AND day < {{to:Date}}"
        sql = select(["day", *cells], "FROM post_day FINAL", where, "ORDER BY day")
        return await self._rows(sql, bound, MOST_DAYS)

    async def _statuses(self, bound: Mapping[str, Parameter], now: datetime) -> Mapping[tuple[date, str], Status]:
        sql = select(["day", "arrayJoin(fields)", "status"], f"FROM (\n{coverage_of_a_post()})")
        rows = await self._rows(sql, {**bound, "now": f"{now.astimezone(UTC):%F %T}"}, MOST_DAYS * 100)
        return {(date.fromisoformat(str(day)), str(field)): Status(str(status)) for day, field, status in rows}

    async def _curves(self, bound: Mapping[str, Parameter]) -> Sequence[Row]:
        fields = [part_of(metric) for metric in curves()]
        cells = (f"if(mapContains({field}, label), {field}[label], NULL)" for field in fields)
        keys = ", ".join(f"mapKeys({field})" for field in fields)
        items = select([*fields, f"arrayJoin(arrayDistinct(arrayConcat({keys}))) AS label"], _OF_ONE)
        second = "toInt64OrNull(CAST(label, 'String')) AS second"
        sql = select([second, *cells], f"FROM (\n{items}\n)", "WHERE isNotNull(second)", "ORDER BY second")
        return await self._rows(sql, bound, _MOST_ITEMS)

    async def _sources(self, bound: Mapping[str, Parameter]) -> Sequence[Row]:
        (field,) = (part_of(metric) for metric in sources())
        items = select([f"arrayJoin({field}) AS item"], _OF_ONE)
        sql = select(["item.1", "item.2"], f"FROM (\n{items}\n)", "ORDER BY item.2 DESC, item.1")
        return await self._rows(sql, bound, _MOST_ITEMS)

    async def _rows(self, sql: str, bound: Mapping[str, Parameter], most: int) -> Sequence[Row]:
        return cast("Sequence[Row]", await self._warehouse.rows(Query(sql, bound), most=most))

    async def _with_reasons(self, workspace_id: UUID, cards: Sequence[PostCard]) -> Sequence[PostCard]:
        gone = [card.ref for card in cards if card.gone_at]
        if not gone:
            return cards
        bound = {**_whose(workspace_id, [ref.account_id for ref in gone]), "posts": [ref.post_id for ref in gone]}
        # A post that went away twice is there once, and accounts of a workspace share no posts.
        rows = await self._warehouse.rows(Query(_WHY, bound), most=len(gone))
        reasons = {PostRef(UUID(str(account)), str(post)): why for account, post, why in rows}
        return [replace(card, gone_why=_text(reasons.get(card.ref))) for card in cards]


def _asked(page: CalendarPage) -> tuple[list[str], dict[str, Parameter]]:
    bound: dict[str, Parameter] = {
        **_whose(page.workspace_id, page.accounts),
        "start": round(page.start.timestamp()),
        "end": round(page.end.timestamp()),
        "limit": page.limit,
    }
    conditions = [_PUBLISHED]
    for column, wanted in (("channel", page.channels), ("format", page.formats)):
        if wanted is not None:
            conditions.append(f"{column} IN {{{column}:Array(String)}}")
            bound[column] = list(wanted)
    if page.after is not None:
        conditions.append(_AFTER)
        bound |= {"after": page.after.published_at, "after_post": page.after.post_id}
    return conditions, bound


def _days(card: PostCard, first_seen: date, now: datetime) -> dict[str, Parameter]:
    """The days growth can have: from publishing or the first sight on, as long as TikTok counts."""
    first = min(first_seen, card.published_at.date()) if card.published_at else first_seen
    end = min(now.astimezone(UTC).date() + timedelta(days=1), first + timedelta(days=MOST_DAYS))
    return {"from": first.isoformat(), "to": max(end, first).isoformat()}


def _whose(workspace_id: UUID, accounts: Sequence[UUID]) -> dict[str, Parameter]:
    return {"workspace_id": str(workspace_id), "accounts": sorted({str(one) for one in accounts})}


def _card(row: Sequence[object]) -> PostCard:
    account_id, post_id, channel, published_at, form, caption, thumbnail_url, share_url, gone_at = row[:9]
    return PostCard(
        ref=PostRef(UUID(str(account_id)), str(post_id)),
        channel=str(channel),
        published_at=_moment(published_at * 1000 if isinstance(published_at, int) else None),
        format=_text(form),
        caption=_text(caption),
        thumbnail_url=_text(thumbnail_url),
        share_url=_text(share_url),
        gone_at=_moment(gone_at),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(milliseconds: object) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, int) else None
