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
from query_api.adapters.clickhouse_posts import Rows
from query_api.adapters.widget_sql import Parameter, Query
from query_api.domain.calendar import CalendarPage, PostCard
from query_api.domain.post_labels import PostRef
from query_api.domain.post_panel import MOST_DAYS, Row, curves, figures, grown, part_of, sources
from query_api.ports.calendar import PostResults

_MINE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
_ONE = f"{_MINE} AND post_id = {{post_id:String}}"
_CARD = """account_id, post_id, channel, toUnixTimestamp(published_at), format, caption, thumbnail_url, share_url,
    toUnixTimestamp64Milli(gone_at)"""
_WHY = f"""
SELECT account_id, post_id, argMax(tuple(why), observed_at).1
FROM lifecycle_facts FINAL
WHERE {_MINE} AND post_id IN {{posts:Array(String)}} AND change = 'gone'
GROUP BY account_id, post_id
"""
_PUBLISHED = f"{_MINE} AND published_at >= toDateTime({{start:UInt32}}) AND published_at < toDateTime({{end:UInt32}})"
_AFTER = "(toUnixTimestamp(assumeNotNull(published_at)), post_id) > ({after:UInt32}, {after_post:String})"
# Of a breakdown any item: none has as many.
_MOST_ITEMS = 10_000


class ClickHouseShelf:
    def __init__(self, warehouse: Rows) -> None:
        self._warehouse = warehouse

    async def published(self, page: CalendarPage) -> Sequence[PostCard]:
        conditions, bound = _asked(page)
        sql = f"""
            SELECT {_CARD} FROM post_latest FINAL WHERE {" AND ".join(conditions)}
            ORDER BY published_at, post_id LIMIT {{limit:UInt32}}
        """
        cards = [_card(row) for row in await self._warehouse.rows(Query(sql, bound), most=page.limit)]
        return await self._with_reasons(page.workspace_id, cards)

    async def results(self, workspace_id: UUID, ref: PostRef, *, now: datetime) -> PostResults | None:
        bound = {**_whose(workspace_id, [ref.account_id]), "post_id": ref.post_id}
        cells = ", ".join(of_row(metric, Rollup.POST_LATEST) for metric in figures())
        seen = "toUnixTimestamp64Milli(observed_at), toString(toDate(first_observed_at))"
        sql = f"SELECT {_CARD}, {seen}, {cells} FROM post_latest FINAL WHERE {_ONE}"
        found = await self._warehouse.rows(Query(sql, bound), most=1)
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
        cells = ", ".join(of_row(metric, Rollup.POST_DAY) for metric in grown())
        days = "day >= {from:Date} AND day < {to:Date}"
        sql = f"SELECT day, {cells} FROM post_day FINAL WHERE {_ONE} AND {days} ORDER BY day"
        return await self._rows(sql, bound, MOST_DAYS)

    async def _statuses(self, bound: Mapping[str, Parameter], now: datetime) -> Mapping[tuple[date, str], Status]:
        sql = f"SELECT day, arrayJoin(fields), status FROM ({coverage_of_a_post()})"
        rows = await self._rows(sql, {**bound, "now": f"{now.astimezone(UTC):%F %T}"}, MOST_DAYS * 100)
        return {(date.fromisoformat(str(day)), str(field)): Status(str(status)) for day, field, status in rows}

    async def _curves(self, bound: Mapping[str, Parameter]) -> Sequence[Row]:
        fields = [part_of(metric) for metric in curves()]
        cells = ", ".join(f"if(mapContains({field}, label), {field}[label], NULL)" for field in fields)
        labels = ", ".join(f"mapKeys({field})" for field in fields)
        sql = f"""
            SELECT toInt64OrNull(CAST(label, 'String')) AS second, {cells}
            FROM (
                SELECT {", ".join(fields)}, arrayJoin(arrayDistinct(arrayConcat({labels}))) AS label
                FROM post_latest FINAL WHERE {_ONE}
            )
            WHERE isNotNull(second) ORDER BY second
        """
        return await self._rows(sql, bound, _MOST_ITEMS)

    async def _sources(self, bound: Mapping[str, Parameter]) -> Sequence[Row]:
        (field,) = (part_of(metric) for metric in sources())
        sql = f"""
            SELECT item.1, item.2
            FROM (SELECT arrayJoin({field}) AS item FROM post_latest FINAL WHERE {_ONE})
            ORDER BY item.2 DESC, item.1
        """
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
