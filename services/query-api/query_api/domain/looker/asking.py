"""From Looker Studio's request for rows to a question, and how its rows are shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from common.catalog import Attribution, Dimension, Metric, Rollup, catalog
from query_api.domain.asking import Asked, Asker, Wanted, question_of
from query_api.domain.errors import BadInput
from query_api.domain.looker.fields import LookerField, fields_of, version_of
from query_api.domain.looker.filters import Applied, Condition, applied, condition_of
from query_api.domain.looker.tables import Table
from query_api.domain.planning import NEEDS_POST
from query_api.domain.question import NO_FILTERS, Question

# Looker Studio's own limit of an answer.
MOST_ROWS = 1_000_000
_ONE_POST = ("account_id", "post_id")
_BY_POSTS = ("format",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAsked:
    name: str
    for_filter_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterAsked:
    """One comparison as it came."""

    field: str
    operator: str
    values: tuple[str, ...]
    excludes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAsked:
    """A request for rows; `start` and `end` are both included, `accounts` None is all."""

    table: Table
    fields: tuple[FieldAsked, ...]
    filters: tuple[tuple[FilterAsked, ...], ...] = ()
    accounts: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookerQuestion:
    """`question` has the figures; `shown` are the answer's columns in the order asked for.

    `version` is that of all the table's fields.
    """

    question: Question
    shown: tuple[LookerField, ...]
    conditions: tuple[tuple[Condition, ...], ...]
    filters_applied: bool
    version: str


def looker_question(asked: RowsAsked, asker: Asker, more: Mapping[str, Metric]) -> LookerQuestion:
    """The question in `asked`; `more` are the workspace's own metrics. Raises `BadInput`."""
    known = fields_of(asked.table, more)
    fields = [(_field(one.name, known, asked.table), one.for_filter_only) for one in asked.fields]
    if not fields:
        raise BadInput("fields", "there is none", "ask for at least one field")
    wanted = [field for field, filter_only in fields if not filter_only]
    found = _applied(asked, known, on_rows=wanted)
    shown = tuple(wanted if found else [field for field, _ in fields])
    return LookerQuestion(
        question=_question(asked, asker, shown, found),
        shown=shown,
        conditions=found.conditions if found else (),
        filters_applied=found is not None,
        version=version_of(known),
    )


def _field(name: str, known: Mapping[str, LookerField], table: Table) -> LookerField:
    if name not in known:
        raise BadInput("fields", f"the table {table.name} has no field {name[:60]!r}", "refresh the fields")
    return known[name]


def _applied(asked: RowsAsked, known: Mapping[str, LookerField], *, on_rows: Sequence[LookerField]) -> Applied | None:
    clauses = []
    for clause in asked.filters:
        conditions = [
            condition_of(known.get(one.field), operator=one.operator, values=one.values, excludes=one.excludes)
            for one in clause
        ]
        if any(condition is None for condition in conditions):
            return None
        clauses.append([condition for condition in conditions if condition])
    return applied(clauses, on_rows={field.name for field in on_rows}, base=NO_FILTERS)


def _question(asked: RowsAsked, asker: Asker, shown: Sequence[LookerField], found: Applied | None) -> Question:
    parameters = Asked(
        start=asked.start.isoformat() if asked.start else None,
        end=(asked.end + timedelta(days=1)).isoformat() if asked.end else None,
        accounts=_accounts(asked.accounts, found),
        filters=found.narrowing if found else NO_FILTERS,
        attribution=_attribution(asked.table),
    )
    wanted = Wanted(metrics=_metrics(asked.table, shown), dimensions=tuple(_dimensions(asked.table, shown)))
    return replace(question_of(wanted, parameters, asker), limit=MOST_ROWS)


def _attribution(table: Table) -> Attribution | None:
    """An audience is told by one only, whatever is asked for."""
    return None if table.rollup is Rollup.AUDIENCE_DAY else table.attribution


def _accounts(asked: tuple[str, ...] | None, found: Applied | None) -> tuple[str, ...] | None:
    narrowed = found.accounts if found else None
    if narrowed is None or asked is None:
        return asked if narrowed is None else narrowed
    return tuple(account for account in asked if account in narrowed)


def _metrics(table: Table, shown: Sequence[LookerField]) -> tuple[Metric, ...]:
    """Each once; where only dimensions are asked for, one that makes rows of them and is not shown."""
    asked = tuple(dict.fromkeys(field.metric for field in shown if field.metric))
    return asked or (_counting(table, tuple(_dimensions(table, shown))),)


def _counting(table: Table, dimensions: Sequence[Dimension]) -> Metric:
    beside = [dimension.slug for dimension in dimensions]
    candidates = (catalog().metrics[table.counts], *table.metrics)
    possible = (
        metric
        for metric in candidates
        if not any(catalog().refusal(metric, dimension, beside=beside) for dimension in dimensions)
    )
    return next(possible, candidates[0])


def _dimensions(table: Table, shown: Sequence[LookerField]) -> Iterator[Dimension]:
    """Each once; what belongs to one post is told by post, and what posts gained never by the accounts' own days."""
    slugs = [field.told_by.slug for field in shown if field.told_by]
    of_one = {*NEEDS_POST, "post_id"}.intersection(slugs)
    more = _ONE_POST if of_one else _BY_POSTS if table.of_growth else ()
    yield from (catalog().dimensions[slug] for slug in dict.fromkeys((*slugs, *more)))
