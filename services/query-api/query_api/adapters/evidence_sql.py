"""What stands behind figures: how many rows of a rollup, and the observations these were made from."""

from collections.abc import Iterator, Mapping

from common.catalog import Rollup
from common.warehouse.sources import Rows, rows_in_range
from query_api.adapters.question_sql import Query, bound, selection_of
from query_api.domain.question import Question

_SCOPE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
_DAYS = "FROM profile_day_facts FINAL WHERE {scope} AND day >= {{from:Date}} AND day < {{to:Date}}"
_SEEN = "FROM audience_facts FINAL WHERE {scope} AND observed_at >= {{from:Date}} AND observed_at < {{to:Date}}"
_POSTS = (
    "FROM post_facts FINAL WHERE {scope} AND (account_id, post_id) GLOBAL IN (\n"
    "SELECT {table}.account_id, {table}.post_id {rows}\n)"
)
_FACTS: Mapping[Rollup, str] = {
    Rollup.ACCOUNT_DAY: _DAYS,
    Rollup.AUDIENCE_DAY: _SEEN,
    Rollup.POST_LATEST: _POSTS,
    Rollup.POST_BREAKDOWNS: _POSTS,
    Rollup.POST_DAY: _POSTS,
}
# Breakdowns stand in the rows of the posts.
_TABLES = {Rollup.POST_BREAKDOWNS: Rollup.POST_LATEST}


def evidence_queries(question: Question) -> Iterator[Query]:
    """One for each reading: rows, observations, milliseconds of the first and of the last of these."""
    wanted = selection_of(question).total.rows
    for reading in question.readings:
        yield Query(_counted(reading.rollup, wanted), bound(question))


def _counted(rollup: Rollup, wanted: Rows) -> str:
    table = _TABLES.get(rollup, rollup)
    rows = rows_in_range(table, wanted)
    facts = _FACTS[rollup].format(scope=_SCOPE, table=table, rows=rows)
    seen = "toUnixTimestamp64Milli(min(observed_at)), toUnixTimestamp64Milli(max(observed_at))"
    return f"SELECT (SELECT count() {rows}), count(), {seen}\n{facts}"
