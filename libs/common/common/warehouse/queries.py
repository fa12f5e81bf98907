"""Metrics by dimensions as one SELECT: a part for each rollup that metrics are read from, put together by dimension.

A widget's view is such a SELECT with everything usual; a question to the API may narrow it and turn it otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from common.catalog import Metric, Rollup, catalog, measure_over
from common.catalog.measures import Count
from common.catalog.rows import ROW_KEYS
from common.warehouse.breakdown_views import of_audience, of_posts
from common.warehouse.dimensions import expression, filled, is_filled
from common.warehouse.expressions import last_days, of_row, over_rows, states
from common.warehouse.selection import Part, Selection
from common.warehouse.slots import slots_of
from common.warehouse.sources import rows_in_range, select

_TIMES = ("day", "week", "month")


def select_of(selection: Selection) -> str:
    """The SELECT of what a selection shows."""
    if selection.slots:
        return slots_of(selection)
    of_breakdowns = _OF_BREAKDOWNS.get(selection.parts[0].rollup)
    return of_breakdowns(selection) if of_breakdowns else rows_of(selection)


_OF_BREAKDOWNS: Mapping[Rollup, Callable[[Selection], str]] = {
    Rollup.AUDIENCE_DAY: of_audience,
    Rollup.POST_BREAKDOWNS: of_posts,
}


def rows_of(selection: Selection) -> str:
    """A row for each combination of dimensions; for every day, week or month of the range where it is told by that."""
    fill = [filled(selection.dimensions[0])] if is_filled(selection.dimensions) else []
    if len(selection.parts) == 1 and tuple(_slugs(selection.parts[0])) == selection.order:
        return _of_part(selection, selection.parts[0], fill)
    parts = "\nUNION ALL\n".join(_of_part(selection, part, []) for part in selection.parts)
    return select(list(_put_together(selection)), f"FROM (\n{parts}\n) AS parts", *_by(selection.dimensions), *fill)


def totals_of(selection: Selection) -> str:
    """The row over all rows, worked out anew: a ratio is one of sums again, and every post counts once."""
    return rows_of(selection.total)


def adding_up(part: Part) -> Part:
    """Without the metrics that mean nothing over several rows."""
    return replace(part, metrics=tuple(metric for metric in part.metrics if _adds_up(metric, part.rollup)))


def _adds_up(metric: Metric, rollup: Rollup) -> bool:
    return not any(catalog().alone(metric, rollup))


def _put_together(selection: Selection) -> Iterator[str]:
    yield from (f"parts.{one} AS {one}" for one in selection.dimensions)
    yield from (f"any(parts.{one}) AS {one}" for one in selection.attributes)
    counts = {metric.slug for part in selection.parts for metric in part.metrics if _is_count(metric, part.rollup)}
    for slug in selection.order:
        yield f"ifNull(any(parts.{slug}), 0) AS {slug}" if slug in counts else f"any(parts.{slug}) AS {slug}"


def _is_count(metric: Metric, rollup: Rollup) -> bool:
    return isinstance(measure_over(metric, rollup), Count)


def _of_part(selection: Selection, part: Part, fill: list[str]) -> str:
    """With a cell for each metric of the selection, in its order; null where another part has it."""
    each = ROW_KEYS[part.rollup] <= set(selection.dimensions)
    found = {metric.slug: _cell(selection, part, metric, each=each) for metric in part.metrics}
    cells = [*_told_by(selection, part, each=each), *(f"{found.get(one, 'NULL')} AS {one}" for one in selection.order)]
    grouped = [] if each else _by(selection.dimensions)
    return select(cells, _source(selection, part, each=each), *grouped, *fill)


def _cell(selection: Selection, part: Part, metric: Metric, *, each: bool) -> str:
    if each:
        return of_row(metric, part.rollup)
    return over_rows(metric, part.rollup, over_days="day" not in selection.dimensions)


def _told_by(selection: Selection, part: Part, *, each: bool) -> Iterator[str]:
    for one in selection.dimensions:
        yield f"{expression(one, part.rollup, own_days=selection.own_days)} AS {one}"
    for one in selection.attributes:
        told = expression(one, part.rollup, own_days=selection.own_days)
        yield f"{told if each else f'any({told})'} AS {one}"


def _source(selection: Selection, part: Part, *, each: bool) -> str:
    """The rows; where several days of an account become one row, with what tells its last state."""
    rows = rows_in_range(part.rollup, selection.rows)
    fields = [] if each or "day" in selection.dimensions else states(list(part.metrics), part.rollup)
    if not fields:
        return rows
    within = [expression(one, part.rollup, own_days=False) for one in selection.dimensions if one in _TIMES]
    return f"FROM (\n{select([last_days(fields, within)], rows)}\n) AS {part.rollup}"


def _by(dimensions: tuple[str, ...]) -> list[str]:
    return [f"GROUP BY {', '.join(dimensions)}"] if dimensions else []


def _slugs(part: Part) -> Iterator[str]:
    return (metric.slug for metric in part.metrics)
