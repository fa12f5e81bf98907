"""Which figures are not final, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalog import Widget, catalog
from common.events import AccountChange, AccountStatus, AccountV1
from query_api.domain.coverage import Coverage, CoverageRange, Observed, State, coverage
from query_api.domain.date_range import DateRange

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONNECTED = datetime(2026, 2, 20, 8, tzinfo=UTC)
VIEWS, FOLLOWERS, POSTS = (catalog().widgets[slug] for slug in ("video_views", "followers", "post_explorer"))
SETTLED, OPEN = date(2026, 3, 7), date(2026, 3, 8)
"""The last day whose end is 48 hours back at NOW, and the next."""


def account(**changed: object) -> AccountV1:
    state: dict[str, object] = {
        "workspace_id": UUID(int=1),
        "account_id": UUID(int=2),
        "change": AccountChange.CONNECTED,
        "status": AccountStatus.CONNECTED,
        "is_business_account": True,
        "scopes": ("user.insights", "video.list", "video.insights"),
        "connected_at": CONNECTED,
        "changed_at": CONNECTED,
        "revision": 1,
    }
    return AccountV1.model_validate(state | changed)


def seen(*days: date, metric: str = "video_views", last_seen: datetime | None = NOW) -> Observed:
    return Observed(as_of=last_seen, last_seen=last_seen, days_with_value={metric: frozenset(days)})


def one_day(day: date, observed: Observed, *, widget: Widget = VIEWS, of: AccountV1 | None = None) -> Coverage:
    who = of or account()
    days = DateRange(day, day + timedelta(days=1))
    return coverage(widget, accounts=[who], observed={who.account_id: observed}, days=days, now=NOW)


def states(covered: Coverage) -> Mapping[str, State]:
    return {metric: row.state for row in covered.ranges for metric in row.metrics}


def test_a_value_48_hours_after_its_day_is_final_and_not_listed() -> None:
    covered = one_day(SETTLED, seen(SETTLED))
    assert covered == Coverage(ranges=(), complete_through=SETTLED)


def test_a_value_is_provisional_until_48_hours_after_its_day() -> None:
    covered = one_day(OPEN, seen(OPEN))
    assert states(covered) == {"video_views": State.PROVISIONAL}
    assert covered.complete_through is None


@pytest.mark.parametrize(
    ("day", "changed", "last_seen", "state"),
    [
        (SETTLED, {}, NOW, State.LATE),
        (SETTLED, {}, datetime(2026, 3, 9, tzinfo=UTC), State.NOT_COLLECTED),
        (SETTLED, {}, None, State.NOT_COLLECTED),
        (OPEN, {}, NOW, State.PROVISIONAL),
        (date(2026, 3, 20), {}, NOW, State.PROVISIONAL),
        (SETTLED, {"scopes": ("video.list",)}, NOW, State.NO_SCOPE),
        (date(2025, 12, 21), {}, NOW, State.SOURCE_LIMIT),
        (date(2025, 12, 22), {}, NOW, State.LATE),
        (SETTLED, {"status": "lost_access", "changed_at": datetime(2026, 3, 9, tzinfo=UTC)}, NOW, State.LOST_ACCESS),
        (OPEN, {"status": "lost_access", "changed_at": datetime(2026, 3, 9, tzinfo=UTC)}, NOW, State.LOST_ACCESS),
        (date(2026, 3, 1), {"status": "lost_access", "changed_at": NOW}, NOW, State.LATE),
        (OPEN, {"status": "disconnected"}, NOW, State.NOT_COLLECTED),
    ],
)
def test_a_missing_value_says_why(
    day: date, changed: dict[str, object], last_seen: datetime | None, state: State
) -> None:
    covered = one_day(day, seen(last_seen=last_seen), of=account(**changed))
    assert states(covered) == {"video_views": state}
    assert covered.complete_through is None


def test_a_personal_account_lacks_what_only_business_accounts_get_and_is_complete_without() -> None:
    given_days = {metric: frozenset({SETTLED}) for metric in ("followers", "net_followers")}
    observed = Observed(as_of=NOW, last_seen=NOW, days_with_value=given_days)
    covered = one_day(SETTLED, observed, widget=FOLLOWERS, of=account(is_business_account=False))
    assert covered.ranges == (
        CoverageRange(
            account_id=UUID(int=2),
            metrics=("new_followers", "lost_followers"),
            start=SETTLED,
            end=SETTLED + timedelta(days=1),
            state=State.NOT_BUSINESS,
        ),
    )
    assert covered.complete_through == SETTLED


def test_a_value_from_a_time_when_the_account_was_business_still_counts() -> None:
    covered = one_day(
        SETTLED, seen(SETTLED, metric="new_followers"), widget=FOLLOWERS, of=account(is_business_account=False)
    )
    assert "new_followers" not in states(covered)


def test_one_account_that_is_behind_holds_up_completeness_for_all() -> None:
    first, second = account(), account(account_id=uuid4())
    days = DateRange(date(2026, 3, 1), date(2026, 3, 8))
    observed = {
        first.account_id: seen(*days),
        second.account_id: seen(*list(days)[:4]),
    }
    covered = coverage(VIEWS, accounts=[first, second], observed=observed, days=days, now=NOW)
    assert covered.complete_through == date(2026, 3, 4)
    assert [(row.account_id, row.start, row.end, row.state) for row in covered.ranges] == [
        (second.account_id, date(2026, 3, 5), date(2026, 3, 8), State.LATE)
    ]


def test_posts_are_final_once_listed_48_hours_after_their_day_and_know_no_source_limit() -> None:
    assert one_day(date(2024, 1, 1), seen(), widget=POSTS) == Coverage(ranges=(), complete_through=date(2024, 1, 1))
    assert set(states(one_day(OPEN, seen(), widget=POSTS)).values()) == {State.PROVISIONAL}
    assert set(states(one_day(SETTLED, seen(last_seen=None), widget=POSTS)).values()) == {State.NOT_COLLECTED}


def test_without_the_scope_of_video_insights_only_their_metrics_are_missing() -> None:
    insights = ("post_completion_rate", "post_total_play_time", "post_average_watch_time")
    widget = replace(POSTS, metrics=("post_video_views", "engagement", "post_reach", *insights))
    lacking = states(one_day(SETTLED, seen(), widget=widget, of=account(scopes=("video.list",))))
    assert lacking == dict.fromkeys(insights, State.NO_SCOPE)


def test_without_accounts_nothing_is_claimed() -> None:
    days = DateRange(SETTLED, OPEN)
    assert coverage(VIEWS, accounts=[], observed={}, days=days, now=NOW) == Coverage(ranges=(), complete_through=None)


@given(
    given_days=st.sets(st.integers(0, 59)),
    length=st.integers(1, 60),
    connected=st.integers(-90, 60),
    hours=st.integers(0, 24 * 70),
    status=st.sampled_from([AccountStatus.CONNECTED, AccountStatus.LOST_ACCESS, AccountStatus.DISCONNECTED]),
    business=st.sampled_from([True, False, None]),
    scopes=st.sampled_from([(), ("user.insights",)]),
    last_seen=st.none() | st.integers(0, 70),
)
def test_each_day_is_final_or_listed_once(
    given_days: set[int],
    length: int,
    connected: int,
    hours: int,
    status: AccountStatus,
    business: bool | None,
    scopes: tuple[str, ...],
    last_seen: int | None,
) -> None:
    start = date(2026, 1, 1)
    days = DateRange(start, start + timedelta(days=length))
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    now = midnight + timedelta(hours=hours)
    who = account(
        status=status, is_business_account=business, scopes=scopes, connected_at=midnight + timedelta(days=connected)
    )
    present = frozenset(start + timedelta(days=number) for number in given_days)
    last = None if last_seen is None else midnight + timedelta(days=last_seen)
    observed = {who.account_id: seen(*present, last_seen=last)}
    covered = coverage(VIEWS, accounts=[who], observed=observed, days=days, now=now)

    listed = [row.start + timedelta(days=step) for row in covered.ranges for step in range((row.end - row.start).days)]
    assert len(listed) == len(set(listed))
    final = {day for day in days if day in present and now >= midnight + (day - start) + timedelta(days=3)}
    assert set(listed) == set(days) - final
    assert covered.complete_through == max(final, default=None)
