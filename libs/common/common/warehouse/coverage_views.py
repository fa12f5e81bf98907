"""Coverage in the warehouse: of each day's figures, which are final, and why the others are not.

`SELECT * FROM coverage(workspace_id = …, accounts = […], from = …, to = …, now = …)` for the days of accounts, and
`coverage_posts(…)` for the growth of posts. `now` is the domain's clock: a day becomes final because time goes by.
What the statuses mean stands in `common.catalog.coverage`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from common.catalog import Grain, Kind, catalog
from common.catalog.coverage import COUNTED_DAYS, HISTORY_DAYS, THRESHOLD_FOLLOWERS, MetricGroup, metric_groups
from common.catalog.fields import DERIVED
from common.warehouse.columns import growth_columns, scalar_fields
from common.warehouse.coverage_parts import (
    MINE,
    SETTLED,
    cells,
    common,
    is_given,
    told_fields,
)
from common.warehouse.coverage_published import published_statement

_COVERAGE = """
CREATE OR REPLACE VIEW coverage${{on_cluster}} AS
WITH{standing}
    seen AS (
        SELECT account_id, argMax(followers, day) AS followers_now
        FROM account_day FINAL
        WHERE {mine}
        GROUP BY account_id
    ),
    -- An upload asks TikTok nothing.
    asked AS (
        SELECT account_id, max(toNullable(observed_at)) AS seen_at
        FROM account_facts FINAL
        WHERE {mine} AND source = 'api'
        GROUP BY account_id
    ),
    sources AS (
        SELECT account_id, day,
            groupUniqArrayArrayIf(given, source = 'api') AS from_api,
            groupUniqArrayArrayIf(given, source != 'api') AS from_files,
            max(is_audience) AS audience_was_asked
        FROM (
            SELECT account_id, day, source, false AS is_audience,
                arrayFilter((name, is_given) -> is_given, [{day_fields}], [{are_given_for_day}]) AS given
            FROM profile_day_facts FINAL
            WHERE {mine} AND day >= {{from:Date}} AND day < {{to:Date}}
            UNION ALL
            SELECT account_id, toDate(observed_at) AS day, source, true AS is_audience,
                arrayFilter((name, is_given) -> is_given, [{audience_fields}], [{are_given_then}]) AS given
            FROM audience_facts FINAL
            WHERE {mine} AND observed_at >= {{from:Date}} AND observed_at < {{to:Date}}
        )
        GROUP BY account_id, day
    ),
    days AS (
        SELECT account_id, day, observed_at, follower_series, followers_are_live, [{cells}] AS cells
        FROM account_day FINAL
        WHERE {mine} AND day >= {{from:Date}} AND day < {{to:Date}}
    ),
    grid AS (
        SELECT arrayJoin({{accounts:Array(UUID)}}) AS account_id, arrayJoin({every_day}) AS day
    )
