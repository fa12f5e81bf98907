"""The warehouse's coverage and query-api's say the same of the same facts, wherever both speak."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Attribution, catalog
from common.events import AccountChange, AccountStatus, AccountV1
from common.runtime.clock import set_clock
from common.warehouse.client import connect
from common.warehouse.migrate import migrate
from embedded import ports
from embedded.home import Home
from embedded.parts import USUAL_PORTS, Addresses, system_parts
from embedded.supervisor import Supervisor
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse, Limits
from query_api.domain.coverage import coverage
from query_api.domain.date_range import DateRange
from query_api.domain.measures import columns_read
from query_api.domain.widget_request import Asked, WidgetRequest, widget_request

DATABASE = "agreement"
WORKSPACE = UUID(int=1)
DAYS = DateRange(date(2025, 12, 15), date(2026, 3, 15))
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONNECTED = datetime(2026, 2, 20, 8, tzinfo=UTC)
ALL_SCOPES = ("user.insights", "video.list", "video.insights")
WIDGETS = ("followers", "video_views", "post_engagement")
LIMITS = Limits(query_seconds=30, query_bytes=10**9, export_seconds=30, export_rows=10**6)

Told = Mapping[tuple[UUID, date, str], str]
"""(account, day, field) → status."""


@pytest.fixture(scope="module")
async def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    home = Home(Path(tmp_path_factory.mktemp("agreement")))
    set_clock(home.clock)
    addresses = Addresses(ports=ports.choose(dict.fromkeys(USUAL_PORTS, 0)))
    parts = [part for part in system_parts(home, addresses) if part.name == "clickhouse"]
    supervisor = Supervisor(home, parts, say=print, changed=lambda: None)
    try:
        await supervisor.start()
        await migrate(addresses.clickhouse, database=DATABASE)
        yield addresses.clickhouse
    finally:
        await supervisor.stop()


def _accounts() -> Sequence[AccountV1]:
    """Every state of a connection with every kind of account and permission."""
    kinds = product(
        (AccountStatus.CONNECTED, AccountStatus.LOST_ACCESS, AccountStatus.DISCONNECTED),
        (True, False, None),
        (ALL_SCOPES, ("video.list",)),
        (CONNECTED, None),
    )
    return [
        AccountV1(
            workspace_id=WORKSPACE,
            account_id=uuid4(),
            change=AccountChange.CHANGED,
            status=status,
            is_business_account=is_business,
            scopes=scopes,
            connected_at=connected_at,
            changed_at=datetime(2026, 3, 6, tzinfo=UTC),
            revision=2,
        )
        for status, is_business, scopes, connected_at in kinds
    ]


def _days_of(place: int, account: AccountV1) -> list[Mapping[str, object]]:
    """Holes at other places for each account; some were last seen before days had settled, some never."""
    if place % 5 == 0:
        return []
    seen = NOW - timedelta(days=place % 3, hours=place % 7)
    names = ("video_views", "likes", "comments", "shares", "followers", "net_followers", "daily_new_followers")
    return [
        {
            "workspace_id": str(WORKSPACE),
            "account_id": str(account.account_id),
            "day": day.isoformat(),
            "observed_at": f"{seen:%Y-%m-%d %H:%M:%S}",
            "version": 1,
            **{name: 1 for number, name in enumerate(names) if (day.toordinal() + place + number) % 4},
        }
        for day in DAYS
        if day <= seen.date()
    ]


def _connection_of(account: AccountV1) -> Mapping[str, object]:
    told = account.model_dump(mode="json", exclude={"open_id", "username", "display_name", "avatar_url"})
    return {name: value for name, value in told.items() if value is not None}


async def _insert(client: AsyncClient, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    reading: Mapping[str, str | int] = {"date_time_input_format": "best_effort", "input_format_skip_unknown_fields": 1}
    lines = "\n".join(json.dumps(row) for row in rows)
    await client.raw_insert(table, insert_block=lines, fmt="JSONEachRow", settings=dict(reading))


async def _by_warehouse(client: AsyncClient, accounts: Sequence[AccountV1]) -> Told:
    listed = ", ".join(f"'{account.account_id}'" for account in accounts)
    result = await client.query(
        f"SELECT account_id, day, fields, status FROM coverage(workspace_id = '{WORKSPACE}', accounts = [{listed}], "
        f"from = '{DAYS.start}', to = '{DAYS.end}', now = '{NOW:%Y-%m-%d %H:%M:%S}')"
    )
    return {
        (account_id, day, field): str(status)
        for account_id, day, fields, status in result.result_rows
        for field in fields
    }


async def _by_query_api(clickhouse: str, accounts: Sequence[AccountV1], slug: str) -> Told:
    request = _request(slug, accounts)
    warehouse = ClickHouseWarehouse(url=clickhouse, database=DATABASE, limits=LIMITS)
    observed = await warehouse.observed(request)
    await warehouse.close()
    covered = coverage(request.widget, accounts=accounts, observed=observed, days=DAYS, now=NOW)
    columns = {metric: _column(metric) for metric in request.widget.metrics}
    told: dict[tuple[UUID, date, str], str] = {
        (account.account_id, day, column): "final"
        for account in accounts
        for day in DAYS
        for column in columns.values()
    }
    for part in covered.ranges:
        for metric, day in product(part.metrics, DateRange(part.start, part.end)):
            told[part.account_id, day, columns[metric]] = str(part.state)
    return {key: status for key, status in told.items() if key[2]}


def _request(slug: str, accounts: Sequence[AccountV1]) -> WidgetRequest:
    asked = Asked(start=DAYS.start.isoformat(), end=DAYS.end.isoformat())
    widget = catalog().widgets[slug]
    return widget_request(widget, asked, workspace_id=WORKSPACE, readable=accounts, today=NOW.date())


def _column(metric: str) -> str:
    """The one column that the metric reads; none where it is made of several."""
    columns = columns_read(catalog().metrics[metric], Attribution.ACTIVITY)
    return columns[0] if len(columns) == 1 else ""


async def test_the_view_and_query_api_agree(clickhouse: str) -> None:
    accounts = _accounts()
    client = await connect(clickhouse, database=DATABASE)
    rows = [row for place, account in enumerate(accounts) for row in _days_of(place, account)]
    await _insert(client, "account_day", rows)
    await _insert(client, "connection_facts", [_connection_of(account) for account in accounts])
    warehouse = await _by_warehouse(client, accounts)
    await client.close()
    seen: set[str] = set()
    for slug in WIDGETS:
        told = await _by_query_api(clickhouse, accounts, slug)
        assert {key: warehouse[key] for key in told} == told
        seen |= set(told.values())
    every_state = {"final", "provisional", "late", "not_collected", "not_business", "no_scope", "source_limit"}
    assert seen == every_state | {"lost_access"}
