"""The coverage of a question's figures, from the warehouse's views of it: runs of days that share a status."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from common.catalog import Metric, Rollup
from common.catalog.coverage import Status
from query_api.adapters.question_sql import Query, bound
from query_api.domain.measures import columns_over
from query_api.domain.question import Question

# The worst last: of a metric's fields the one that is missing says more than one that is not final yet.
_MILD = (Status.FINAL, Status.IMPORTED, Status.ESTIMATED, Status.PROVISIONAL)
_RANKS = (*_MILD, *(status for status in Status if status not in _MILD))
_VIEWS: Mapping[Rollup, str] = {
    Rollup.ACCOUNT_DAY: "coverage",
    Rollup.AUDIENCE_DAY: "coverage",
    Rollup.POST_DAY: "coverage_posts",
    Rollup.POST_LATEST: "coverage_published",
    Rollup.POST_BREAKDOWNS: "coverage_published",
}
# Of a post's growth on a day, one post's figures may be given and another's not: each status is told.
_APART = {Rollup.POST_DAY: "post_id, "}
# What a post is counted by.
_LISTED = ("item_id",)

_RUNS = """
SELECT account_id, metrics, status, min(day), max(day) + 1, toUnixTimestamp64Milli(max(seen))
FROM (
    SELECT *, day - row_number() OVER (PARTITION BY account_id, metrics, status ORDER BY day) AS run
    FROM (
        SELECT account_id, day, status, groupUniqArray(metric) AS told, max(seen) AS seen,
            arrayFilter(one -> has(told, one), {{slugs:Array(String)}}) AS metrics
        FROM (
            SELECT account_id, day, pair.1 AS metric, argMax(field_status, rank) AS status, max(as_of) AS seen
            FROM (
                SELECT account_id, {apart}day, status AS field_status, as_of, arrayJoin(fields) AS field,
                    indexOf({{ranks:Array(String)}}, status) AS rank
                FROM {view}(
                    workspace_id = {{workspace_id:UUID}}, accounts = {{accounts:Array(UUID)}},
                    from = {{from:Date}}, to = {{to:Date}}, now = {{now:DateTime64(3, 'UTC')}}
                )
            )
            ARRAY JOIN arrayZip({{told:Array(String)}}, {{read:Array(String)}}) AS pair
            WHERE pair.2 = field
            GROUP BY account_id, {apart}day, metric
        )
        GROUP BY account_id, day, status
    )
)
GROUP BY account_id, metrics, status, run
ORDER BY account_id, min(day), status
"""


def coverage_queries(question: Question, now: datetime) -> Iterator[Query]:
    """One for each rollup: account, metrics, status, first day, day after the last, milliseconds of the newest
    observation."""
    for reading in question.readings:
        sql = _RUNS.format(view=_VIEWS[reading.rollup], apart=_APART.get(reading.rollup, ""))
        pairs = [
            (metric.slug, field) for metric in reading.metrics for field in _fields(metric, reading.rollup, question)
        ]
        told: Mapping[str, list[str]] = {
            "ranks": [str(status) for status in _RANKS],
            "slugs": [metric.slug for metric in reading.metrics],
            "told": [slug for slug, _ in pairs],
            "read": [field for _, field in pairs],
        }
        yield Query(sql, {**bound(question), **told, "now": f"{now:%Y-%m-%d %H:%M:%S.%f}"[:-3]})


def _fields(metric: Metric, rollup: Rollup, question: Question) -> tuple[str, ...]:
    """Of an audience its list too; of what is counted, by what each post is listed."""
    lists = [one.labels_of for one in question.dimensions if one.labels_of]
    return tuple(dict.fromkeys([*lists, *columns_over(metric, rollup)])) or _LISTED
