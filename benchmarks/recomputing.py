"""Recomputing what a batch touched, against what a rebuild spends on the same facts, among many millions of others."""

import random
import time
from collections.abc import Sequence
from statistics import median

from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.facts import ACCOUNTS, POSTS, account, write_facts
from benchmarks.report import Line
from benchmarks.rig import running_rig
from benchmarks.snapshots import START
from common.events.dead_letter import Record
from common.events.topics import POST_SNAPSHOTS
from common.warehouse.migrate import Placement
from metrics_aggregator.adapters.clickhouse import ClickHouseWarehouse
from metrics_aggregator.adapters.rollup_tables import ClickHouseRollupTables
from metrics_aggregator.domain.portions import Load, portions
from metrics_aggregator.domain.records import Account, Snapshot
from metrics_aggregator.domain.touched import Touches, touched_posts
from metrics_aggregator.use_cases.pipeline import ROUTES

TOUCHED_ACCOUNTS = 40
ROLLUPS = ROUTES[POST_SNAPSHOTS.name].rollups


async def recomputing(*, facts: int, rounds: int) -> list[Line]:
    """2,000 posts of 40 accounts among `facts`."""
    each = facts // (ACCOUNTS * POSTS)
    async with running_rig() as rig, rig.database("recomputing") as client:
        print(f"writing {ACCOUNTS * POSTS * each:,} facts")
        await write_facts(client, each)
        chosen = random.Random(7)  # The same accounts in every run.
        pairs = []
        for _ in range(rounds):
            accounts = [account(number) for number in sorted(chosen.sample(range(ACCOUNTS), TOUCHED_ACCOUNTS))]
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


async def _recompute(client: AsyncClient, accounts: Sequence[Account]) -> float:
    """As a batch does that has one snapshot of each post."""
    warehouse, begun = ClickHouseWarehouse(client), time.monotonic()
    for touched in touched_posts(Touches(_snapshot(one, post) for one in accounts for post in range(POSTS))):
        await warehouse.recompute(ROLLUPS, touched)
    return time.monotonic() - begun


async def _rebuild(client: AsyncClient, accounts: Sequence[Account], each: int) -> float:
    """As `rebuild` does, which takes account after account: the part of its time that these accounts take."""
    tables = ClickHouseRollupTables(client, Placement())
    loads = [Load(account=one, facts=POSTS * each) for one in accounts]
    seconds = 0.0
    for rollup in ROLLUPS:
        beside = await tables.create_beside(rollup)
        begun = time.monotonic()
        for portion in portions(loads):
            await tables.fill(rollup, into=beside, accounts=portion.accounts)
        seconds += time.monotonic() - begun
        await tables.drop(beside)
    return seconds


def _snapshot(of: Account, post: int) -> Snapshot:
    post_id = f"{of.account_id.hex[-12:].lstrip('0') or '0'}_{post}"
    record = Record(topic=POST_SNAPSHOTS.name, partition=0, offset=0, key=None, value=b"{}", headers=())
    return Snapshot(record=record, value=b"{}", account=of, post_id=post_id, observed_at=START.isoformat())


def _median(pairs: Sequence[tuple[float, float]], side: int) -> float:
    return median(pair[side] for pair in pairs)
