"""One parametrised view per widget, rendered from the catalog: whoever has a ClickHouse client sees its numbers.

`SELECT * FROM widget_<slug>(workspace_id = …, accounts = […], from = …, to = …)`; `to` is excluded. Where posts are
read, also `lifecycle`: `live` leaves out posts that are gone, `all` does not. Where the hour of publishing matters,
also `timezone`. ClickHouse refuses a call that leaves one out. `widget_<slug>_activity` is a widget of posts switched
to activity, `widget_<slug>_totals` the row over all rows of a widget that has one.
"""

from collections.abc import Callable, Iterator, Mapping

from common.catalog import Metric, Rollup, Shape, Widget, catalog, rollup_of
from common.warehouse.breakdown_views import of_audience, of_posts
from common.warehouse.expressions import last_days, of_row, over_rows, states
from common.warehouse.sources import rows_in_range, select

_VIEW = "\nCREATE OR REPLACE VIEW {name}${{on_cluster}} AS\n{select}\n"

_DAY = {
    Rollup.ACCOUNT_DAY: "day",
    Rollup.POST_DAY: "day",
    Rollup.POST_LATEST: "toDate(assumeNotNull(published_at)) AS day",
}
_FILLED = "GROUP BY day\nORDER BY day WITH FILL FROM {from:Date} TO {to:Date} STEP 1"
# Hours of the week from Monday 0:00 on.
_LOCAL = "toTimeZone(assumeNotNull(published_at), {timezone:String})"
_HOUR_OF_WEEK = f"(toDayOfWeek({_LOCAL}) - 1) * 24 + toHour({_LOCAL})"
_EVERY_HOUR = "GROUP BY slot\nORDER BY slot WITH FILL FROM 0 TO 168"
_FROM_SLOT = ("intDiv(slot, 24) + 1 AS weekday", "slot % 24 AS hour")
_NO_FORMAT = "CAST(NULL, 'Nullable(String)') AS format"


def view_name(widget: Widget) -> str:
    return f"widget_{widget.slug}"


def totals_name(widget: Widget) -> str:
    return f"{view_name(widget)}_totals"


def view_parameters(widget: Widget) -> tuple[str, ...]:
    """What a call of the view must bind; of its totals too."""
    of_posts = ("lifecycle",) if widget.reads_posts else ()
    of_hours = ("timezone",) if widget.shape is Shape.SLOTS else ()
    return ("workspace_id", "accounts", "from", "to", *of_posts, *of_hours)


def view_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW` for every widget that has one, with the placement still to be filled in."""
    return tuple(_VIEW.format(name=name, select=sql) for name, sql in _views())


def _views() -> Iterator[tuple[str, str]]:
    for widget in catalog().viewed():
        yield view_name(widget), select_of(widget)
        if widget.totals:
            yield totals_name(widget), _totals(widget)


def select_of(widget: Widget) -> str:
    """The SELECT behind the widget's view."""
    return _OF_BREAKDOWNS.get(widget.rollup, _SELECTS[widget.shape])(widget)


def _series(widget: Widget) -> str:
    return select([_DAY[widget.rollup], *_aggregates(widget)], rows_in_range(widget.rollup), _FILLED)


def _posts(widget: Widget) -> str:
    cells = [f"{of_row(metric, widget.rollup)} AS {metric.slug}" for metric in _metrics(widget)]
    return select([*widget.by, *widget.attributes, *cells], rows_in_range(widget.rollup))


def _groups(widget: Widget) -> str:
    keys = ", ".join(widget.by)
    rows = _over_range(_metrics(widget), widget.rollup, rows_in_range(widget.rollup, by=widget.by))
    return select([keys, *_aggregates(widget, over_days=True)], rows, _by(keys))


def _totals(widget: Widget) -> str:
    """All metrics over all rows at once: a ratio is one of sums again, and a post with two labels counts once."""
    rows = rows_in_range(widget.rollup, by=widget.by, once=True)
    return select(_aggregates(widget, over_days=True), _over_range(_metrics(widget), widget.rollup, rows))


def _figures(widget: Widget) -> str:
    """One row over both rollups: each metric from the one it has figures in."""
    halves = [_half(widget, rollup) for rollup in Rollup if _metrics(widget, rollup)]
    return select([*widget.metrics], "FROM " + "\nCROSS JOIN ".join(halves))


def _half(widget: Widget, rollup: Rollup) -> str:
    cells = _aggregates(widget, rollup, over_days=True)
    rows = _over_range(_metrics(widget, rollup), rollup, rows_in_range(rollup))
    return f"(\n{select(cells, rows)}\n) AS by_{rollup}"


def _slots(widget: Widget) -> str:
    """Every hour of the week, those without a post too, without a format; then every format, without an hour."""
    cells, rows = _aggregates(widget), rows_in_range(widget.rollup)
    hours = select([f"{_HOUR_OF_WEEK} AS slot", *cells], rows, _EVERY_HOUR)
    slots = select([*_FROM_SLOT, _NO_FORMAT, *widget.metrics], f"FROM (\n{hours}\n)")
    formats = select(["NULL AS weekday", "NULL AS hour", "format", *cells], rows, _by("format"))
    return f"{slots}\nUNION ALL\n{formats}"


_SELECTS: Mapping[Shape, Callable[[Widget], str]] = {
    Shape.SERIES: _series,
    Shape.POSTS: _posts,
    Shape.GROUPS: _groups,
    Shape.FIGURES: _figures,
    Shape.SLOTS: _slots,
}


_OF_BREAKDOWNS: Mapping[Rollup, Callable[[Widget], str]] = {
    Rollup.AUDIENCE_DAY: of_audience,
    Rollup.POST_BREAKDOWNS: of_posts,
}


def _over_range(metrics: list[Metric], rollup: Rollup, rows: str) -> str:
    """The rows of a range, each with what is needed to find an account's last state in it."""
    if fields := states(metrics, rollup):
        return f"FROM (\n{select([last_days(fields)], rows)}\n) AS {rollup}"
    return rows


def _by(keys: str) -> str:
    return f"GROUP BY {keys}"


def _metrics(widget: Widget, rollup: Rollup | None = None) -> list[Metric]:
    """The widget's metrics; with a rollup, those read from it."""
    found = (catalog().metrics[slug] for slug in widget.metrics)
    return [metric for metric in found if rollup in (None, rollup_of(metric, widget))]


def _aggregates(widget: Widget, rollup: Rollup | None = None, *, over_days: bool = False) -> list[str]:
    return [
        f"{over_rows(metric, rollup_of(metric, widget), over_days=over_days)} AS {metric.slug}"
        for metric in _metrics(widget, rollup)
    ]
