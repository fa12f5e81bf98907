"""Recomputing what a batch touched, against what a rebuild spends on the same facts, among many millions of others."""

import random
import time
from collections.abc import Sequence
from statistics import median
from uuid import UUID

from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.report import Line
from benchmarks.rig import running_rig
from benchmarks.snapshots import START, WORKSPACE
from common.events.dead_letter import Record
from common.events.topics import POST_SNAPSHOTS
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.domain.portions import Load, portions
from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.touched import Touches, touched_posts
from metrics_aggregator.use_cases.pipeline import ROUTES

ACCOUNTS, POSTS = 1_000, 50
TOUCHED_ACCOUNTS = 40
ROLLUPS = ROUTES[POST_SNAPSHOTS.name].rollups
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


async def recomputing(*, facts: int, rounds: int) -> list[Line]:
    """2,000 posts of 40 accounts among `facts`."""
    each = facts // (ACCOUNTS * POSTS)
    async with running_rig() as rig, rig.database("recomputing") as client:
        print(f"writing {ACCOUNTS * POSTS * each:,} facts")
        await _write(client, each)
        chosen = random.Random(7)  # The same accounts in every run.
        pairs = []
        for _ in range(rounds):
            accounts = [_account(number) for number in sorted(chosen.sample(range(ACCOUNTS), TOUCHED_ACCOUNTS))]
            pairs.append((await _recompute(client, accounts), await _rebuild(client, accounts, each)))
            print("recompute {:.2f} s, rebuild of the same facts {:.2f} s".format(*pairs[-1]))
    ratios = [recompute / rebuild for recompute, rebuild in pairs]
    return [
        Line(
            name="recompute of 2,000 posts / rebuild of their facts",
            ratio=median(ratios),
            limit=10,
            at_most=True,
            n=rounds,
            said=f"{_median(pairs, 0):.2f} s against {_median(pairs, 1):.2f} s, among {facts:,} facts",
            runs=pairs,
        )
    ]


async def _write(client: AsyncClient, each: int) -> None:
    bound = {"workspace": WORKSPACE, "start": int(START.timestamp()), "each": each, "posts": POSTS}
    total = ACCOUNTS * POSTS * each
    for first in range(0, total, ROWS_AT_ONCE):
        await client.command(_FACTS, parameters={**bound, "first": first, "rows": min(ROWS_AT_ONCE, total - first)})


async def _recompute(client: AsyncClient, accounts: Sequence[Account]) -> float:
    """As a batch does that has one snapshot of each post."""
    warehouse, begun = ClickHouseWarehouse(client), time.monotonic()
    for touched in touched_posts(Touches(_snapshot(account, post) for account in accounts for post in range(POSTS))):
        await warehouse.recompute(ROLLUPS, touched)
    return time.monotonic() - begun


async def _rebuild(client: AsyncClient, accounts: Sequence[Account], each: int) -> float:
    """As `rebuild` does, which takes account after account: the part of its time that these accounts take."""
    tables = ClickHouseRollupTables(client, Placement())
    loads = [Load(account=account, facts=POSTS * each) for account in accounts]
    seconds = 0.0
    for rollup in ROLLUPS:
        beside = await tables.create_beside(rollup)
        begun = time.monotonic()
        for portion in portions(loads):
            await tables.fill(rollup, into=beside, accounts=portion.accounts)
        seconds += time.monotonic() - begun
        await tables.drop(beside)
    return seconds


def _snapshot(account: Account, post: int) -> Snapshot:
    post_id = f"{account.account_id.hex[-12:].lstrip('0') or '0'}_{post}"
    record = Record(topic=POST_SNAPSHOTS.name, partition=0, offset=0, key=None, value=b"{}", headers=())
    return Snapshot(record=record, value=b"{}", account=account, post_id=post_id, observed_at=START.isoformat())


def _account(number: int) -> Account:
    return Account(WORKSPACE, UUID(f"00000000-0000-7000-8000-{number:012}"))


def _median(pairs: Sequence[tuple[float, float]], side: int) -> float:
    return median(pair[side] for pair in pairs)
