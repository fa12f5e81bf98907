"""The warehouse on a cluster: every table of accounts once more, as one table over all shards.

The tables themselves, and the landing tables, are in a database of their own. In the usual database their names mean
the Distributed tables over them, so whoever asks writes the same SQL as on one server, and so do the views.
"""

import re
from collections.abc import Iterable

from common.warehouse.sharding import SHARDING_KEY

_CREATED = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)(?P<body>.*)ENGINE = \w*MergeTree\b", re.DOTALL)
_DROPPED = re.compile(r"DROP TABLE (?:IF EXISTS )?(\w+)")
_ACCOUNT = re.compile(r"^\s*account_id UUID\b", re.MULTILINE)


def tables_database(database: str, cluster: str | None) -> str:
    """Where the facts and rollups of one server are."""
    return f"{database}_shard" if cluster else database


def tables_of_accounts(statements: Iterable[str]) -> tuple[str, ...]:
    """The tables that these statements leave behind and that keep rows of accounts."""
    found: dict[str, None] = {}
    for sql in statements:
        if (created := _CREATED.search(sql)) and _ACCOUNT.search(created["body"]):
            found[created[1]] = None
        if dropped := _DROPPED.search(sql):
            found.pop(dropped[1], None)
    return tuple(found)


def over_all_shards(tables: Iterable[str], *, database: str, cluster: str) -> tuple[str, ...]:
    """Made anew at every migration, so that a column added to a table is in it."""
    local = tables_database(database, cluster)
    return tuple(
        f"CREATE OR REPLACE TABLE {table} ON CLUSTER '{cluster}' AS {local}.{table}\n"
        f"ENGINE = Distributed('{cluster}', '{local}', '{table}', {SHARDING_KEY})"
        for table in tables
    )
