"""Run with the code of a copy: facts enter through landing tables, and every widget that shows a metric answers.

Standard input: JSON with the slug of the metric, snapshots of posts and of the profile, and labels by post. Standard
output: JSON by view, then by what tells its rows apart.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Widget, catalog
from common.events import Event, PostLabelsV1, PostSnapshotV1, ProfileSnapshotV1, encode
from common.runtime.settings import ClickHouseSettings
from common.warehouse.client import connect
from common.warehouse.views import totals_name, view_name, view_parameters
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.domain.records import Account
from metrics_aggregator.domain.touched import Touched

ACCOUNT = Account(UUID(int=1), UUID(int=2))
IDS = {"workspace_id": ACCOUNT.workspace_id, "account_id": ACCOUNT.account_id}
LANDINGS = {
    PostSnapshotV1: "landing_post_snapshots",
    ProfileSnapshotV1: "landing_profile_snapshots",
    PostLabelsV1: "landing_post_labels",
}
BOUND = {
    "workspace_id": f"'{ACCOUNT.workspace_id}'",
    "accounts": f"['{ACCOUNT.account_id}']",
    "from": "'2026-02-01'",
    "to": "'2026-04-01'",
    "lifecycle": "'all'",
    "known_at": "'2026-04-01 00:00:00'",
}


async def take(client: AsyncClient, given: Mapping[str, Any]) -> None:
    """Facts first, then what they touch anew, as the pipeline does."""
    warehouse = ClickHouseWarehouse(client)
    for event in events(given):
        await warehouse.insert(LANDINGS[type(event)], [encode(event, service="ingestor").value or b""])
    posts = tuple(str(post["post_id"]) for post in given["posts"])
    await warehouse.recompute(("post_latest", "post_day"), Touched(accounts=(ACCOUNT,), posts=posts))
    await warehouse.recompute(("account_day",), Touched(accounts=(ACCOUNT,)))


def events(given: Mapping[str, Any]) -> Iterator[Event]:
    for model, name in ((PostSnapshotV1, "posts"), (ProfileSnapshotV1, "profiles")):
        for said in given[name]:
            yield model(**IDS, **said, recorded_at=said["observed_at"], field_set="full.v1")
    for post_id, label in given["labels"].items():
        at = {"changed_at": "2026-03-01T00:00:00Z", "recorded_at": "2026-03-01T00:00:00Z"}
        yield PostLabelsV1(**IDS, **at, post_id=post_id, label_ids=[label], plan_ids=[], revision=1)


async def answers(client: AsyncClient, metric: str) -> AsyncIterator[tuple[str, Mapping[str, object]]]:
    for widget in catalog().viewed():
        if metric in widget.metrics:
            for name, by in views(widget):
                parameters = (*view_parameters(widget), *(["known_at"] if name.endswith("_known") else []))
                call = f"{name}({', '.join(f'{one} = {BOUND[one]}' for one in parameters)})"
                rows = await client.query(f"SELECT * FROM {call}")
                yield name, {key(row, by): row[metric] for row in rows.named_results()}


def views(widget: Widget) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each with the columns that tell its rows apart."""
    for end in ("", "_known"):
        yield f"{view_name(widget)}{end}", widget.by
        if widget.totals:
            yield f"{totals_name(widget)}{end}", ()


def key(row: Mapping[str, object], by: Iterable[str]) -> str:
    return " ".join(str(row[one]) for one in by if one != "account_id")


async def main() -> None:
    given, settings = json.load(sys.stdin), ClickHouseSettings()
    client = await connect(settings.clickhouse_url, database=settings.clickhouse_database)
    try:
        await take(client, given)
        found = {name: rows async for name, rows in answers(client, given["metric"])}
    finally:
        await client.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
