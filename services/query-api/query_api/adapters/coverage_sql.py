"""The coverage of a question's figures, from the warehouse's views of it: runs of days that share a status."""

from collections.abc import Iterator

from common.catalog import Metric, Rollup
from common.catalog.coverage import Status
from query_api.adapters.question_sql import Query, bound
from query_api.domain.measures import columns_over
from query_api.domain.question import Question

# The worst last: of a metric's fields the one that is missing says more than one that is not final yet.
_MILD = (Status.FINAL, Status.IMPORTED, Status.ESTIMATED, Status.PROVISIONAL)
_RANKS = (*_MILD, *(status for status in Status if status not in _MILD))
_OF_DAYS = """coverage(
    workspace_id = {workspace_id:UUID}, accounts = {accounts:Array(UUID)},
    from = {from:Date}, to = {to:Date}, now = {now:DateTime64(3, 'UTC')}
)"""

_RUNS = """
SELECT account_id, metrics, status, min(day), max(day) + 1, toUnixTimestamp64Milli(max(seen))
FROM (
    SELECT *, day - row_number() OVER (PARTITION BY account_id, metrics, status ORDER BY day) AS run
    FROM (
        SELECT account_id, day, status, groupArray(metric) AS metrics, max(seen) AS seen
        FROM (
            SELECT account_id, day, pair.1 AS metric,
                argMax(fields_status, rank) AS status, max(as_of) AS seen
            FROM (
                SELECT account_id, day, status AS fields_status, as_of, arrayJoin(fields) AS field,
                    indexOf({{ranks:Array(String)}}, status) AS rank
                FROM {view}
            )
            ARRAY JOIN arrayZip({{told:Array(String)}}, {{read:Array(String)}}) AS pair
            WHERE pair.2 = field
            GROUP BY account_id, day, metric
            ORDER BY account_id, day, indexOf({{told:Array(String)}}, metric)
        )
        GROUP BY account_id, day, status
    )
)
GROUP BY account_id, metrics, status, run
ORDER BY account_id, min(day), status
"""


def coverage_queries(question: Question, now: str) -> Iterator[Query]:
    """One for each rollup: account, metrics, status, first day, day after the last, milliseconds of the newest
    observation."""
    for reading in question.readings:
        if reading.rollup in (Rollup.ACCOUNT_DAY, Rollup.AUDIENCE_DAY):
            pairs = [(metric.slug, field) for metric in reading.metrics for field in _fields(metric, reading.rollup)]
            yield Query(
                _RUNS.format(view=_OF_DAYS),
                {
                    **bound(question),
                    "now": now,
                    "ranks": [str(status) for status in _RANKS],
                    "told": [slug for slug, _ in pairs],
                    "read": [field for _, field in pairs],
                },
            )


def _fields(metric: Metric, rollup: Rollup) -> tuple[str, ...]:
    return columns_over(metric, rollup)
