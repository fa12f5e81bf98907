"""The rows a widget's view reads: of the workspace's accounts, in the range, live or all, with labels where it asks."""

from collections.abc import Mapping, Sequence

from common.catalog import Rollup

_SCOPE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"

_DAYS = "day >= {from:Date} AND day < {to:Date}"
# Posts whose moment of publishing is unknown lie in no range.
_RANGE = {
    Rollup.ACCOUNT_DAY: _DAYS,
    Rollup.POST_DAY: _DAYS,
    Rollup.AUDIENCE_DAY: _DAYS,
    Rollup.POST_LATEST: "published_at >= {from:Date} AND published_at < {to:Date}",
}
# An enum, because ClickHouse refuses a value it does not have.
_LIVING = "({lifecycle:Enum8('live' = 1, 'all' = 2)} = 'all' OR isNull(gone_at))"
_LIFECYCLE = {Rollup.POST_LATEST: _LIVING, Rollup.POST_DAY: _LIVING}

_IDS: Mapping[str, str] = {"label": "label_ids", "plan": "plan_ids"}


def rows_in_range(rollup: Rollup, *, by: tuple[str, ...] = (), once: bool = False) -> str:
    """`FROM … WHERE …`. By label (or plan) a post is there once for each it has; with `once`, once if it has any."""
    joins = [_given(dimension, once=once) for dimension in by if dimension in _IDS]
    if rollup is Rollup.POST_DAY:
        joins.append(_its_post())
    wanted = (_SCOPE, _RANGE[rollup], *filter(None, [_LIFECYCLE.get(rollup)]))
    return "\n".join([f"FROM {rollup} FINAL", *joins, "WHERE " + "\n  AND ".join(wanted)])


def select(cells: Sequence[str], *clauses: str) -> str:
    return "\n".join(["SELECT\n    " + ",\n    ".join(cells), *clauses])


def _joined(rows: str, name: str) -> str:
    # Global: on a cluster the tables stand for all shards, and two of them are joined in no other way.
    return f"GLOBAL INNER JOIN (\n{rows}\n) AS {name} USING (account_id, post_id)"


def _its_post() -> str:
    """What a post's day does not know of its post."""
    cells = ("account_id", "post_id", "format", "gone_at")
    return _joined(select(cells, "FROM post_latest FINAL", f"WHERE {_SCOPE}"), "its_post")


def _given(dimension: str, *, once: bool) -> str:
    """What each post has now, by the highest revision. An id that is there twice is given once."""
    now = f"arrayDistinct(argMax({_IDS[dimension]}, (revision, observed_at, recorded_at))) AS given"
    rows = select(
        ("account_id", "post_id", now), "FROM label_facts FINAL", f"WHERE {_SCOPE}", "GROUP BY account_id, post_id"
    )
    each = select(("account_id", "post_id", f"arrayJoin(given) AS {dimension}"), f"FROM (\n{rows}\n)")
    any_at_all = select(("account_id", "post_id"), f"FROM (\n{rows}\n)", "WHERE notEmpty(given)")
    return _joined(any_at_all if once else each, f"of_{dimension}")
