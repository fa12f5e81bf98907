"""What the warehouse says of days becomes what an answer says of its range."""

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from common.catalog.coverage import Status
from query_api.domain.coverage import Coverage, CoverageRange, coverage
from query_api.domain.date_range import DateRange

DAYS = DateRange(date(2026, 3, 1), date(2026, 3, 11))
SEEN = datetime(2026, 3, 10, 6, tzinfo=UTC)


def run(status: Status, first: int, end: int, *, account: int = 1, as_of: datetime | None = SEEN) -> CoverageRange:
    days = date(2026, 3, first), date(2026, 3, end)
    return CoverageRange(
        account_id=UUID(int=account), metrics=("video_views",), start=days[0], end=days[1], status=status, as_of=as_of
    )


def test_only_what_is_not_final_is_listed() -> None:
    late = run(Status.LATE, 4, 6, as_of=None)
    covered = coverage([run(Status.FINAL, 1, 4), late, run(Status.FINAL, 6, 8)], DAYS)
    assert covered == Coverage(ranges=(late,), complete_through=date(2026, 3, 7), as_of=SEEN)


def test_one_account_that_is_behind_holds_up_completeness_for_all() -> None:
    behind = [run(Status.FINAL, 1, 5, account=2), run(Status.PROVISIONAL, 5, 11, account=2)]
    assert coverage([run(Status.FINAL, 1, 9), *behind], DAYS).complete_through == date(2026, 3, 4)


def test_what_will_never_come_holds_nobody_up() -> None:
    for never in (Status.NO_SCOPE, Status.NOT_BUSINESS, Status.SOURCE_LIMIT, Status.BELOW_THRESHOLD, Status.GONE):
        covered = coverage([run(Status.FINAL, 1, 9), run(never, 1, 11, account=2)], DAYS)
        assert covered.complete_through == date(2026, 3, 8), never


def test_without_a_figure_nothing_is_claimed() -> None:
    nothing = Coverage(ranges=(), complete_through=None, as_of=None)
    assert coverage([], DAYS) == nothing
    assert coverage([run(Status.NO_SCOPE, 1, 11)], DAYS).complete_through is None


@given(
    runs=st.lists(st.tuples(st.sampled_from(list(Status)), st.integers(1, 10), st.integers(1, 10), st.integers(1, 3)))
)
def test_it_is_complete_through_a_day_that_waits_for_none(runs: list[tuple[Status, int, int, int]]) -> None:
    ranges = [run(status, first, first + length, account=who) for status, first, length, who in runs]
    through = coverage(ranges, DAYS).complete_through
    waiting = {
        Status.PROVISIONAL,
        Status.LATE,
        Status.NOT_COLLECTED,
        Status.LOST_ACCESS,
        Status.PAUSED,
        Status.AMBIGUOUS,
    }
    given_by_day = {day: {one.status for one in ranges if one.start <= day < one.end} for day in DAYS}
    good = [
        day
        for day, found in given_by_day.items()
        if found & {Status.FINAL, Status.ESTIMATED, Status.IMPORTED} and not found & waiting
    ]
    assert through == max(good, default=None)
