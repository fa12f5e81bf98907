"""The hours of the week, those without a post too; then every format, without an hour."""

from dataclasses import replace

from common.warehouse.dimensions import expression
from common.warehouse.expressions import over_rows
from common.warehouse.selection import Selection
from common.warehouse.sources import rows_in_range, select

_EVERY_HOUR = "GROUP BY slot\nORDER BY slot WITH FILL FROM 0 TO 168"
_FROM_SLOT = ("intDiv(slot, 24) + 1 AS weekday", "slot % 24 AS hour")
_NO_FORMAT = "CAST(NULL, 'Nullable(String)') AS format"


def slots_of(selection: Selection) -> str:
    """Hours of the week count from Monday 0:00 on, in the viewer's time zone whatever the range's is."""
    (part,) = selection.parts
    cells = [f"{over_rows(metric, part.rollup, over_days=True)} AS {metric.slug}" for metric in part.metrics]
    rows = rows_in_range(part.rollup, replace(selection, dimensions=()).rows)
    weekday, hour = (expression(one, part.rollup, own_days=True) for one in ("weekday", "hour"))
    hours = select([f"({weekday} - 1) * 24 + {hour} AS slot", *cells], rows, _EVERY_HOUR)
    slots = select([*_FROM_SLOT, _NO_FORMAT, *selection.order], f"FROM (\n{hours}\n)")
    formats = select(
        ["NULL AS weekday", "NULL AS hour", f"{part.rollup}.format AS format", *cells], rows, "GROUP BY format"
    )
    return f"{slots}\nUNION ALL\n{formats}"
