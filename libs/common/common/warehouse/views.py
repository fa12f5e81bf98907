"""One parametrised view per widget, rendered from the catalog: whoever has a ClickHouse client sees its numbers.

`SELECT * FROM widget_<slug>(workspace_id = …, accounts = […], from = …, to = …)`; `to` is excluded. Where the hour of
publishing matters, also `timezone`. ClickHouse refuses a call that leaves one out.
"""

from collections.abc import Callable, Mapping, Sequence

from common.catalog import Attribution, Metric, Shape, Widget, attribution_of, catalog
from common.warehouse.expressions import TABLES, last_days, of_row, over_rows, states

_VIEW = "\nCREATE OR REPLACE VIEW {name}${{on_cluster}} AS\n{select}\n"

# Posts whose moment of publishing is unknown lie in no range.
_RANGE = {
    Attribution.ACTIVITY: "day >= {from:Date} AND day < {to:Date}",
    Attribution.PUBLISHED: "published_at >= {from:Date} AND published_at < {to:Date}",
}
_DAY = {Attribution.ACTIVITY: "day", Attribution.PUBLISHED: "toDate(assumeNotNull(published_at)) AS day"}
_FILLED = "GROUP BY day\nORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1"
# Hours of the week from Monday 0:00 on.
_LOCAL = "toTimeZone(assumeNotNull(published_at), {timezone:String})"
_HOUR_OF_WEEK = f"(toDayOfWeek({_LOCAL}) - 1) * 24 + toHour({_LOCAL})"
_EVERY_HOUR = "GROUP BY slot\nORDER BY slot WITH FILL FROM 0 TO 168"
_FROM_SLOT = ("intDiv(slot, 24) + 1 AS weekday", "slot % 24 AS hour")
_NO_FORMAT = "CAST(NULL, 'Nullable(String)') AS format"


def view_name(widget: Widget) -> str:
    return f"widget_{widget.slug}"


def view_parameters(widget: Widget) -> tuple[str, ...]:
    """What a call of the view must bind."""
    common = ("workspace_id", "accounts", "from", "to")
    return (*common, "timezone") if widget.shape is Shape.SLOTS else common


def view_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW` for every widget that has one, with the placement still to be filled in."""
    return tuple(
        _VIEW.format(name=view_name(widget), select=_SELECTS[widget.shape](widget)) for widget in catalog().viewed()
    )


def _series(widget: Widget) -> str:
    return _select([_DAY[widget.attribution], *_aggregates(widget)], _rows(widget.attribution), _FILLED)


def _posts(widget: Widget) -> str:
    cells = [f"{of_row(metric, widget.attribution)} AS {metric.slug}" for metric in _metrics(widget)]
    return _select([*widget.by, *widget.attributes, *cells], _rows(widget.attribution))


def _groups(widget: Widget) -> str:
    keys = ", ".join(widget.by)
    return _select(
        [keys, *_aggregates(widget, over_days=True)], _over_range(_metrics(widget), widget.attribution), _by(keys)
    )


def _figures(widget: Widget) -> str:
    """One row over both rollups: each metric from the one of its attribution."""
    halves = [_half(widget, attribution) for attribution in Attribution if _metrics(widget, attribution)]
    return _select([*widget.metrics], "FROM " + "\nCROSS JOIN ".join(halves))


def _half(widget: Widget, attribution: Attribution) -> str:
    cells = _aggregates(widget, attribution, over_days=True)
    rows = _over_range(_metrics(widget, attribution), attribution)
    return f"(\n{_select(cells, rows)}\n) AS by_{attribution}"


def _slots(widget: Widget) -> str:
    """Every hour of the week, those without a post too, without a format; then every format, without an hour."""
    cells, rows = _aggregates(widget), _rows(widget.attribution)
    hours = _select([f"{_HOUR_OF_WEEK} AS slot", *cells], rows, _EVERY_HOUR)
    slots = _select([*_FROM_SLOT, _NO_FORMAT, *widget.metrics], f"FROM (\n{hours}\n)")
    formats = _select(["NULL AS weekday", "NULL AS hour", "format", *cells], rows, _by("format"))
    return f"{slots}\nUNION ALL\n{formats}"


_SELECTS: Mapping[Shape, Callable[[Widget], str]] = {
    Shape.SERIES: _series,
    Shape.POSTS: _posts,
    Shape.GROUPS: _groups,
    Shape.FIGURES: _figures,
    Shape.SLOTS: _slots,
}


def _rows(attribution: Attribution) -> str:
    return (
        f"FROM {TABLES[attribution]} FINAL\n"
        "WHERE workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}\n"
        f"  AND {_RANGE[attribution]}"
    )


def _over_range(metrics: list[Metric], attribution: Attribution) -> str:
    """The rows of a range, each with what is needed to find an account's last state in it."""
    if fields := states(metrics, attribution):
        return f"FROM (\n{_select([last_days(fields)], _rows(attribution))}\n) AS {TABLES[attribution]}"
    return _rows(attribution)


def _by(keys: str) -> str:
    return f"GROUP BY {keys}"


def _metrics(widget: Widget, attribution: Attribution | None = None) -> list[Metric]:
    """The widget's metrics; with an attribution, those shown by it."""
    found = (catalog().metrics[slug] for slug in widget.metrics)
    return [metric for metric in found if attribution in (None, attribution_of(metric, widget))]


def _aggregates(widget: Widget, attribution: Attribution | None = None, *, over_days: bool = False) -> list[str]:
    return [
        f"{over_rows(metric, attribution_of(metric, widget), over_days=over_days)} AS {metric.slug}"
        for metric in _metrics(widget, attribution)
    ]


def _select(cells: Sequence[str], *clauses: str) -> str:
    return "\n".join(["SELECT\n    " + ",\n    ".join(cells), *clauses])
