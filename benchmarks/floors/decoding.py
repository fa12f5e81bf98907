"""The floor of facts, as one writes it by hand: 2,000 records, each decoded in Python, their columns inserted into the
same table of facts, committed; then the next 2,000. It is the loop that other frameworks were measured against."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.floors.reading import Consumer, Records, one_by_one, run
from common.catalog import Grain
from common.warehouse.columns import fact_columns

ROWS = 2_000
VALUES = tuple(fact_columns(Grain.POST))
TEXTS = ("channel", "post_id", "source", "field_set", "dropped_fields", "extra")
IDS = ("workspace_id", "account_id")
MOMENTS = ("observed_at", "recorded_at")

Columns = list[Sequence[Any]]


def columns(records: Records) -> Columns:
    events = [orjson.loads(record.value) for record in records]
    values = [event["values"] for event in events]
    return [
        *([_id(event[name]) for event in events] for name in IDS),
        *([_moment(event[name]) for event in events] for name in MOMENTS),
        *([event[name] for event in events] for name in TEXTS),
        *([given.get(name) for given in values] for name in VALUES),
    ]


@cache
def _id(text: str) -> UUID:
    return UUID(text)


@cache
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


Inserting = Callable[[Columns], Awaitable[None]]


async def inserting(client: AsyncClient) -> Inserting:
    """What inserts columns; the table is asked for its types once."""
    context = await client.create_insert_context(
        "post_facts", column_names=(*IDS, *MOMENTS, *TEXTS, *VALUES), column_oriented=True
    )

    async def insert(ready: Columns) -> None:
        context.data = ready
        await client.insert(context=context)

    return insert


async def _work(consumer: Consumer, client: AsyncClient) -> None:
    await one_by_one(consumer, columns, await inserting(client), rows=ROWS)


if __name__ == "__main__":
    # Seventy times Python's own, which would take a third of all time.
    run(_work, objects_between_collections=50_000)
