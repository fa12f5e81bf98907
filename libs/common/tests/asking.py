"""Asks a widget's view for 1 to 4 March, as anybody with a ClickHouse client would, binding what the view takes."""

from collections.abc import Mapping
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Widget, catalog
from common.warehouse.views import totals_name, view_name, view_parameters

from .hand_rows import WORKSPACE, A, B, D

Values = list[object]
Row = Mapping[str, object]


def form(slug: str) -> Widget:
    """A widget, or one switched to activity."""
    return next(widget for widget in catalog().forms() if widget.slug == slug)


def call_of(
    widget: Widget, name: str, *, workspace: UUID = WORKSPACE, lifecycle: str = "live", timezone: str = "UTC"
) -> str:
    values = {
        "workspace_id": f"'{workspace}'",
        "accounts": f"['{A}', '{B}', '{D}']",
        "from": "'2026-03-01'",
        "to": "'2026-03-05'",
        "lifecycle": f"'{lifecycle}'",
        "timezone": f"'{timezone}'",
    }
    return f"{name}({', '.join(f'{one}={values[one]}' for one in view_parameters(widget))})"


async def named(warehouse: AsyncClient, slug: str, *, lifecycle: str = "live") -> Mapping[object, Row]:
    """Rows by their first column, cells by their column's name."""
    widget = form(slug)
    result = await warehouse.query(f"SELECT * FROM {call_of(widget, view_name(widget), lifecycle=lifecycle)}")
    rows = {row[0]: dict(zip(result.column_names[1:], row[1:], strict=True)) for row in result.result_rows}
    assert len(rows) == len(result.result_rows)
    return rows


async def total(warehouse: AsyncClient, slug: str, *, lifecycle: str = "live") -> Row:
    widget = form(slug)
    result = await warehouse.query(f"SELECT * FROM {call_of(widget, totals_name(widget), lifecycle=lifecycle)}")
    (row,) = result.result_rows
    return dict(zip(result.column_names, row, strict=True))
