"""The rows a question reads: of the workspace's accounts, in the range, live or all, of the posts it is narrowed to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.catalog import Rollup
from common.warehouse.dimensions import hashtags, post_table

_SCOPE = "{table}.workspace_id = {{workspace_id:UUID}} AND {table}.account_id IN {{accounts:Array(UUID)}}"

_DAYS = "{table}.day >= {{from:Date}} AND {table}.day < {{to:Date}}"
# Posts whose moment of publishing is unknown lie in no range.
_MOMENTS = "{table}.published_at >= {{from:Date}} AND {table}.published_at < {{to:Date}}"
# The viewer's midnights, which are not those of UTC.
_OWN_MOMENTS = (
    "{table}.published_at >= {{published_from:DateTime('UTC')}} "
    "AND {table}.published_at < {{published_to:DateTime('UTC')}}"
)
_RANGE = {
    Rollup.ACCOUNT_DAY: _DAYS,
    Rollup.POST_DAY: _DAYS,
    Rollup.AUDIENCE_DAY: _DAYS,
    Rollup.POST_LATEST: _MOMENTS,
}
# An enum, because ClickHouse refuses a value it does not have.
_LIVING = "({{lifecycle:Enum8('live' = 1, 'all' = 2)}} = 'all' OR isNull({table}.gone_at))"

_ITS_POST = ("format", "published_at", "caption", "video_duration", "share_url", "thumbnail_url")
_IDS: Mapping[str, str] = {"label": "label_ids", "plan": "plan_ids"}


class Narrowing(StrEnum):
    """What posts can be narrowed to; the value is the name of the parameter that is bound."""

    LABELS = "labels"
    PLANS = "plans"
    FORMATS = "formats"
    POSTS = "posts"
    HASHTAGS = "hashtags"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which rows: told apart `by` labels, plans or hashtags a post is there once for each it has; with `once`, once if
    it has any. `own_days`: days of publishing are those of parameter `timezone`, else UTC's.
    """

    by: tuple[str, ...] = ()
    once: bool = False
    narrowed: frozenset[Narrowing] = frozenset()
    own_days: bool = False


EVERY_ROW = Rows()


def rows_in_range(rollup: Rollup, wanted: Rows = EVERY_ROW) -> str:
    """`FROM … WHERE …`, every column to be called with its table."""
    joins = [_given(one, wanted) for one in wanted.by if one in _IDS]
    if rollup is Rollup.POST_DAY:
        joins.append(_its_post())
    conditions = [_SCOPE.format(table=rollup), _range(rollup, wanted), *_of_posts(rollup, wanted)]
    tags = [_each_hashtag(rollup, wanted)] if "hashtag" in wanted.by and not wanted.once else []
    return "\n".join([f"FROM {rollup} FINAL", *joins, *tags, "WHERE " + "\n  AND ".join(conditions)])


def select(cells: Sequence[str], *clauses: str) -> str:
    return "\n".join(["SELECT\n    " + ",\n    ".join(cells), *clauses])


def _range(rollup: Rollup, wanted: Rows) -> str:
    own = wanted.own_days and rollup is Rollup.POST_LATEST
    return (_OWN_MOMENTS if own else _RANGE[rollup]).format(table=rollup)


def _of_posts(rollup: Rollup, wanted: Rows) -> list[str]:
    if rollup not in (Rollup.POST_LATEST, Rollup.POST_DAY):
        return []
    table = post_table(rollup)
    narrowing = [_NARROWING[one](rollup, wanted) for one in Narrowing if one in wanted.narrowed]
    tagged = [f"notEmpty({hashtags(rollup)})"] if "hashtag" in wanted.by and wanted.once else []
    return [_LIVING.format(table=table), *filter(None, narrowing), *tagged]


def _its_post() -> str:
    """What a post's day does not know of its post."""
    cells = ("account_id", "post_id", "gone_at", *_ITS_POST)
    rows = select(cells, "FROM post_latest FINAL", f"WHERE {_SCOPE.format(table='post_latest')}")
    return _joined(rows, "its_post")


def _joined(rows: str, name: str) -> str:
    # Global: on a cluster the tables stand for all shards, and two of them are joined in no other way.
    return f"GLOBAL INNER JOIN (\n{rows}\n) AS {name} USING (account_id, post_id)"


def _given(dimension: str, wanted: Rows) -> str:
    """What each post has now. An id that is there twice is given once; of those asked for only these."""
    rows = _states(dimension, wanted.narrowed)
    each = select(("account_id", "post_id", f"arrayJoin(given) AS {dimension}"), f"FROM (\n{rows}\n)")
    any_at_all = select(("account_id", "post_id"), f"FROM (\n{rows}\n)", "WHERE notEmpty(given)")
    return _joined(any_at_all if wanted.once else each, f"of_{dimension}")


def _states(dimension: str, narrowed: frozenset[Narrowing]) -> str:
    """By the highest revision."""
    now = f"arrayDistinct(argMax({_IDS[dimension]}, (revision, observed_at, recorded_at)))"
    asked = Narrowing(f"{dimension}s")
    given = f"arrayIntersect({now}, {{{asked}:Array(UUID)}})" if asked in narrowed else now
    return select(
        ("account_id", "post_id", f"{given} AS given"),
        "FROM label_facts FINAL",
        f"WHERE {_SCOPE.format(table='label_facts')}",
        "GROUP BY account_id, post_id",
    )


def _has_given(dimension: str) -> Callable[[Rollup, Rows], str]:
    def condition(rollup: Rollup, wanted: Rows) -> str:
        if dimension in wanted.by:
            # The join has narrowed it already.
            return ""
        states = f"FROM (\n{_states(dimension, wanted.narrowed)}\n)"
        rows = select(("account_id", "post_id"), states, "WHERE notEmpty(given)")
        return f"({rollup}.account_id, {rollup}.post_id) GLOBAL IN (\n{rows}\n)"

    return condition


def _each_hashtag(rollup: Rollup, wanted: Rows) -> str:
    tags, asked = hashtags(rollup), Narrowing.HASHTAGS in wanted.narrowed
    return f"ARRAY JOIN {f'arrayIntersect({tags}, {{hashtags:Array(String)}})' if asked else tags} AS hashtag"


_NARROWING: Mapping[Narrowing, Callable[[Rollup, Rows], str]] = {
    Narrowing.LABELS: _has_given("label"),
    Narrowing.PLANS: _has_given("plan"),
    Narrowing.FORMATS: lambda rollup, _: f"{post_table(rollup)}.format IN {{formats:Array(String)}}",
    Narrowing.POSTS: lambda rollup, _: f"{rollup}.post_id IN {{posts:Array(String)}}",
    Narrowing.HASHTAGS: lambda rollup, _: f"hasAny({hashtags(rollup)}, {{hashtags:Array(String)}})",
    Narrowing.SEARCH: lambda rollup, _: (
        f"positionCaseInsensitiveUTF8(ifNull({post_table(rollup)}.caption, ''), {{search:String}}) > 0"
    ),
}
