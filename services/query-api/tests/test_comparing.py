"""With which days a range is compared; how an answer compares what is not over."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.domain.comparing import comparisons, first_days, like_for_like
from query_api.domain.date_range import DateRange
from query_api.domain.errors import BadInput
from query_api.domain.presets import PRESETS, range_of

from .system import Tenant, march

TODAY = date(2026, 3, 10)  # a Tuesday


def days(start: str, end: str) -> DateRange:
    return DateRange(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("preset", "expected", "before", "year_before"),
    [
        ("last_7_days", ("2026-03-03", "2026-03-10"), ("2026-02-24", "2026-03-03"), ("2025-03-03", "2025-03-10")),
        ("this_month", ("2026-03-01", "2026-03-11"), ("2026-02-01", "2026-02-11"), ("2025-03-01", "2025-03-11")),
        ("last_month", ("2026-02-01", "2026-03-01"), ("2026-01-01", "2026-02-01"), ("2025-02-01", "2025-03-01")),
        ("this_quarter", ("2026-01-01", "2026-03-11"), ("2025-10-01", "2025-12-09"), ("2025-01-01", "2025-03-11")),
        ("last_quarter", ("2025-10-01", "2026-01-01"), ("2025-07-01", "2025-10-01"), ("2024-10-01", "2025-01-01")),
        ("year_to_date", ("2026-01-01", "2026-03-11"), ("2025-01-01", "2025-03-11"), ("2025-01-01", "2025-03-11")),
        ("last_12_months", ("2025-03-01", "2026-03-01"), ("2024-03-01", "2025-03-01"), ("2024-03-01", "2025-03-01")),
        ("this_week", ("2026-03-09", "2026-03-11"), ("2026-03-02", "2026-03-04"), ("2025-03-09", "2025-03-11")),
        ("last_week", ("2026-03-02", "2026-03-09"), ("2026-02-23", "2026-03-02"), ("2025-03-02", "2025-03-09")),
    ],
)
def test_presets_and_what_was_before(
    preset: str, expected: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    asked = range_of(preset, today=TODAY, week_start=1)
    assert asked == days(*expected)
    found = comparisons(["previous_period", "previous_year"], asked, preset=preset)
    assert [one.days for one in found] == [days(*before), days(*year_before)]


def test_whole_months_are_compared_with_whole_months_and_days_with_days() -> None:
    (march_before,) = comparisons(["previous_period"], days("2026-03-01", "2026-04-01"), preset=None)
    assert march_before.days == days("2026-02-01", "2026-03-01")
    (two_before,) = comparisons(["previous_period"], days("2026-03-02", "2026-03-04"), preset=None)
    assert two_before.days == days("2026-02-28", "2026-03-02")
    (leap_day,) = comparisons(["previous_year"], days("2024-02-29", "2024-03-02"), preset=None)
    assert leap_day.days == days("2023-02-28", "2023-03-02")


@pytest.mark.parametrize("name", ["", "..", "2026-03-01", "2026-03-02..2026-03-01", "2026-03-01..x", "a..b"])
def test_what_is_no_range_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="compare"):
        comparisons([name], days("2026-03-01", "2026-03-04"), preset=None)


@given(
    preset=st.sampled_from(list(PRESETS)),
    today=st.dates(date(2001, 1, 1), date(2099, 1, 1)),
    week_start=st.sampled_from([1, 6, 7]),
)
def test_every_preset_has_days_and_something_before_them(preset: str, today: date, week_start: int) -> None:
    asked = range_of(preset, today=today, week_start=week_start)
    assert 1 <= len(asked) <= 366
    (before,) = comparisons(["previous_period"], asked, preset=preset)
    assert before.days.start < before.days.end <= asked.start


def test_only_days_that_are_complete_are_compared() -> None:
    asked = days("2026-03-01", "2026-04-01")
    assert like_for_like(asked, complete_through=march(7), today=TODAY) == 7
    assert like_for_like(asked, complete_through=march(31), today=TODAY) is None
    # Nothing is complete: as many as have begun.
    assert like_for_like(asked, complete_through=None, today=TODAY) == 10
    assert like_for_like(days("2026-02-01", "2026-03-01"), complete_through=None, today=TODAY) is None
    assert first_days(asked, 7) == days("2026-03-01", "2026-03-08")


def test_an_answer_compares_the_first_days_with_the_first_days(tenant: Tenant) -> None:
    account = tenant.connect()
    tenant.until_accounts(1)
    tenant.days(account, {march(number): {"video_views": 100 + number} for number in range(-27, 9)})
    answer = tenant.widget("video_views", preset="this_month", compare="previous_period,2026-02-15..2026-02-18")
    month, three_days = answer["comparisons"]
    # 7 March is the last day whose end is 48 hours back.
    assert (month["name"], month["from"], month["to"]) == ("previous_period", "2026-02-01", "2026-02-08")
    assert month["like_for_like_days"] == three_days["like_for_like_days"] == 7
    assert month["totals"] == {"video_views": sum(100 + number for number in range(-27, -20))}
    assert month["against"] == {"video_views": sum(100 + number for number in range(1, 8))}
    assert month["rows"][0] == ["2026-02-01", 73]
    assert (three_days["to"], len(three_days["rows"])) == ("2026-02-18", 3)
    assert month["complete_through"] == "2026-02-07"
    assert answer["totals"] == {"video_views": sum(100 + number for number in range(1, 9))}
    whole = tenant.widget("video_views", from_="2026-02-22", to="2026-03-01", compare="previous_period")
    (week,) = whole["comparisons"]
    assert (week["like_for_like_days"], week["against"], week["from"]) == (None, None, "2026-02-15")