SELECT account_id, day, metric_group, groupArray(field) AS fields, status, as_of
FROM (
    SELECT account_id, day, metric_group, field, observed_at AS as_of,
        multiIf(
            is_given AND hasAny(from_files, read_from) AND NOT hasAny(from_api, read_from)
                AND NOT (field = 'followers' AND followers_are_live), 'imported',
            is_given AND day <= {settled_now}, 'final',
            is_given, 'provisional',{never}
            gate = 'hundred_followers' AND followers_now < {threshold}, 'below_threshold',
            day < toDate(connected_at) - {history}, 'source_limit',{stopped}
            follower_series = 'ambiguous' AND hasAny(from_api, read_from), 'ambiguous',
            -- An audience is told on its day or never.
            connection_status = 'connected' AND day > if(is_audience, {today} - 1, {settled_now}), 'provisional',
            if(is_audience, audience_was_asked, day <= {settled_seen}), 'late',
            'not_collected'
        ) AS status
    FROM (
        SELECT grid.account_id AS account_id, grid.day AS day, observed_at, follower_series, followers_are_live,
            from_api, from_files,
            audience_was_asked, seen_at, followers_now,{standing_columns},
            described.1 AS field, described.2 AS metric_group, described.3 AS scope, described.4 AS gate,
            described.5 AS latency_hours, described.6 AS read_from,
            described.7 AS is_audience,
            if(place <= {column_count}, place <= length(cells) AND cells[place],
                hasAny(arrayConcat(from_api, from_files), read_from)) AS is_given
        FROM grid
        LEFT JOIN days ON days.account_id = grid.account_id AND days.day = grid.day
        LEFT JOIN sources ON sources.account_id = grid.account_id AND sources.day = grid.day
        LEFT JOIN seen ON seen.account_id = grid.account_id
        LEFT JOIN asked ON asked.account_id = grid.account_id
        LEFT JOIN connections ON connections.account_id = grid.account_id
        LEFT JOIN collections ON collections.account_id = grid.account_id
        ARRAY JOIN [{described}] AS described, arrayEnumerate([{described}]) AS place
    )
)
GROUP BY account_id, day, metric_group, status, as_of
ORDER BY account_id, day, metric_group, status
"""

_COVERAGE_POSTS = """
CREATE OR REPLACE VIEW coverage_posts${{on_cluster}} AS
{select}"""
_OF_POSTS = """WITH{standing}
    posts AS (
        SELECT account_id, post_id, published_at, gone_at, observed_at, first_observed_at,
            toDate(least(coalesce(published_at, first_observed_at), first_observed_at)) AS first_day
        FROM post_latest FINAL
        WHERE {mine}
    ),
    grown AS (
        SELECT account_id, post_id, [{first_days}] AS first_days
        FROM post_day FINAL
        WHERE {mine}
        GROUP BY account_id, post_id
    ),
    days AS (
        SELECT account_id, post_id, day, estimated, [{cells}] AS cells
        FROM post_day FINAL
        WHERE {mine} AND day >= {{from:Date}} AND day < {{to:Date}}
    ),
    grid AS (
        SELECT *, arrayJoin(arrayFilter(
            one -> one >= first_day AND one <= {today}, {every_day}
        )) AS day
        FROM posts
    )
SELECT account_id, post_id, day, metric_group, groupArray(field) AS fields, status, as_of
FROM (
    SELECT account_id, post_id, day, metric_group, field, observed_at AS as_of,
        multiIf(
            day >= toDate(published_at) + {counted}, 'frozen',
            is_given AND has(estimated, field), 'estimated',
            is_given AND day <= {settled_now}, 'final',
            is_given, 'provisional',{never}
            day >= toDate(gone_at), 'gone',
            day < coalesce(first_grown, toDate(first_observed_at) + 1), 'not_collected',
            pauses AND day <= toDate(observed_at), 'inactive_post',{stopped}
            connection_status = 'connected' AND day > {settled_now}, 'provisional',
            'not_collected'
        ) AS status
    FROM (
        SELECT grid.account_id AS account_id, grid.post_id AS post_id, grid.day AS day, published_at, gone_at,
            observed_at, first_observed_at, estimated,{standing_columns},
            described.1 AS field, described.2 AS metric_group, described.3 AS scope, described.4 AS gate,
            described.5 AS latency_hours, described.6 AS pauses,
            place <= length(cells) AND cells[place] AS is_given,
            if(place <= length(first_days), first_days[place], NULL) AS first_grown
        FROM grid
        LEFT JOIN days ON days.account_id = grid.account_id AND days.post_id = grid.post_id AND days.day = grid.day
        LEFT JOIN grown ON grown.account_id = grid.account_id AND grown.post_id = grid.post_id
        LEFT JOIN connections ON connections.account_id = grid.account_id
        LEFT JOIN collections ON collections.account_id = grid.account_id
        ARRAY JOIN [{described}] AS described, arrayEnumerate([{described}]) AS place
    )
)
GROUP BY account_id, post_id, day, metric_group, status, as_of
ORDER BY account_id, post_id, day, metric_group, status
"""


def coverage_statements() -> tuple[str, ...]:
    """`CREATE OR REPLACE VIEW` for accounts and for posts, with the placement still to be filled in."""
    return (_of_accounts(), _COVERAGE_POSTS.format(select=_of_posts(mine=MINE)), published_statement())


def coverage_of_a_post() -> str:
    """The SELECT of `coverage_posts` for one post: it also binds `post_id`, and reads nothing of the others."""
    return _of_posts(mine=f"{MINE} AND post_id = {{post_id:String}}")


def day_groups() -> tuple[MetricGroup, ...]:
    """The metric groups of an account's day that `coverage` tells; an audience is of the day it was seen."""
    groups = metric_groups(catalog(), Grain.PROFILE_DAY)
    audience = _only(metric_groups(catalog(), Grain.PROFILE), _lists(Grain.PROFILE))
    more = {group.name: group.fields for group in audience}
    if unmatched := more.keys() - {group.name for group in groups}:
        raise ValueError(f"no field of a day is in the metric groups {sorted(unmatched)}")
    return tuple(replace(group, fields=(*group.fields, *more.get(group.name, ()))) for group in groups)


