"""Days of accounts and latest values of posts as ClickHouse computes them: the oracle's, under any delivery."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.events.snapshot import Source
from metrics_aggregator.domain.records import Account

from . import posts as of_posts
from . import profiles as of_profiles
from .examples import examples
from .growth import FIRST_DAY
from .posts import Post, posts
from .profiles import Profile, profiles
from .series import Row, Series, Told

MANY = examples(12)


def of_new_account(client: AsyncClient, rollup: str, posts: Sequence[str] = ()) -> Series:
    return Series(client, Account(uuid4(), uuid4()), rollup, tuple(posts))


async def deliver(series: Series, told: Sequence[Told], *, order: Any, cuts: Sequence[int]) -> None:
    """In any order, a third of it twice, in batches of which two workers take turns."""
    delivery = [*told, *(order.choices(told, k=len(told) // 3) if told else ())]
    order.shuffle(delivery)
    edges = [0, *sorted(cuts), len(delivery)]
    batches = [part for low, high in itertools.pairwise(edges) if (part := delivery[low:high])]

    async def work(share: Sequence[Sequence[Told]]) -> None:
        for batch in share:
            await series.take(batch)

    async with asyncio.TaskGroup() as workers:
        workers.create_task(work(batches[0::2]))
        workers.create_task(work(batches[1::2]))


ORDERS = st.randoms(use_true_random=False)
CUTS = st.lists(st.integers(0, 30), max_size=3)


@MANY
@given(told=st.lists(posts(), min_size=1, max_size=3), order=ORDERS, cuts=CUTS)
async def test_the_latest_of_a_post_is_the_oracles_whatever_the_order(
    warehouse: AsyncClient, told: list[Post], order: Any, cuts: list[int]
) -> None:
    named = {f"p{place}": post for place, post in enumerate(told)}
    series = of_new_account(warehouse, "post_latest", list(named))
    words = [word for post_id, post in named.items() for _, word in post.told(series.account, post_id)]
    await deliver(series, words, order=order, cuts=cuts)
    rows = {post_id: row for post_id, post in named.items() if (row := of_posts.expected(post)) is not None}
    expected = [{**row, "post_id": post_id} for post_id, row in rows.items()]
    await holds(series, expected)


@MANY
@given(answers=profiles(), order=ORDERS, cuts=CUTS)
async def test_the_days_of_an_account_are_the_oracles_whatever_the_order(
    warehouse: AsyncClient, answers: list[Profile], order: Any, cuts: list[int]
) -> None:
    series = of_new_account(warehouse, "account_day")
    await deliver(series, [one.told(series.account) for one in answers], order=order, cuts=cuts)
    await holds(series, of_profiles.expected(answers))


async def holds(series: Series, expected: Sequence[Row]) -> None:
    """These rows and no others, in every column."""
    account = series.account
    key = {"workspace_id": account.workspace_id, "account_id": account.account_id, "channel": "tiktok"}
    stored = _without_version(await series.stored())
    assert stored == _in_order([{**key, **row, "is_deleted": 0} for row in expected])
    assert _without_version(await series.recomputed()) == stored


async def test_a_value_that_was_taken_back_when_recorded_again_is_gone_before_clickhouse_merges(
    warehouse: AsyncClient,
) -> None:
    """Parts are merged whenever ClickHouse likes; no number may hang on it."""
    await warehouse.command("SYSTEM STOP MERGES")
    series = of_new_account(warehouse, "account_day")
    first = Profile(observed_at=FIRST_DAY, total=1000, days={0: {"video_views": 7}})
    await series.take([first.told(series.account)])
    again = Profile(observed_at=FIRST_DAY, record=1, total=None, days={0: {"video_views": None}})
    await series.take([again.told(series.account)])
    before = _without_version(await series.recomputed())
    await warehouse.command("SYSTEM START MERGES")
    for table in ("profile_day_facts", "account_facts"):
        await warehouse.command(f"OPTIMIZE TABLE {table} FINAL")
    assert _without_version(await series.recomputed()) == before
    assert [(row["video_views"], row["followers"]) for row in before] == [(None, None)]


async def test_a_files_total_is_a_total_whichever_of_tiktoks_series_is(warehouse: AsyncClient) -> None:
    """Of this account the second series is TikTok's total; a file's first column stays what its header says."""
    series = of_new_account(warehouse, "account_day")
    api = Profile(
        observed_at=FIRST_DAY + timedelta(days=5),
        total=1000,
        days={3: {"followers_count": 4, "daily_total_followers": 996}},
    )
    file = Profile(
        observed_at=FIRST_DAY + timedelta(days=6),
        source=Source.STUDIO_CSV,
        total=None,
        days={
            1: {"followers_count": 990, "daily_total_followers": 7},
            2: {"followers_count": 992, "daily_total_followers": None},
            3: {"followers_count": 5_000, "daily_total_followers": 4_000},
            5: {"followers_count": 5_000, "daily_total_followers": 4_000},
        },
    )
    undone = replace(file, record=1, days={day: {} for day in file.days}, taken_back=True)
    for told, expected in (
        # On the last day the real-time total is the API's, and its change is told by the file alone.
        ((api, file), [(990, 7), (992, 2), (996, 4), (None, None), (1000, 4_000)]),
        ((undone,), [(None, None), (None, None), (996, 4), (None, None), (1000, None)]),
    ):
        await series.take([one.told(series.account) for one in told])
        rows = _in_order(await series.stored())
        assert [(row["followers"], row["net_followers"]) for row in rows] == expected
        assert {row["follower_series"] for row in rows} == {"daily_total_followers"}


def _without_version(rows: Sequence[Row]) -> list[Mapping[str, object]]:
    return _in_order([{name: value for name, value in row.items() if name != "version"} for row in rows])


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (str(row.get("post_id")), str(row.get("day"))))
