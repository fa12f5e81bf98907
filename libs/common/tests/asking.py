"""Asks a widget's view for 1 to 4 March, as anybody with a ClickHouse client would, binding what the view takes."""

from collections.abc import Mapping
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from common.catalog import Widget, catalog
from common.warehouse.views import totals_name, view_name, view_parameters

from .hand_rows import WORKSPACE, A, B, D

Values = list[object]
Row = Mapping[str, object]

# What the tests work out by hand of the columns that widgets share. A metric that is added to these later is judged by
# the oracle of `tests/integration`.
WORKED_OUT = (
    *("followers", "net_followers", "new_followers", "lost_followers", "video_views", "applause", "conversation"),
    *("amplification", "engagement", "engagement_per_post", "engagement_rate_by_views", "engagement_rate_by_reach"),
    *("engagement_rate_by_followers", "published_posts", "post_video_views", "post_likes", "post_comments"),
    *("post_shares", "favorites", "post_reach", "sum_of_post_reach", "post_completion_rate", "post_total_play_time"),
    *("post_average_watch_time", "post_video_length", "post_new_followers", "post_profile_views", "profile_views"),
    *("bio_link_clicks", "email_clicks", "phone_number_clicks", "address_clicks", "app_download_clicks"),
    "lead_submissions",
)


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


async def told(warehouse: AsyncClient, call: str) -> list[Row]:
    """What a view answers, without the columns that nobody worked out."""
    later = {slug for slug, metric in catalog().metrics.items() if metric.shown_in}.difference(WORKED_OUT)
    result = await warehouse.query(f"SELECT * FROM {call}")
    return [{name: cell for name, cell in row.items() if name not in later} for row in result.named_results()]


async def named(warehouse: AsyncClient, slug: str, *, lifecycle: str = "live") -> Mapping[object, Row]:
    """Rows by their first column, cells by their column's name."""
    widget = form(slug)
    found = await told(warehouse, call_of(widget, view_name(widget), lifecycle=lifecycle))
    (first, *_) = widget.by
    by_first = {row[first]: {name: cell for name, cell in row.items() if name != first} for row in found}
    assert len(by_first) == len(found)
    return by_first


async def total(warehouse: AsyncClient, slug: str, *, lifecycle: str = "live") -> Row:
    widget = form(slug)
    (row,) = await told(warehouse, call_of(widget, totals_name(widget), lifecycle=lifecycle))
    return row
