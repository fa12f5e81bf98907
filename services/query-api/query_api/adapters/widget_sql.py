"""The SQL that reads a widget's view. Values of a request are always bound; only the catalog's names are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.catalog import Attribution, Kind, Metric
from common.warehouse.views import view_name, view_parameters
from query_api.adapters.export_sql import WRITTEN
from query_api.domain.columns import Column, metrics_of
from query_api.domain.measures import Totalling, columns_read, totalling
from query_api.domain.paging import Cursor, Sort
from query_api.domain.widget_request import WidgetRequest

Parameter = str | int | float | list[str] | None

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
_TYPES = {
    "workspace_id": "UUID",
    "accounts": "Array(UUID)",
    "from": "Date",
    "to": "Date",
    "lifecycle": "String",
}
# What posts have to date is asked of those that are still there; what happened has happened, gone or not.
_LIFECYCLE = {Attribution.PUBLISHED: "live", Attribution.ACTIVITY: "all"}


@dataclass(frozen=True, slots=True)
class Query:
    sql: str
    parameters: Mapping[str, Parameter]


def rows_query(request: WidgetRequest, *, limit: int | None) -> Query:
    return _rows(request, cells=[f"rows.{column.name}" for column in request.columns], limit=limit)


def export_query(request: WidgetRequest) -> Query:
    cell = WRITTEN[request.format].cell
    cells = [f"{cell(column)} AS {column.name}" for column in request.columns]
    return _rows(request, cells=cells, limit=request.limit)


def totals_query(request: WidgetRequest) -> Query | None:
    """The totals of the columns that have one, in the order of `totalled`; None where no column has."""
    expressions = {
        Totalling.SUM: "sum(rows.{name})",
        Totalling.LAST: f"argMax(rows.{{name}}, rows.{request.widget.by[-1]})",
    }
    cells = [expressions[how].format(name=name) for name, how in totalled(request).items()]
    return (
        Query("\n".join([f"SELECT {', '.join(cells)}", f"FROM {_view(request)}"]), _bound(request)) if cells else None
    )


def totalled(request: WidgetRequest) -> Mapping[str, Totalling]:
    """The metrics that have a total."""
    widget = request.widget
    how = {metric.slug: totalling(metric, widget.attribution) for metric in metrics_of(widget)}
    return {slug: way for slug, way in how.items() if way is not Totalling.NONE}


def observed_query(request: WidgetRequest) -> Query:
    """Per account: milliseconds of its newest observation and of the newest behind the range; then, by metric of a
    daily widget, the days with a value."""
    if request.widget.attribution is Attribution.PUBLISHED:
        return Query(_OBSERVED_POSTS, _bound(request))
    days = (_days_with_value(metric) for metric in metrics_of(request.widget))
    return Query(_OBSERVED_DAYS.format(days=", ".join(days)), _bound(request))


def _days_with_value(metric: Metric) -> str:
    given = (f"isNotNull({column})" for column in columns_read(metric, Attribution.ACTIVITY))
    return f"groupArrayIf(day, {' AND '.join(['inside', *given])})"


_OBSERVED_DAYS = """
SELECT account_id, max(seen), maxIf(seen, inside), {days}
FROM (
    SELECT *, toUnixTimestamp64Milli(observed_at) AS seen, day >= {{from:Date}} AND day < {{to:Date}} AS inside
    FROM account_day FINAL
    WHERE workspace_id = {{workspace_id:UUID}} AND account_id IN {{accounts:Array(UUID)}}
)
GROUP BY account_id
"""

# An account without a post is seen by its profile.
_OBSERVED_POSTS = """
SELECT account_id, max(seen), maxIf(seen, inside)
FROM (
    SELECT account_id, toUnixTimestamp64Milli(observed_at) AS seen,
        published_at >= {from:Date} AND published_at < {to:Date} AS inside
    FROM post_latest FINAL
    WHERE workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}
    UNION ALL
    SELECT account_id, toUnixTimestamp64Milli(observed_at), false
    FROM account_day FINAL
    WHERE workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}
)
GROUP BY account_id
"""


def _rows(request: WidgetRequest, *, cells: list[str], limit: int | None) -> Query:
    parameters = dict(_bound(request))
    sql = [f"SELECT {', '.join(cells)}", f"FROM {_view(request)}"]
    if request.cursor is not None:
        sql.append(f"WHERE {_after(request.sort, request.cursor)}")
        parameters |= {"after": request.cursor.value, "after_tie": request.cursor.tie}
    sql.append(f"ORDER BY {_order(request.sort)}")
    if limit is not None:
        sql.append("LIMIT {limit:UInt32}")
        parameters["limit"] = limit
    return Query("\n".join(sql), parameters)


def _view(request: WidgetRequest) -> str:
    given = (f"{name}={{{name}:{_TYPES[name]}}}" for name in view_parameters(request.widget))
    return f"{view_name(request.widget)}({', '.join(given)}) AS rows"


def _bound(request: WidgetRequest) -> dict[str, Parameter]:
    return {
        "workspace_id": str(request.workspace_id),
        "accounts": [str(account_id) for account_id in request.account_ids],
        "from": request.days.start.isoformat(),
        "to": request.days.end.isoformat(),
        "lifecycle": _LIFECYCLE[request.widget.attribution],
    }


def _order(sort: Sort) -> str:
    name, direction = f"rows.{sort.column.name}", "DESC" if sort.descending else "ASC"
    return f"isNull({name}), {name} {direction}, rows.{sort.tie.name}"


def _after(sort: Sort, cursor: Cursor) -> str:
    """The rows behind the cursor's in the order of `_order`."""
    name, beyond = f"rows.{sort.column.name}", "<" if sort.descending else ">"
    later_tie = f"rows.{sort.tie.name} > {_placeholder(sort.tie, 'after_tie')}"
    if cursor.value is None:
        return f"isNull({name}) AND {later_tie}"
    value = _placeholder(sort.column, "after")
    return f"isNull({name}) OR {name} {beyond} {value} OR ({name} = {value} AND {later_tie})"


def _placeholder(column: Column, name: str) -> str:
    return _BOUND[column.kind].format(name=name)
