"""What the views of coverage have in common: the connection as it stands, and which fields a group has."""

from collections.abc import Sequence

from common.catalog.coverage import MetricGroup

Described = tuple[MetricGroup, str]
"""A group and one of its fields."""

MINE = "workspace_id = {workspace_id:UUID} AND account_id IN {accounts:Array(UUID)}"
NOW = "{now:DateTime64(3, 'UTC')}"
SETTLED = "toDate({moment} - toIntervalHour(latency_hours)) - 1"
DAYS = "arrayMap(step -> {from:Date} + step, range(toUInt32(greatest(0, dateDiff('day', {from:Date}, {to:Date})))))"

# The connection as it stands, and the spell of collection. A tuple, because argMax passes over nulls.
STANDING = """
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
STANDING_COLUMNS = """
            is_known, connection.1 AS connection_status, connection.2 AS is_business, connection.3 AS scopes,
            connection.4 AS connected_at, connection.5 AS changed_at,
            collection.1 = 'paused' AS is_paused, collection.2 AS paused_at"""

# Why TikTok gives nothing at all now; then why nothing more has come. The same in both views.
NEVER = """
            is_known AND NOT has(scopes, scope), 'no_scope',
            gate != 'none' AND NOT is_business, 'not_business',"""
STOPPED = f"""
            connection_status = 'lost_access' AND day > {SETTLED.format(moment="changed_at")}, 'lost_access',
            is_paused AND day > {SETTLED.format(moment="paused_at")}, 'paused',"""


def common(columns: Sequence[Described]) -> dict[str, str]:
    return {
        "mine": MINE,
        "standing": STANDING.format(mine=MINE),
        "standing_columns": STANDING_COLUMNS,
        "never": NEVER,
        "stopped": STOPPED,
        "every_day": DAYS,
        "settled_now": SETTLED.format(moment=NOW),
        "today": f"toDate({NOW})",
        "cells": ", ".join(is_given(name) for _, name in columns),
    }


def told_fields(groups: Sequence[MetricGroup]) -> Sequence[Described]:
    return [(group, name) for group in groups for name in group.fields]


def cells(group: MetricGroup, name: str) -> str:
    return f"'{name}', '{group.name}', '{group.scope}', '{group.gate}', {group.latency_hours}"


def is_given(name: str) -> str:
    return f"isNotNull({name})"
