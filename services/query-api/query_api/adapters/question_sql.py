"""The SQL of a question: what `common.warehouse` renders, in order and by the page. Every value is bound."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from common.catalog import Kind, Rollup
from common.warehouse import queries
from common.warehouse.selection import Part, Selection
from common.warehouse.sources import Narrowing
from query_api.domain.columns import Column
from query_api.domain.paging import Cursor, Sort, Value
from query_api.domain.question import Question

Parameter = str | int | float | Sequence[str] | None

# How a bound cursor value of each kind is read. A moment is ISO 8601, which a DateTime parameter would refuse.
_BOUND: Mapping[Kind, str] = {
    Kind.INTEGER: "{{{name}:Int64}}",
    Kind.EPOCH_SECONDS: "{{{name}:Int64}}",
    Kind.NUMBER: "{{{name}:Float64}}",
    Kind.TEXT: "{{{name}:String}}",
    Kind.ID: "{{{name}:UUID}}",
    Kind.DATE: "{{{name}:Date}}",
    Kind.TIMESTAMP: "parseDateTimeBestEffort({{{name}:String}}, 'UTC')",
}
_BREAKDOWNS = frozenset({Rollup.AUDIENCE_DAY, Rollup.POST_BREAKDOWNS})


@dataclass(frozen=True, slots=True)
class Query:
    sql: str
    parameters: Mapping[str, Parameter]


def rows_query(question: Question, *, limit: int | None) -> Query:
    return _rows(question, cells=[f"rows.{column.name}" for column in question.columns], limit=limit)


def export_query(question: Question, cell: Callable[[Column], str]) -> Query:
    """`cell` writes a column as the file's form wants it."""
    cells = [f"{cell(column)} AS {column.name}" for column in question.columns]
    return _rows(question, cells=cells, limit=question.limit)


def totals_query(question: Question) -> Query | None:
    """The row over all rows, in the order of the metrics; None where items of breakdowns stand alone."""
    totalled = totalled_of(question)
    if not totalled.parts:
        return None
    return Query(queries.totals_of(totalled), bound(question))


def totalled_of(question: Question) -> Selection:
    """The selection behind the totals: the metrics that mean something over all rows."""
    selection = selection_of(question)
    parts = [queries.adding_up(part) for part in selection.parts if part.rollup not in _BREAKDOWNS]
    kept = tuple(part for part in parts if part.metrics)
    slugs = {metric.slug for part in kept for metric in part.metrics}
    return Selection(
        dimensions=selection.dimensions,
        parts=kept,
        order=tuple(slug for slug in selection.order if slug in slugs),
        narrowed=selection.narrowed,
        own_days=selection.own_days,
    )


def selection_of(question: Question) -> Selection:
    return Selection(
        dimensions=question.told_by,
        attributes=tuple(dimension.slug for dimension in question.attributes),
        parts=tuple(Part(rollup=reading.rollup, metrics=reading.metrics) for reading in question.readings),
        order=tuple(metric.slug for metric in question.metrics),
        narrowed=frozenset(map(Narrowing, question.filters.of_posts)),
        own_days=True,
        slots=question.slots,
    )


def bound(question: Question) -> dict[str, Parameter]:
    first, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in question.moments)
    narrowed = question.filters.of_posts.items()
    return {
        "workspace_id": str(question.workspace_id),
        "accounts": [str(account_id) for account_id in question.account_ids],
        "from": question.days.start.isoformat(),
        "to": question.days.end.isoformat(),
        "published_from": first,
        "published_to": end,
        "timezone": question.timezone,
        "week_start": question.week_start,
        "lifecycle": str(question.lifecycle),
        **{name: value if isinstance(value, str) else list(value) for name, value in narrowed},
    }


def _rows(question: Question, *, cells: Sequence[str], limit: int | None) -> Query:
    parameters = bound(question)
    sql = [f"SELECT {', '.join(cells)}", f"FROM (\n{queries.select_of(selection_of(question))}\n) AS rows"]
    if question.cursor is not None:
        sql.append(f"WHERE {_after(question.sort, question.cursor)}")
        parameters |= _bound_cursor(question.cursor)
    sql.append(f"ORDER BY {_order(question.sort)}")
    if limit is not None:
        sql.append("LIMIT {limit:UInt32}")
        parameters["limit"] = limit
    return Query("\n".join(sql), parameters)


def _bound_cursor(cursor: Cursor) -> Mapping[str, Parameter]:
    values = enumerate((cursor.value, *cursor.ties))
    return {f"after_{place}": value for place, value in values if value is not None}


def _order(sort: Sort) -> str:
    keys = [(sort.column, "DESC" if sort.descending else "ASC"), *((tie, "ASC") for tie in sort.ties)]
    return ", ".join(f"isNull(rows.{column.name}), rows.{column.name} {direction}" for column, direction in keys)


def _after(sort: Sort, cursor: Cursor) -> str:
    """The rows behind the cursor's in the order of `_order`: equal in some keys, beyond in the next one."""
    keys = list(zip((sort.column, *sort.ties), (cursor.value, *cursor.ties), strict=True))
    steps, equal = [], ""
    for place, (column, value) in enumerate(keys):
        beyond = _beyond(column, value, place, descending=sort.descending and place == 0)
        if beyond:
            steps.append(f"({equal}{beyond})")
        equal += f"{_equal(column, value, place)} AND "
    return " OR ".join(steps) or "false"


def _beyond(column: Column, value: Value, place: int, *, descending: bool) -> str:
    """Missing values are last, so nothing is behind one."""
    name = f"rows.{column.name}"
    if value is None:
        return ""
    return f"(isNull({name}) OR {name} {'<' if descending else '>'} {_placeholder(column, place)})"


def _equal(column: Column, value: Value, place: int) -> str:
    name = f"rows.{column.name}"
    return f"isNull({name})" if value is None else f"{name} = {_placeholder(column, place)}"


def _placeholder(column: Column, place: int) -> str:
    return _BOUND[column.kind].format(name=f"after_{place}")
