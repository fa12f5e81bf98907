"""Connections to ClickHouse, as every service makes them."""

from collections.abc import Mapping

import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient

# For inserts of event bytes. A null in a number that cannot be null is refused instead of read as 0, `true` instead of
# read as 1, and a text is what stands in quotes; but a breakdown, a list, goes into its text as it is written. A block
# that a replicated table has seen before is written again: it may have been deleted since, and the key keeps it one.
# Doubles in one block stay until a merge, as those of two blocks do; looking for them was a seventh of an insert.
INSERT_SETTINGS: Mapping[str, str | int] = {
    "date_time_input_format": "best_effort",
    "input_format_json_read_arrays_as_strings": 1,
    "input_format_null_as_default": 0,
    "input_format_skip_unknown_fields": 1,
    # Goes before `insert_deduplicate`, which says nothing by itself any more.
    "deduplicate_insert": "disable",
    "optimize_on_insert": 0,
    "input_format_json_read_bools_as_numbers": 0,
    "input_format_json_read_bools_as_strings": 0,
    "input_format_json_read_numbers_as_strings": 0,
    "input_format_json_read_objects_as_strings": 0,
    # Once it has every column ClickHouse would pass over the rest, and with it a second word on one of them.
    "input_format_json_ignore_unnecessary_fields": 0,
}


async def connect(url: str, *, database: str | None = None) -> AsyncClient:
    """A client for `url` (`http://user:password@host:port`); without `database` it sees the server's default.

    Sessions are off, so that one client serves many queries at a time.
    """
    return await clickhouse_connect.get_async_client(
        dsn=url, database=database, autogenerate_session_id=False, compress="lz4"
    )
