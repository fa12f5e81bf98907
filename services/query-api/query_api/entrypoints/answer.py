"""An answer as JSON: ClickHouse's bytes of the rows, set between a head and a tail of ours."""

import json
from collections.abc import Mapping

from query_api.domain.answers import Answer, answer_of
from query_api.domain.columns import Column
from query_api.domain.coverage import Coverage
from query_api.domain.explaining import Explanation
from query_api.domain.notes import FEW_POSTS, notes
from query_api.domain.paging import Cursor, write_cursor
from query_api.domain.planning import attribution_of
from query_api.domain.question import Question
from query_api.domain.sample import is_sample
from query_api.entrypoints.schemas import ColumnAnswer, CoverageAnswer, ExplanationAnswer, Few, Meta
from query_api.ports import Page
from query_api.use_cases.answering import Compared, Found


def answered_with(found: Found, *, name: str | None) -> Answer:
    """The answer; `name` is the widget's."""
    next_cursor = _next_cursor(found.figures.question, found.figures.page)
    return answer_of(_written(found, name, next_cursor), next_cursor)


def _written(found: Found, name: str | None, next_cursor: str | None) -> bytes:
    figures = found.figures
    question = figures.question
    return _object(
        {
            **({} if name is None else {"widget": _json(name)}),
            "columns": _json([column.model_dump(mode="json") for column in columns_answer(question)]),
            "rows": b"[" + figures.page.rows + b"]",
            "totals": _json(dict(figures.totals)),
            "next_cursor": _json(next_cursor),
            "comparisons": b"[" + b",".join(map(_comparison, found.compared)) + b"]",
            **({} if found.explained is None else {"explained": _json(list(map(_explanation, found.explained)))}),
            "meta": _meta(question, figures.covered).model_dump_json(by_alias=True).encode(),
        }
    )


def column_answer(column: Column) -> ColumnAnswer:
    return ColumnAnswer(name=column.name, type=column.kind, unit=column.unit, role=column.role)


def columns_answer(question: Question) -> list[ColumnAnswer]:
    """Each metric with the attribution it is told by."""
    by = {metric.slug: attribution_of(one.rollup) for one in question.readings for metric in one.metrics}
    return [
        column_answer(column).model_copy(update={"attribution": by.get(column.name)}) for column in question.columns
    ]


def _comparison(compared: Compared) -> bytes:
    figures = compared.figures
    days, covered = figures.question.days, figures.covered
    return _object(
        {
            "name": _json(compared.name),
            "from": _json(days.start.isoformat()),
            "to": _json(days.end.isoformat()),
            "like_for_like_days": _json(compared.like_for_like),
            "rows": b"[" + figures.page.rows + b"]",
            "totals": _json(dict(figures.totals)),
            "against": _json(None if compared.against is None else dict(compared.against)),
            "complete_through": _json(covered.complete_through and covered.complete_through.isoformat()),
            "coverage": _json([row.model_dump(mode="json", by_alias=True) for row in _coverage(covered)]),
        }
    )


def _explanation(explanation: Explanation) -> object:
    return ExplanationAnswer.model_validate(explanation, from_attributes=True).model_dump(mode="json")


def _meta(question: Question, covered: Coverage) -> Meta:
    return Meta(
        start=question.days.start,
        end=question.days.end,
        attribution=question.attribution,
        lifecycle=question.lifecycle,
        timezone=question.timezone if question.own_days else "UTC",
        as_of=covered.as_of,
        complete_through=covered.complete_through,
        coverage=tuple(_coverage(covered)),
        metric_version=max(metric.version for metric in question.metrics),
        few=Few(column="posts_with_engagement", below=FEW_POSTS) if question.slots else None,
        notes=notes(question, covered),
        sample=is_sample(question.workspace_id),
    )


def _coverage(covered: Coverage) -> list[CoverageAnswer]:
    return [
        CoverageAnswer(account_id=row.account_id, metrics=row.metrics, start=row.start, end=row.end, status=row.status)
        for row in covered.ranges
    ]


def _next_cursor(question: Question, page: Page) -> str | None:
    if page.last_row is None:
        return None
    row = dict(zip((column.name for column in question.columns), json.loads(page.last_row), strict=True))
    sort = question.sort
    return write_cursor(Cursor(value=row[sort.column.name], ties=tuple(row[tie.name] for tie in sort.ties)), sort=sort)


def _object(parts: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(_json(name) + b":" + value for name, value in parts.items()) + b"}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
