"""Growth by hand: each example is worked out in its comment, from the rules, before the oracle is asked."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from .growth import NOT_COLLECTED, Growth, Number, Observation, growth, spread

PUBLISHED = datetime(2026, 3, 1, 10, tzinfo=UTC)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

Cell = Number | str | None


def seen(day: int, hour: int = 12, *, published: datetime | None = PUBLISHED, **values: Number | None) -> Observation:
    """An observation on a day of March 2026."""
    created = None if published is None else int(published.timestamp())
    at = datetime(2026, 3, day, hour, tzinfo=UTC)
    return Observation(at, {"create_time": created, **values})


def old(day: int, hour: int = 12, **values: Number | None) -> Observation:
    """An observation of a post published long before."""
    return seen(day, hour, published=LONG_AGO, **values)


def imported(day: int, hour: int = 12, **values: Number | None) -> Observation:
    one = old(day, hour, **values)
    return Observation(one.observed_at, one.values, source="studio_csv")


def series(field: str, observations: Iterable[Observation]) -> dict[int, Cell]:
    """Day of March → growth; `~` before an estimated one, `-` where there is none."""
    return {day.day: _shown(row[field]) for day, row in growth(observations).items()}


def _shown(cell: Growth) -> Cell:
    if cell.value is None:
        assert (cell.reason, cell.estimated) == (NOT_COLLECTED, False)
        return "-"
    assert cell.reason is None
    return f"~{cell.value}" if cell.estimated else cell.value


def test_01_each_day_grows_by_the_difference_of_its_closings() -> None:
    # Published on the 1st and listed 2 hours later: from 0. 100 - 0, 150 - 100, 170 - 150.
    said = [seen(1, likes=100), seen(2, likes=150), seen(3, likes=170)]
    assert series("likes", said) == {1: 100, 2: 50, 3: 20}


def test_02_the_last_observation_of_a_day_closes_it() -> None:
    # 1st closes with 120 (23:00), 2nd with 150: 120 - 0, 150 - 120.
    said = [seen(1, 12, likes=100), seen(1, 23, likes=120), seen(2, 0, likes=130), seen(2, 5, likes=150)]
    assert series("likes", said) == {1: 120, 2: 30}


def test_03_order_of_arrival_and_repetition_mean_nothing() -> None:
    # As example 2: the closings are 120 and 150.
    said = [seen(2, 5, likes=150), seen(1, 23, likes=120), seen(1, 12, likes=100), seen(2, 0, likes=130)]
    assert series("likes", [*said, *said]) == {1: 120, 2: 30}


def test_04_days_are_utc_days() -> None:
    # 00:30 on the 3rd at UTC+2 is 22:30 on the 2nd in UTC: closing of the 2nd 50, grown 50 - 10.
    eastern = datetime.fromisoformat("2026-03-03T00:30:00+02:00")
    late = Observation(eastern, {"create_time": int(PUBLISHED.timestamp()), "likes": 50})
    assert series("likes", [seen(1, likes=10), late]) == {1: 10, 2: 40}


def test_05_an_old_post_has_its_first_closing_as_baseline() -> None:
    # Baseline 5000, no growth on the 5th; 5030 - 5000 on the 6th.
    assert series("likes", [old(5, likes=5000), old(6, likes=5030)]) == {5: "-", 6: 30}


def test_06_a_second_observation_of_the_first_day_moves_the_baseline() -> None:
    # The 5th closes with 5010, so the baseline is 5010: 5030 - 5010.
    assert series("likes", [old(5, 1, likes=5000), old(5, 20, likes=5010), old(6, likes=5030)]) == {5: "-", 6: 20}


def test_07_a_gap_that_divides_is_spread_evenly() -> None:
    # 40 - 10 = 30 over the 3rd, 4th and 5th.
    assert series("likes", [old(2, likes=10), old(5, likes=40)]) == {2: "-", 3: "~10", 4: "~10", 5: "~10"}


def test_08_the_rest_of_a_gap_goes_to_the_earliest_days() -> None:
    # 21 - 10 = 11 over 4 days: 2 each, 3 left for the first three: 3 + 3 + 3 + 2 = 11.
    said = [old(2, likes=10), old(6, likes=21)]
    assert series("likes", said) == {2: "-", 3: "~3", 4: "~3", 5: "~3", 6: "~2"}


def test_09_a_gap_smaller_than_its_days() -> None:
    # 12 - 10 = 2 over 4 days: 0 each, 2 left: 1 + 1 + 0 + 0.
    said = [old(2, likes=10), old(6, likes=12)]
    assert series("likes", said) == {2: "-", 3: "~1", 4: "~1", 5: "~0", 6: "~0"}


def test_10_a_gap_without_change_is_estimated_zeros() -> None:
    # 10 - 10 = 0 over 2 days: it may have gone up and down in between.
    assert series("likes", [old(2, likes=10), old(4, likes=10)]) == {2: "-", 3: "~0", 4: "~0"}


def test_11_a_decrease_stays() -> None:
    # 95 - 100 = -5, then 97 - 95.
    assert series("likes", [seen(1, likes=100), seen(2, likes=95), seen(3, likes=97)]) == {1: 100, 2: -5, 3: 2}


def test_12_a_decrease_over_a_gap_keeps_its_sign() -> None:
    # 93 - 100 = -7 over 3 days: -2 each, -1 left for the first: -3 - 2 - 2.
    said = [old(2, likes=100), old(5, likes=93)]
    assert series("likes", said) == {2: "-", 3: "~-3", 4: "~-2", 5: "~-2"}


def test_13_a_missing_value_is_no_decrease() -> None:
    # The 2nd gives nothing: 130 - 100 = 30 over the 2nd and the 3rd.
    said = [seen(1, likes=100), seen(2, likes=None), seen(3, likes=130)]
    assert series("likes", said) == {1: 100, 2: "~15", 3: "~15"}


def test_14_a_silence_later_on_the_day_does_not_undo_its_value() -> None:
    # The 2nd closes with 110, given at 08:00; 20:00 gave nothing.
    said = [seen(1, likes=100), seen(2, 8, likes=110), seen(2, 20, likes=None)]
    assert series("likes", said) == {1: 100, 2: 10}


def test_15_null_is_not_zero_and_zero_is_a_value() -> None:
    # The 1st gives 0: 0 - 0 = 0. The 2nd gives null. The 3rd gives 0: 0 over 2 days.
    said = [seen(1, likes=0), seen(2, likes=None), seen(3, likes=0)]
    assert series("likes", said) == {1: 0, 2: "~0", 3: "~0"}


def test_16_each_counter_has_its_own_gaps() -> None:
    # Likes come daily. Reach pauses from the 3rd to the 5th: 80 - 50 = 30 over 4 days: 7 each, 2 left: 8 8 7 7.
    said = [
        old(2, likes=1, reach=50),
        old(3, likes=2),
        old(4, likes=4),
        old(5, likes=8),
        old(6, likes=16, reach=80),
    ]
    assert series("likes", said) == {2: "-", 3: 1, 4: 2, 5: 4, 6: 8}
    assert series("reach", said) == {2: "-", 3: "~8", 4: "~8", 5: "~7", 6: "~7"}


def test_17_a_fresh_post_whose_counters_come_late_grew_since_its_publishing() -> None:
    # Listed on the 1st without figures; 90 on the 3rd: 90 - 0 over the 1st, 2nd and 3rd; then 100 - 90.
    said = [seen(1, likes=None), seen(2, likes=None), seen(3, likes=90), seen(4, likes=100)]
    assert series("likes", said) == {1: "~30", 2: "~30", 3: "~30", 4: 10}


def test_18_a_post_published_before_midnight_and_listed_after_has_both_days() -> None:
    # Published 1st 22:00, listed 2nd 03:00: 7 - 0 over the 1st and 2nd: 3 each, 1 left: 4 3.
    evening = datetime(2026, 3, 1, 22, tzinfo=UTC)
    assert series("likes", [seen(2, 3, published=evening, likes=7)]) == {1: "~4", 2: "~3"}


def test_19_exactly_24_hours_is_fresh_and_a_second_more_is_not() -> None:
    # Listed 2nd 12:00. Published 1st 12:00: 10 over 2 days. A second earlier: the 10 is the baseline.
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert series("likes", [seen(2, published=noon, likes=10)]) == {1: "~5", 2: "~5"}
    assert series("likes", [seen(2, published=noon - timedelta(seconds=1), likes=10)]) == {2: "-"}


def test_20_it_is_the_first_listing_that_counts_not_the_first_value() -> None:
    # Listed 3 hours after publishing, first figures a week later: 14 over the 1st to the 7th, 2 each.
    said = [seen(1, 13, likes=None), seen(7, likes=14)]
    assert series("likes", said) == dict.fromkeys(range(1, 8), "~2")


def test_21_a_counter_that_comes_later_on_an_old_post_has_its_own_baseline() -> None:
    # Profile views are first given on the 4th (baseline 6) and on the 5th 9: 9 - 6. Likes go on meanwhile.
    said = [old(2, likes=1), old(3, likes=2), old(4, likes=3, profile_views=6), old(5, likes=5, profile_views=9)]
    assert series("likes", said) == {2: "-", 3: 1, 4: 1, 5: 2}
    assert series("profile_views", said) == {2: "-", 3: "-", 4: "-", 5: 3}


def test_22_after_its_last_value_a_counter_is_unknown() -> None:
    # Reach was last given on the 3rd; the 4th and 5th may still be filled in.
    said = [old(2, reach=5, likes=1), old(3, reach=7, likes=1), old(5, likes=1)]
    assert series("reach", said) == {2: "-", 3: 2, 4: "-", 5: "-"}


def test_23_without_a_publishing_time_the_first_closing_is_the_baseline() -> None:
    said = [seen(1, published=None, likes=10), seen(2, published=None, likes=15)]
    assert series("likes", said) == {1: "-", 2: 5}


def test_24_a_publishing_time_learnt_later_makes_the_whole_series_fresh() -> None:
    # As example 23, but the 2nd tells that it was published on the 1st: 10 - 0.
    assert series("likes", [seen(1, published=None, likes=10), seen(2, likes=15)]) == {1: 10, 2: 5}


def test_25_an_observation_that_arrives_late_restates_what_was_estimated() -> None:
    # First 30 over the 3rd to the 5th; then the 3rd turns out to have closed with 30: 30 - 10, 40 - 30 over 2 days.
    said = [old(2, likes=10), old(5, likes=40)]
    assert series("likes", said) == {2: "-", 3: "~10", 4: "~10", 5: "~10"}
    assert series("likes", [*said, old(3, likes=30)]) == {2: "-", 3: 20, 4: "~5", 5: "~5"}


def test_26_an_api_value_stands_before_an_imported_one_of_the_same_day() -> None:
    # The 3rd: the API's 12 of 01:00, not the 11 imported at 20:00. The 4th has only the import: 20 - 12.
    said = [old(2, likes=10), old(3, 1, likes=12), imported(3, 20, likes=11), imported(4, likes=20)]
    assert series("likes", said) == {2: "-", 3: 2, 4: 8}


def test_27_of_one_observation_recorded_twice_the_later_record_counts_whole() -> None:
    # Recorded first with likes 50 and shares 5, then with likes 12 only: 12 - 10; shares have no second value.
    first, second = old(3, likes=50, shares=5), old(3, likes=12)
    later = Observation(second.observed_at, second.values, recorded_at=datetime(2026, 3, 9, tzinfo=UTC))
    for said in ([old(2, likes=10, shares=1), first, later], [old(2, likes=10, shares=1), later, first]):
        assert series("likes", said) == {2: "-", 3: 2}
        assert series("shares", said) == {2: "-", 3: "-"}


def test_28_seconds_are_split_in_equal_parts() -> None:
    # 12.5 - 2.5 = 10 over 4 days: 2.5 each.
    said = [old(2, total_time_watched=2.5), old(6, total_time_watched=12.5)]
    assert series("total_time_watched", said) == {2: "-", 3: "~2.5", 4: "~2.5", 5: "~2.5", 6: "~2.5"}


def test_29_a_clock_that_runs_ahead_does_not_lose_the_first_day() -> None:
    # Seen on the 1st, published on the 2nd by TikTok's clock: fresh, and the 1st is its first day: 3 - 0, 8 - 3.
    tomorrow = datetime(2026, 3, 2, tzinfo=UTC)
    assert series("likes", [seen(1, 23, published=tomorrow, likes=3), seen(2, published=tomorrow, likes=8)]) == {
        1: 3,
        2: 5,
    }


def test_30_a_post_seen_without_any_figure_has_its_days_and_no_growth() -> None:
    assert growth([]) == {}
    table = growth([old(2), old(4)])
    assert list(table) == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
    assert {cell for row in table.values() for cell in row.values()} == {Growth(None, reason=NOT_COLLECTED)}


@pytest.mark.parametrize(
    ("amount", "days", "parts"),
    [(7, 3, [3, 2, 2]), (-7, 3, [-3, -2, -2]), (1, 3, [1, 0, 0]), (-1, 3, [-1, 0, 0]), (6, 3, [2, 2, 2]), (5, 1, [5])],
)
def test_31_largest_remainder(amount: int, days: int, parts: list[int]) -> None:
    assert spread(amount, days) == parts
