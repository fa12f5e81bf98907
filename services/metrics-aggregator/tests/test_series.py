"""Days of accounts and latest values of posts as ClickHouse computes them: the oracle's, under any delivery."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Grain
from common.events import LifecycleChange, PostLifecycleV1, ProfileDay, ProfileSnapshotV1, encode
from common.events.snapshot import Source
from common.warehouse.columns import fact_columns
from metrics_aggregator.domain.records import Account

from .examples import examples
from .growth import FIRST_DAY, Said, histories
from .series import Row, Series, Told, oracle

MANY = examples(12)
RECORDED = FIRST_DAY + timedelta(days=400)

LATEST, DAILY = oracle("latest"), oracle("daily")
DAY_FIELDS = tuple(fact_columns(Grain.PROFILE_DAY))


def of_new_account(client: AsyncClient, rollup: str, posts: Sequence[str] = ()) -> Series:
    return Series(client, Account(uuid4(), uuid4()), rollup, tuple(posts))


async def deliver(series: Series, told: Sequence[Told], *, order: Any, cuts: Sequence[int]) -> None:
    """In any order, a third of it twice, in batches of which two workers take turns."""
    delivery = [*told, *order.choices(told, k=len(told) // 3)]
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


def aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


# Posts ---------------------------------------------------------------------------------------------------------------

CHANGES = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(list(LifecycleChange))), max_size=3, unique_by=lambda event: event[0]
)


@MANY
@given(posts=st.lists(st.tuples(histories(), CHANGES), min_size=1, max_size=3), order=ORDERS, cuts=CUTS)
async def test_the_latest_of_a_post_is_the_oracles_whatever_the_order(
    warehouse: AsyncClient,
    posts: list[tuple[list[Said], list[tuple[int, LifecycleChange]]]],
    order: Any,
    cuts: list[int],
) -> None:
    named = {f"p{place}": post for place, post in enumerate(posts)}
    series = of_new_account(warehouse, "post_latest", list(named))
    told = [
        one for post_id, (history, changes) in named.items() for one in _told(series.account, post_id, history, changes)
    ]
    await deliver(series, told, order=order, cuts=cuts)
    stored = await series.stored()
    assert {row["post_id"]: _latest_row(row) for row in stored} == {
        post_id: _expected_latest(history, changes) for post_id, (history, changes) in named.items()
    }
    assert len(stored) == len(posts)
    assert _without_version(await series.recomputed()) == _without_version(stored)


def _told(
    account: Account, post_id: str, history: list[Said], changes: list[tuple[int, LifecycleChange]]
) -> list[Told]:
    ids = {"workspace_id": account.workspace_id, "account_id": account.account_id}
    snapshots = [("landing_post_snapshots", said.value(post_id=post_id, **ids)) for said in history]
    events = [
        PostLifecycleV1(**ids, post_id=post_id, change=change, observed_at=_hours(hours), recorded_at=RECORDED)
        for hours, change in changes
    ]
    return [*snapshots, *(("landing_post_lifecycle", encode(event, service="t").value or b"") for event in events)]


def _hours(hours: int) -> datetime:
    return FIRST_DAY + timedelta(hours=hours)


def _latest_row(row: Row) -> Mapping[str, object]:
    names = ("likes", "reach", "total_time_watched", "create_time")
    return {
        **{name: row[name] for name in names},
        "published_at": aware(row["published_at"]),
        "first_observed_at": aware(row["first_observed_at"]),
        "observed_at": aware(row["observed_at"]),
        "gone_at": aware(row["gone_at"]),
    }


def _expected_latest(history: list[Said], changes: list[tuple[int, LifecycleChange]]) -> Mapping[str, object]:
    known = LATEST.latest(
        LATEST.Observation(one.observed_at, str(one.source), RECORDED + timedelta(seconds=one.record), one.values)
        for one in history
    )
    created = known.values["create_time"]
    return {
        **known.values,
        "published_at": None if created is None else datetime.fromtimestamp(created, UTC),
        "first_observed_at": known.first_observed_at,
        "observed_at": known.observed_at,
        "gone_at": LATEST.gone_at((_hours(hours), str(change)) for hours, change in changes),
    }


# Accounts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One profile answer; days by their distance from the first."""

    observed_at: datetime
    source: Source
    record: int
    total: int | None
    days: Mapping[int, Mapping[str, int | None]]

    def told(self, account: Account) -> Told:
        event = ProfileSnapshotV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            observed_at=self.observed_at,
            recorded_at=RECORDED + timedelta(seconds=self.record),
            source=self.source,
            field_set="profile_full.v1",
            profile={"followers_count": self.total},
            days=tuple(ProfileDay(date=_day(day), values=dict(values)) for day, values in self.days.items()),
        )
        return "landing_profile_snapshots", encode(event, service="ingestor").value or b""

    def for_oracle(self) -> Any:
        days = {_day(day): values for day, values in self.days.items()}
        recorded = RECORDED + timedelta(seconds=self.record)
        return DAILY.Profile(self.observed_at, str(self.source), recorded, self.total, days)


