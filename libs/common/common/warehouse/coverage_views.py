"""Coverage in the warehouse: of each day's figures, which are final, and why the others are not.

`SELECT * FROM coverage(workspace_id = …, accounts = […], from = …, to = …, now = …)` for the days of accounts, and
`coverage_posts(…)` for the growth of posts. `now` is the domain's clock: a day becomes final because time goes by.
What the statuses mean stands in `common.catalog.coverage`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from common.catalog import Grain, catalog
from common.catalog.coverage import COUNTED_DAYS, HISTORY_DAYS, THRESHOLD_FOLLOWERS, MetricGroup, metric_groups
from common.catalog.fields import DERIVED
from common.warehouse.columns import growth_columns, scalar_fields

_MINE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
_SETTLED = "toDate({moment} - toIntervalHour(latency_hours)) - 1"
_DAYS = "arrayMap(step -> {from:Date} + step, range(toUInt32(greatest(0, dateDiff('day', {from:Date}, {to:Date})))))"

# The connection as it stands, and the spell of collection. A tuple, because argMax passes over nulls.
_STANDING = """
    connections AS (
        SELECT account_id, true AS is_known,
            argMax(tuple(status, is_business_account, scopes, connected_at, changed_at), revision) AS connection
        FROM connection_facts FINAL
        WHERE {mine}
        GROUP BY account_id
    ),
    collections AS (
        SELECT account_id, argMax(tuple(state, since), revision) AS collection
        FROM collection_facts FINAL
        WHERE {mine}
        GROUP BY account_id
    ),"""
_STANDING_COLUMNS = """
            is_known, connection.1 AS connection_status, connection.2 AS is_business, connection.3 AS scopes,
            connection.4 AS connected_at, connection.5 AS changed_at,
            collection.1 = 'paused' AS is_paused, collection.2 AS paused_at"""

# Why TikTok gives nothing at all now; then why nothing more has come. The same in both views.
_NEVER = """
            is_known AND NOT has(scopes, scope), 'no_scope',
            gate != 'none' AND NOT is_business, 'not_business',"""
_STOPPED = f"""
            connection_status = 'lost_access' AND day > {_SETTLED.format(moment="changed_at")}, 'lost_access',
            is_paused AND day > {_SETTLED.format(moment="paused_at")}, 'paused',"""

_COVERAGE = """
CREATE OR REPLACE VIEW coverage${{on_cluster}} AS
WITH{standing}
    seen AS (
        SELECT account_id, max(observed_at) AS seen_at, argMax(followers, day) AS followers_now
        FROM account_day FINAL
        WHERE {mine}
        GROUP BY account_id
    ),
    sources AS (
        SELECT account_id, day,
            groupUniqArrayArrayIf(given, source = 'api') AS from_api,
            groupUniqArrayArrayIf(given, source != 'api') AS from_files
        FROM (
            SELECT account_id, day, source,
                arrayFilter((name, is_given) -> is_given, [{names}], [{are_given}]) AS given
            FROM profile_day_facts FINAL
            WHERE {mine} AND day >= {{from:Date}} AND day < {{to:Date}}
        )
        GROUP BY account_id, day
    ),
    days AS (
        SELECT account_id, day, observed_at, follower_series, [{cells}] AS cells
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
            is_given AND hasAny(from_files, read_from) AND NOT hasAny(from_api, read_from), 'imported',
            is_given AND day <= {settled_now}, 'final',
            is_given, 'provisional',{never}
            gate = 'hundred_followers' AND followers_now < {threshold}, 'below_threshold',
            day < toDate(connected_at) - {history}, 'source_limit',{stopped}
            follower_series = 'ambiguous' AND hasAny(from_api, read_from), 'ambiguous',
            connection_status = 'connected' AND day > {settled_now}, 'provisional',
            day <= {settled_seen}, 'late',
            'not_collected'
        ) AS status
    FROM (
        SELECT grid.account_id AS account_id, grid.day AS day, observed_at, follower_series, from_api, from_files,
            seen_at, followers_now,{standing_columns},
            described.1 AS field, described.2 AS metric_group, described.3 AS scope, described.4 AS gate,
            described.5 AS latency_hours, described.6 AS read_from,
            place <= length(cells) AND cells[place] AS is_given
        FROM grid
        LEFT JOIN days ON days.account_id = grid.account_id AND days.day = grid.day
        LEFT JOIN sources ON sources.account_id = grid.account_id AND sources.day = grid.day
        LEFT JOIN seen ON seen.account_id = grid.account_id
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
WITH{standing}
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
            one -> one >= first_day AND one <= toDate({{now:DateTime64(3, 'UTC')}}), {every_day}
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
    return (_of_accounts(), _of_posts())


def day_groups() -> tuple[MetricGroup, ...]:
    """The metric groups of an account's day that `coverage` tells."""
    columns = {field.name for field in scalar_fields(Grain.PROFILE_DAY)}
    return _only(metric_groups(catalog(), Grain.PROFILE_DAY), columns | DERIVED[Grain.PROFILE_DAY].keys())


def growth_groups() -> tuple[MetricGroup, ...]:
    """The metric groups of a post's growth that `coverage_posts` tells."""
    return _only(metric_groups(catalog(), Grain.POST), growth_columns().keys())


def _only(groups: Sequence[MetricGroup], columns: Collection[str]) -> tuple[MetricGroup, ...]:
    chosen = (replace(group, fields=tuple(name for name in group.fields if name in columns)) for group in groups)
    return tuple(group for group in chosen if group.fields)


def _of_accounts() -> str:
    described = _described(day_groups())
    names = [field.name for field in scalar_fields(Grain.PROFILE_DAY)]
    return _COVERAGE.format(
        **_common(described),
        names=", ".join(f"'{name}'" for name in names),
        are_given=", ".join(f"isNotNull({name})" for name in names),
        described=", ".join(f"({_cells(group, name)}, {_read_from(name)})" for group, name in described),
        settled_seen=_SETTLED.format(moment="seen_at"),
        threshold=THRESHOLD_FOLLOWERS,
        history=HISTORY_DAYS,
    )


def _of_posts() -> str:
    described = _described(growth_groups())
    pauses = {field.name: field.pauses for field in catalog().fields_of(Grain.POST)}
    return _COVERAGE_POSTS.format(
        **_common(described),
        first_days=", ".join(f"minIf(toNullable(day), isNotNull({name}))" for _, name in described),
        described=", ".join(f"({_cells(group, name)}, {str(pauses[name]).lower()})" for group, name in described),
        counted=COUNTED_DAYS,
    )


def _common(described: Sequence[tuple[MetricGroup, str]]) -> dict[str, str]:
    return {
        "mine": _MINE,
        "standing": _STANDING.format(mine=_MINE),
        "standing_columns": _STANDING_COLUMNS,
        "never": _NEVER,
        "stopped": _STOPPED,
        "every_day": _DAYS,
        "settled_now": _SETTLED.format(moment="{now:DateTime64(3, 'UTC')}"),
        "cells": ", ".join(f"isNotNull({name})" for _, name in described),
    }


def _described(groups: Sequence[MetricGroup]) -> Sequence[tuple[MetricGroup, str]]:
    return [(group, name) for group in groups for name in group.fields]


def _cells(group: MetricGroup, name: str) -> str:
    return f"'{name}', '{group.name}', '{group.scope}', '{group.gate}', {group.latency_hours}"


def _read_from(name: str) -> str:
    """The fields of TikTok's that a column is read or worked out from."""
    sources = DERIVED[Grain.PROFILE_DAY].get(name, (name,))
    return str(list(sources))