def growth_groups() -> tuple[MetricGroup, ...]:
    """The metric groups of a post's growth that `coverage_posts` tells."""
    return _only(metric_groups(catalog(), Grain.POST), growth_columns().keys())


def _only(groups: Sequence[MetricGroup], columns: Collection[str]) -> tuple[MetricGroup, ...]:
    chosen = (replace(group, fields=tuple(name for name in group.fields if name in columns)) for group in groups)
    return tuple(group for group in chosen if group.fields)


def _of_accounts() -> str:
    """Columns of account_day first: what is a list has none there, and is looked up in its facts."""
    lists = (*_lists(Grain.PROFILE_DAY), *_lists(Grain.PROFILE))
    described = sorted(told_fields(day_groups()), key=lambda one: one[1] in lists)
    columns = [one for one in described if one[1] not in lists]
    days = [field.name for field in scalar_fields(Grain.PROFILE_DAY)]
    return _COVERAGE.format(
        **common(columns),
        day_fields=_quoted([*days, *_lists(Grain.PROFILE_DAY)]),
        are_given_for_day=", ".join([*map(is_given, days), *map(_is_filled, _lists(Grain.PROFILE_DAY))]),
        audience_fields=_quoted(_lists(Grain.PROFILE)),
        are_given_then=", ".join(map(_is_filled, _lists(Grain.PROFILE))),
        described=", ".join(
            f"({cells(group, name)}, {_read_from(name)}, {_is_audience(name)})" for group, name in described
        ),
        column_count=len(columns),
        settled_seen=SETTLED.format(moment="seen_at"),
        threshold=THRESHOLD_FOLLOWERS,
        history=HISTORY_DAYS,
    )


def _lists(grain: Grain) -> tuple[str, ...]:
    """The breakdowns of a grain: their facts are the list as TikTok wrote it."""
    return tuple(field.name for field in catalog().fields_of(grain) if field.kind is Kind.BREAKDOWN)


def _is_audience(name: str) -> str:
    return str(name in _lists(Grain.PROFILE)).lower()


def _is_filled(name: str) -> str:
    return f"isNotNull(nullIf({name}, '[]'))"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _of_posts(*, mine: str) -> str:
    described = told_fields(growth_groups())
    pauses = {field.name: field.pauses for field in catalog().fields_of(Grain.POST)}
    return _OF_POSTS.format(
        **{**common(described), "mine": mine},
        first_days=", ".join(f"minIf(toNullable(day), isNotNull({name}))" for _, name in described),
        described=", ".join(f"({cells(group, name)}, {str(pauses[name]).lower()})" for group, name in described),
        counted=COUNTED_DAYS,
    )


def _read_from(name: str) -> str:
    """The fields of TikTok's that a column is read or worked out from."""
    sources = DERIVED[Grain.PROFILE_DAY].get(name, (name,))
    return str(list(sources))
