"""A question's rows written as Looker Studio wants them: an object a row, its values in the order asked for."""

from collections.abc import Iterator, Mapping, Sequence

from common.warehouse import queries
from query_api.adapters.question_sql import Parameter, Query, bound, selection_of
from query_api.domain.looker.asking import LookerQuestion
from query_api.domain.looker.config import name_of
from query_api.domain.looker.fields import ACCOUNT_NAME, LookerField
from query_api.domain.looker.filters import Condition, Operator

# One tuple a row, which ClickHouse writes as {"values":[…]}.
FORMAT = "JSONEachRow"
SETTINGS: Mapping[str, int] = {"output_format_json_array_of_rows": 1, "output_format_json_named_tuples_as_objects": 0}

_NAMED = (
    "transform(toString(rows.{name}), {{{given}_ids:Array(String)}}, {{{given}_names:Array(String)}}, "
    "toString(rows.{name}))"
)
_TWO_DIGITS = "leftPad(toString(rows.{name}), 2, '0')"
_CELLS: Mapping[str, str] = {
    "day": "formatDateTime(rows.{name}, '%Y%m%d')",
    "week": "formatDateTime(rows.{name}, '%Y%m%d')",
    "month": "formatDateTime(rows.{name}, '%Y%m')",
    "published_at": "formatDateTime(toTimeZone(rows.{name}, {{timezone:String}}), '%Y%m%d%H%i%S')",
    "hour": _TWO_DIGITS,
    "active_hour": _TWO_DIGITS,
    # Looker Studio's week begins with 0, a Sunday.
    "weekday": "toString(rows.{name} % 7)",
    "second": "rows.{name}",
}
_COMPARED: Mapping[Operator, str] = {
    Operator.EQUALS: "{cell} = {{{name}_0:String}}",
    Operator.CONTAINS: "position({cell}, {{{name}_0:String}}) > 0",
    Operator.REGEXP_PARTIAL_MATCH: "match({cell}, {{{name}_0:String}})",
    Operator.REGEXP_EXACT_MATCH: "match({cell}, concat('^(?:', {{{name}_0:String}}, ')$'))",
    Operator.IN_LIST: "has({{{name}:Array(String)}}, {cell})",
    Operator.IS_NULL: "isNull({cell})",
    Operator.BETWEEN: "({number} >= {{{name}_0:Float64}} AND {number} <= {{{name}_1:Float64}})",
    Operator.NUMERIC_GREATER_THAN: "{number} > {{{name}_0:Float64}}",
    Operator.NUMERIC_GREATER_THAN_OR_EQUAL: "{number} >= {{{name}_0:Float64}}",
    Operator.NUMERIC_LESS_THAN: "{number} < {{{name}_0:Float64}}",
    Operator.NUMERIC_LESS_THAN_OR_EQUAL: "{number} <= {{{name}_0:Float64}}",
}


def looker_query(asked: LookerQuestion, names: Mapping[str, str]) -> Query:
    """`names` are those of labels and plans, by id."""
    cells = ",\n    ".join(f"{_cell(field)} AS {field.name}" for field in _needed(asked))
    rows = f"SELECT\n    {cells}\nFROM (\n{queries.select_of(selection_of(asked.question))}\n) AS rows"
    values = ", ".join(f"shown.{field.name}" for field in asked.shown)
    sql = [f"SELECT tuple({values}) AS values", f"FROM (\n{rows}\n) AS shown"]
    parameters = bound(asked.question) | _named(asked, names)
    if asked.conditions:
        sql.append("WHERE " + "\n  AND ".join(_clause(clause, place) for place, clause in enumerate(asked.conditions)))
        parameters |= dict(_given(asked.conditions))
    return Query("\n".join(sql), parameters)


def _needed(asked: LookerQuestion) -> Iterator[LookerField]:
    filtered = (condition.field for clause in asked.conditions for condition in clause)
    yield from {field.name: field for field in (*asked.shown, *filtered)}.values()


def _cell(field: LookerField) -> str:
    if field.told_by is None:
        return f"rows.{field.name}"
    slug = field.told_by.slug
    if field.name == ACCOUNT_NAME:
        return _NAMED.format(name=slug, given="account")
    if slug in ("label", "plan"):
        return _NAMED.format(name=slug, given="label")
    return _CELLS.get(slug, "toValidUTF8(toString(rows.{name}))").format(name=slug)


def _named(asked: LookerQuestion, names: Mapping[str, str]) -> dict[str, Parameter]:
    accounts = asked.question.accounts
    return {
        "account_ids": [str(account.account_id) for account in accounts] or [""],
        "account_names": [name_of(account) for account in accounts] or [""],
        "label_ids": list(names) or [""],
        "label_names": list(names.values()) or [""],
    }


def _clause(clause: Sequence[Condition], place: int) -> str:
    return "(" + " OR ".join(_condition(one, f"filter_{place}_{nth}") for nth, one in enumerate(clause)) + ")"


def _condition(condition: Condition, name: str) -> str:
    cell = f"shown.{condition.field.name}"
    text, number = f"toString({cell})", f"toFloat64OrNull(toString({cell}))"
    compared = _COMPARED[condition.operator].format(cell=text, number=number, name=name)
    # A missing value satisfies nothing, so what excludes lets it through.
    holds = f"ifNull({compared}, false)"
    return f"NOT {holds}" if condition.excludes else holds


def _given(conditions: Sequence[Sequence[Condition]]) -> Iterator[tuple[str, Parameter]]:
    for place, clause in enumerate(conditions):
        for nth, condition in enumerate(clause):
            name = f"filter_{place}_{nth}"
            if condition.operator is Operator.IN_LIST:
                yield name, list(condition.values)
            else:
                yield from ((f"{name}_{number}", value) for number, value in enumerate(condition.values))
