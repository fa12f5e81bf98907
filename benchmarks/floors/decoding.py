"""The floor of facts: decode each snapshot in Python, insert the columns of the same table of facts, commit."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.floors.reading import Consumer, Records, one_ahead, run
from common.catalog import Grain
from common.warehouse.columns import fact_columns

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


async def _work(consumer: Consumer, client: AsyncClient) -> None:
    context = await client.create_insert_context(
        "post_facts", column_names=(*IDS, *MOMENTS, *TEXTS, *VALUES), column_oriented=True
    )

    async def insert(ready: Columns) -> None:
        context.data = ready
        await client.insert(context=context)

    await one_ahead(consumer, columns, insert)


if __name__ == "__main__":
    run(_work)
