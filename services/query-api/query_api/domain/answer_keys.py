"""What an answer to a question depends on, so that it may be given again while none of that changes."""

from collections.abc import Hashable
from datetime import datetime

from common.catalog import Rollup
from query_api.domain.answers import AnswerKey, full_hour
from query_api.domain.question import Question

# Coverage, which every answer has, is worked out from days, posts, connections and pauses.
_READ_BY_ALL = frozenset({Rollup.ACCOUNT_DAY, Rollup.POST_LATEST, "connection_facts", "collection_facts"})
# Labels of posts are read without a rollup between.
_OF_LABELS = frozenset({"label", "plan"})


def answer_key(question: Question, *more: Hashable, now: datetime) -> AnswerKey:
    """`more` is what the answer says besides; `now` is the domain's."""
    return AnswerKey(
        workspace_id=question.workspace_id,
        hour=full_hour(now),
        accounts=tuple((account.account_id, account.revision) for account in question.accounts),
        reads=_READ_BY_ALL | _read(question),
        question=(*_asked(question), *more),
    )


def _read(question: Question) -> frozenset[str]:
    rollups = frozenset(reading.rollup for reading in question.readings)
    concerned = {*question.told_by, *question.filters.dimensions}
    return rollups | {"label_facts"} if _OF_LABELS & concerned else rollups


def _asked(question: Question) -> tuple[Hashable, ...]:
    return (
        question.told_by,
        tuple(dimension.slug for dimension in question.attributes),
        tuple((metric.slug, metric.version) for metric in question.metrics),
        tuple(reading.rollup for reading in question.readings),
        question.days,
        question.timezone,
        question.week_start,
        question.lifecycle,
        question.filters,
        str(question.sort),
        question.limit,
        question.cursor,
        question.slots,
    )