def _day(day: int) -> Any:
    return (FIRST_DAY + timedelta(days=day)).date()


# Totals around 1000 and net changes around 0, so that each series is now the total, now the change, now neither.
_SERIES = st.one_of(st.none(), st.integers(-20, 20), st.integers(480, 520), st.integers(980, 1020), st.just(1500))
_COUNT = st.one_of(st.none(), st.integers(0, 9))
_VALUES = st.fixed_dictionaries(
    {
        "followers_count": _SERIES,
        "daily_total_followers": _SERIES,
        "daily_new_followers": _COUNT,
        "daily_lost_followers": _COUNT,
        "video_views": _COUNT,
    }
)
_DAYS = st.dictionaries(st.sampled_from((0, 1, 2, 3, 6)), _VALUES, max_size=4)
_TOTALS = st.one_of(st.none(), st.just(0), st.just(1), st.integers(990, 1010))
_KEYS = st.tuples(
    st.sampled_from((0, 1, 1, 4, 9)),
    st.sampled_from((0, 12, 23)),
    st.sampled_from((Source.API, Source.API, Source.STUDIO_CSV)),
)


@st.composite
def profiles(draw: st.DrawFn) -> list[Profile]:
    """Answers about one account; some were recorded twice, with another content."""
    keys = draw(st.lists(_KEYS, min_size=1, max_size=5, unique=True))
    again = draw(st.lists(st.sampled_from(keys), max_size=2))
    return [
        Profile(
            observed_at=FIRST_DAY + timedelta(days=day, hours=hour),
            source=source,
            record=record,
            total=draw(_TOTALS),
            days=draw(_DAYS),
        )
        for record, (day, hour, source) in enumerate([*keys, *again])
    ]


def _one(total: int | None, days: Mapping[int, Mapping[str, int | None]], *, record: int = 0) -> Profile:
    return Profile(observed_at=FIRST_DAY, source=Source.API, record=record, total=total, days=days)


@MANY
@given(answers=profiles(), order=ORDERS, cuts=CUTS)
async def test_the_days_of_an_account_are_the_oracles_whatever_the_order(
    warehouse: AsyncClient, answers: list[Profile], order: Any, cuts: list[int]
) -> None:
    series = of_new_account(warehouse, "account_day")
    await deliver(series, [one.told(series.account) for one in answers], order=order, cuts=cuts)
    expected = DAILY.days_of([one.for_oracle() for one in answers], fields=DAY_FIELDS)
    stored = await series.stored()
    assert {row["day"]: _day_row(row) for row in stored} == expected
    assert len(stored) == len(expected)
    assert _without_version(await series.recomputed()) == _without_version(stored)


def _day_row(row: Row) -> Any:
    return DAILY.Day(
        values={name: row[name] for name in DAY_FIELDS},
        followers=row["followers"],
        net_followers=row["net_followers"],
        series=row["follower_series"],
        is_live=row["followers_are_live"],
        observed_at=aware(row["observed_at"]),
    )


async def test_a_value_that_was_taken_back_when_recorded_again_is_gone_before_clickhouse_merges(
    warehouse: AsyncClient,
) -> None:
    """Parts are merged whenever ClickHouse likes; no number may hang on it."""
    await warehouse.command("SYSTEM STOP MERGES")
    series = of_new_account(warehouse, "account_day")
    first = _one(1000, {0: {"video_views": 7}})
    await series.take([first.told(series.account)])
    await series.take([_one(None, {0: {"video_views": None}}, record=1).told(series.account)])
    before = _without_version(await series.recomputed())
    await warehouse.command("SYSTEM START MERGES")
    for table in ("profile_day_facts", "account_facts"):
        await warehouse.command(f"OPTIMIZE TABLE {table} FINAL")
    assert _without_version(await series.recomputed()) == before
    assert [(row["video_views"], row["followers"]) for row in before] == [(None, None)]


def _without_version(rows: Sequence[Row]) -> list[Mapping[str, object]]:
    left_out = {"version"}
    plain = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
    return sorted(plain, key=lambda row: (str(row.get("post_id")), str(row.get("day"))))
