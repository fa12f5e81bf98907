"""Which days a request means."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.domain.date_range import MOST_DAYS, DateRange, date_range
from query_api.domain.errors import BadInput

TODAY = date(2026, 3, 10)
DAYS = st.dates(min_value=date(2010, 1, 1), max_value=date(2090, 1, 1))


def test_without_parameters_the_last_28_days_end_with_today() -> None:
    asked = date_range(None, None, today=TODAY)
    assert list(asked)[-1] == TODAY
    assert len(asked) == 28


def test_each_end_alone_is_enough() -> None:
    assert date_range("2026-03-01", None, today=TODAY) == DateRange(date(2026, 3, 1), date(2026, 3, 11))
    assert date_range(None, "2026-03-01", today=TODAY) == DateRange(date(2026, 2, 1), date(2026, 3, 1))


@given(start=DAYS, length=st.integers(1, MOST_DAYS))
def test_every_day_up_to_the_excluded_end_is_in_the_range(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    days = list(date_range(start.isoformat(), end.isoformat(), today=TODAY))
    assert days[0] == start
    assert days[-1] == end - timedelta(days=1)
    assert len(days) == len(set(days)) == length


@given(start=DAYS, back=st.integers(0, 1000))
def test_an_end_that_is_not_after_the_start_is_refused(start: date, back: int) -> None:
    end = start - timedelta(days=back)
    with pytest.raises(BadInput, match="is not before to") as refused:
        date_range(start.isoformat(), end.isoformat(), today=TODAY)
    assert refused.value.parameter == "from"


@pytest.mark.parametrize(
    ("start", "end", "parameter"),
    [
        ("2026-02-30", None, "from"),
        ("20260201", None, "from"),
        ("2026-W05-1", None, "from"),
        ("2026-02-01T00:00:00", None, "from"),
        ("", None, "from"),
        ("٢٠٢٦-02-01", None, "from"),
        ("1969-12-31", None, "from"),
        ("9999-12-31", None, "from"),
        ("2026-02-01", "tomorrow", "to"),
        ("2026-03-11", None, "from"),
        ("2000-01-01", "2026-01-01", "from"),
    ],
)
def test_what_is_no_range_is_refused_by_name(start: str | None, end: str | None, parameter: str) -> None:
    with pytest.raises(BadInput) as refused:
        date_range(start, end, today=TODAY)
    assert refused.value.parameter == parameter
    assert refused.value.remedy
