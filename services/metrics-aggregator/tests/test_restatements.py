"""The log of restatements: what changed after it was first given, and when that became known."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from clickhouse_connect.driver.asyncclient import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from common.events.snapshot import Source
from common.events.values import Values

from .examples import examples
from .telling import Row, Telling

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, SECOND = date(2026, 2, 27), date(2026, 2, 28)
RANGE = {"from": FIRST, "to": date(2026, 3, 1)}


def after(days: float) -> datetime:
    return MONDAY + timedelta(days=days)


def changes(log: list[Row]) -> list[tuple[object, ...]]:
    return [(row["day"], row["field"], row["before"], row["after"], row["recorded_at"]) for row in log]


async def test_each_change_is_logged_and_nothing_else(warehouse: AsyncClient) -> None:
    told = Telling(warehouse, rollups=())
    days: dict[date, Values] = {FIRST: {"video_views": 100, "likes": 5}, SECOND: {"video_views": None}}
    await told.say_days(days, at=MONDAY)
    # Given for the first time: SECOND's views. Silent: FIRST's likes. The same as before: FIRST's views.
    await told.say_days({FIRST: {"video_views": 100, "likes": None}, SECOND: {"video_views": 0}}, at=after(1))
    await told.say_days({FIRST: {"video_views": 120, "likes": 4}, SECOND: {"video_views": 7}}, at=after(2))
    # Seen before the 120, written down after it: it was never the figure.
    await told.say_days({FIRST: {"video_views": 110}}, at=after(1.5), recorded_at=after(3))
    # An import does not stand against what the API said.
    await told.say_days({FIRST: {"video_views": 90}}, at=after(4), source=Source.STUDIO_CSV)
    log = await told.view("restatements", **RANGE)
    assert changes(log) == [
        (FIRST, "likes", 5, 4, after(2)),
        (FIRST, "video_views", 100, 120, after(2)),
        (SECOND, "video_views", 0, 7, after(2)),
    ]
    assert {row["observed_at"] for row in log} == {after(2)}
    assert {row["account_id"] for row in log} == {told.account.account_id}


async def test_an_import_is_restated_by_the_api_whenever_that_was_seen(warehouse: AsyncClient) -> None:
    told = Telling(warehouse, rollups=())
    await told.say_days({FIRST: {"video_views": 90}}, at=after(2), source=Source.STUDIO_CSV)
    await told.say_days({FIRST: {"video_views": 100}}, at=after(1), recorded_at=after(3))
    (change,) = await told.view("restatements", **RANGE)
    assert (change["before"], change["after"]) == (90, 100)
    assert (change["observed_at"], change["recorded_at"]) == (after(1), after(3))


async def test_only_the_days_asked_for(warehouse: AsyncClient) -> None:
    told = Telling(warehouse, rollups=())
    for days, views in ((0, 1), (1, 2)):
        await told.say_days({FIRST: {"video_views": views}, SECOND: {"video_views": views}}, at=after(days))
    log = await told.view("restatements", **RANGE | {"to": SECOND})
    assert [row["day"] for row in log] == [FIRST]


_SAID = st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(Source), st.sampled_from((None, 0, 1, 2)))


@given(said=st.lists(_SAID, min_size=1, max_size=6, unique_by=lambda one: (one[0], one[2])))
@examples(5)
async def test_between_two_moments_the_log_tells_exactly_what_differs(
    warehouse: AsyncClient, said: list[tuple[int, int, Source, int | None]]
) -> None:
    """Followed through the log, the figure is at every moment what the rollup knew then."""
    told = Telling(warehouse, rollups=())
    for seen, recorded, source, views in said:
        await told.say_days({FIRST: {"video_views": views}}, at=after(seen), recorded_at=after(recorded), source=source)
    changed: Mapping[object, Row] = {row["recorded_at"]: row for row in await told.view("restatements", **RANGE)}
    before: object = None
    for days in range(6):
        rows = await told.view("account_day_known", known_at=after(days))
        figure = next((row["video_views"] for row in rows if row["day"] == FIRST), None)
        logged = changed.get(after(days))
        assert (logged is not None) == (before is not None and figure != before)
        assert logged is None or (logged["before"], logged["after"]) == (before, figure)
        before = figure
