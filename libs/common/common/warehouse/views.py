"""One parametrised view per widget, rendered from the catalog: whoever has a ClickHouse client sees its numbers.

`SELECT * FROM widget_<slug>(workspace_id = …, accounts = […], from = …, to = …)`; `to` is excluded. Where posts are
read, also `lifecycle`: `live` leaves out posts that are gone, `all` does not. Where the hour of publishing matters,
also `timezone`. ClickHouse refuses a call that leaves one out. `widget_<slug>_activity` is a widget of posts switched
to activity, `widget_<slug>_totals` the row over all rows of a widget that has one.
"""

from collections.abc import Iterator

from common.catalog import Rollup, Shape, Widget, catalog, rollup_of
from common.warehouse import queries
from common.warehouse.selection import Part, Selection

_VIEW = "\nCREATE OR REPLACE VIEW {name}${{on_cluster}} AS\n{select}\n"


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
    return queries.select_of(selection_of(widget))


def _totals(widget: Widget) -> str:
    return queries.totals_of(selection_of(widget))


def selection_of(widget: Widget) -> Selection:
    """What the widget shows when nobody asks for anything else; days of publishing are UTC's."""
    metrics = [(metric, rollup_of(metric, widget)) for metric in map(catalog().metrics.__getitem__, widget.metrics)]
    parts = [
        Part(rollup=rollup, metrics=tuple(metric for metric, of in metrics if of is rollup))
        for rollup in Rollup
        if rollup in {of for _, of in metrics}
    ]
    return Selection(
        dimensions=widget.by,
        attributes=widget.attributes,
        parts=tuple(parts),
        order=widget.metrics,
        slots=widget.shape is Shape.SLOTS,
    )
