"""Events as they were published, made again from the facts they became."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog.model import Grain
from common.catalog.model import Kind as FieldKind
from common.catalog.registry import catalog
from common.events import Event, PostLabelsV1, PostLifecycleV1, PostSnapshotV1, ProfileSnapshotV1
from common.events.envelope import epoch_ms
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.republishing import Kind, Place, Told, Wanted

Row = Mapping[str, Any]

# Who published a fact, by its source.
_SERVICES = {"api": "ingestor", "studio_csv": "query-api", "workspace": "query-api"}
_HELD = "SELECT workspace_id FROM (SELECT workspace_id FROM {table} WHERE account_id = {{account_id:UUID}} LIMIT 1)"
_PAGE = """
SELECT *, toUnixTimestamp64Milli(observed_at) AS observed_ms, toUnixTimestamp64Milli(recorded_at) AS recorded_ms
FROM {table} FINAL
WHERE workspace_id = {{workspace_id:UUID}} AND account_id = {{account_id:UUID}}
    AND observed_at >= fromUnixTimestamp64Milli({{since:Int64}})
    AND observed_at < fromUnixTimestamp64Milli({{until:Int64}})
    AND (observed_ms, {post_id}, source) > ({{after_ms:Int64}}, {{after_post:String}}, {{after_source:String}})
ORDER BY observed_ms, {post_id}, source
LIMIT {{limit:UInt64}}
"""
_BESIDE = """
SELECT *, toUnixTimestamp64Milli(observed_at) AS observed_ms
FROM {table} FINAL
WHERE workspace_id = {{workspace_id:UUID}} AND account_id = {{account_id:UUID}}
    AND observed_at BETWEEN fromUnixTimestamp64Milli({{first:Int64}}) AND fromUnixTimestamp64Milli({{last:Int64}})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where a kind's facts lie: a row of `table` for each event, and what else belongs to it beside."""

    table: str
    make: Callable[[Row, Mapping[str, Sequence[Row]]], Event]
    beside: tuple[str, ...] = ()
    of_posts: bool = True


class ClickHouseFactEvents:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def account(self, account_id: UUID) -> Account | None:
        parts = (_HELD.format(table=source.table) for source in _SOURCES.values())
        found = await self._client.query(" UNION ALL ".join(parts), parameters={"account_id": account_id})
        return Account(found.result_rows[0][0], account_id) if found.result_rows else None

    async def events(self, kind: Kind, account: Account, wanted: Wanted, *, after: Place, limit: int) -> Sequence[Told]:
        source = _SOURCES[kind]
        parameters = {
            "since": epoch_ms(wanted.since),
            "until": epoch_ms(wanted.until),
            "after_ms": after.observed_ms,
            "after_post": after.post_id,
            "after_source": after.source,
            "limit": limit,
        }
        page = _PAGE.format(table=source.table, post_id="post_id" if source.of_posts else "''")
        rows = await self._rows(page, account, parameters)
        beside = {table: await self._beside(table, account, rows) for table in source.beside if rows}
        return [
            _told(source, row, {table: found.get(_place(row), ()) for table, found in beside.items()}) for row in rows
        ]

    async def _beside(self, table: str, account: Account, rows: Sequence[Row]) -> Mapping[Place, Sequence[Row]]:
        parameters = {"first": rows[0]["observed_ms"], "last": rows[-1]["observed_ms"]}
        found: dict[Place, list[Row]] = {}
        for row in await self._rows(_BESIDE.format(table=table), account, parameters):
            found.setdefault(_place(row), []).append(row)
        return found

    async def _rows(self, statement: str, account: Account, parameters: Mapping[str, object]) -> Sequence[Row]:
        whose = {"workspace_id": account.workspace_id, "account_id": account.account_id}
        result = await self._client.query(statement, parameters={**parameters, **whose})
        return list(result.named_results())


def _told(source: _Source, row: Row, beside: Mapping[str, Sequence[Row]]) -> Told:
    return Told(event=source.make(row, beside), service=_SERVICES[row["source"]], place=_place(row))


def _place(row: Row) -> Place:
    return Place(row["observed_ms"], row.get("post_id", ""), row["source"])


def _post(row: Row, beside: Mapping[str, Sequence[Row]]) -> Event:
    values = _values(Grain.POST, {**_one(beside["traffic_facts"]), **row})
    return PostSnapshotV1.model_validate({**_envelope(row), "post_id": row["post_id"], "values": values})


def _profile(row: Row, beside: Mapping[str, Sequence[Row]]) -> Event:
    days = [
        {"date": day["day"], "values": _values(Grain.PROFILE_DAY, day)}
        for day in sorted(beside["profile_day_facts"], key=lambda day: day["day"])
    ]
    profile = _values(Grain.PROFILE, {**_one(beside["audience_facts"]), **row})
    return ProfileSnapshotV1.model_validate({**_envelope(row), "profile": profile, "days": days})


def _lifecycle(row: Row, _: Mapping[str, Sequence[Row]]) -> Event:
    return PostLifecycleV1.model_validate(_with_moments(row))


def _labels(row: Row, _: Mapping[str, Sequence[Row]]) -> Event:
    return PostLabelsV1.model_validate({**_with_moments(row), "changed_at": row["observed_ms"] / 1000})


def _one(rows: Sequence[Row]) -> Row:
    return rows[0] if rows else {}


def _envelope(row: Row) -> dict[str, object]:
    names = ("workspace_id", "account_id", "channel", "source", "field_set", "dropped_fields", "extra")
    moments = {"observed_at": row["observed_ms"] / 1000, "recorded_at": row["recorded_ms"] / 1000}
    return {**{name: row[name] for name in names}, **moments}


def _with_moments(row: Row) -> dict[str, object]:
    return {**row, "observed_at": row["observed_ms"] / 1000, "recorded_at": row["recorded_ms"] / 1000}


def _values(grain: Grain, row: Row) -> dict[str, object]:
    """A fact does not tell what was not asked for from what was not given: both are null here."""
    return {
        field.name: _parsed(row.get(field.name)) if field.kind is FieldKind.BREAKDOWN else row.get(field.name)
        for field in catalog().fields_of(grain)
    }


def _parsed(text: str | None) -> object:
    return None if text is None else json.loads(text)


_SOURCES: Mapping[Kind, _Source] = {
    Kind.POSTS: _Source(table="post_facts", make=_post, beside=("traffic_facts",)),
    Kind.PROFILES: _Source(
        table="account_facts", make=_profile, beside=("audience_facts", "profile_day_facts"), of_posts=False
    ),
    Kind.LIFECYCLE: _Source(table="lifecycle_facts", make=_lifecycle),
    Kind.LABELS: _Source(table="label_facts", make=_labels),
}
