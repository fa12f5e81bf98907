"""Facts of posts by the million, written by ClickHouse itself."""

from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.snapshots import START, WORKSPACE
from metrics_aggregator.domain.records import Account

ACCOUNTS, POSTS = 1_000, 50
# 100,000 and more take most of the memory that ClickHouse has on a laptop, and merges want some of it.
ROWS_AT_ONCE = 40_000

# One row per account, post and six hours, in the order of accounts; a fourth of the counters is not given.
_FACTS = """
INSERT INTO post_facts (
    workspace_id, account_id, channel, post_id, observed_at, recorded_at, source, field_set, extra, media_type, caption,
    create_time, video_duration, video_views, likes, comments, shares, reach, total_time_watched,
    average_time_watched, full_video_watched_rate
)
SELECT {workspace:UUID}, toUUID(concat('00000000-0000-7000-8000-', leftPad(toString(account), 12, '0'))), 'tiktok',
    concat(toString(account), '_', toString(post)),
    toDateTime64({start:Int64}, 3, 'UTC') + toIntervalHour(6 * seen) AS seen_at,
    seen_at, 'api', 'post_full.v1', '{}', 'VIDEO', 'A walk along the river in spring #river #walk',
    {start:Int64} - 3600, 21.5, 1000 + 137 * post + 29 * seen, 100 + 3 * seen, if(seen % 4 = 0, NULL, 10 + seen),
    if(seen % 4 = 0, NULL, seen), 900 + 20 * seen, 48211.25 + seen, 7.31, 0.183
FROM (
    SELECT intDiv(number, {each:UInt64} * {posts:UInt64}) AS account,
        intDiv(number, {each:UInt64}) % {posts:UInt64} AS post, number % {each:UInt64} AS seen
    FROM numbers({first:UInt64}, {rows:UInt64})
)
"""


async def write_facts(client: AsyncClient, each: int) -> None:
    """`each` of every post of every account."""
    bound = {"workspace": WORKSPACE, "start": int(START.timestamp()), "each": each, "posts": POSTS}
    total = ACCOUNTS * POSTS * each
    for first in range(0, total, ROWS_AT_ONCE):
        await client.command(_FACTS, parameters={**bound, "first": first, "rows": min(ROWS_AT_ONCE, total - first)})


def account(number: int) -> Account:
    return Account(WORKSPACE, UUID(f"00000000-0000-7000-8000-{number:012}"))
