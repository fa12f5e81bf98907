"""The comparison with what happened: which days it covers, and that it cannot pass on nothing."""

from datetime import UTC, date, datetime

import pytest

from . import log, truth
from .small_logs import ACCOUNT_OF, NOW, Entry, day, page, profile, table

COLLECTED = truth.Collected(
    connected_at=datetime(2026, 3, 11, 9, tzinfo=UTC), until=datetime(2026, 3, 18, 0, tzinfo=UTC)
)


def truth_day(number: int, **changed: int) -> dict[str, object]:
    figures = {"video_views": 40, "likes": 3, "comments": 2, "shares": 1, "followers_total": 100}
    return day(number, **{**figures, "daily_new_followers": 5, "daily_lost_followers": 4, **changed})


def truth_answers(*entries: Entry) -> dict[str, dict[str, object]]:
    return {widget: table(widget, *entries).as_answer() for widget in truth.TRUTH_NAMES}


def collected_day(number: int, **changed: object) -> dict[str, object]:
    figures: dict[str, object] = {"video_views": 40, "likes": 3, "comments": 2, "shares": 1, "followers_count": 100}
    return day(number, **{**figures, "daily_new_followers": 5, "daily_lost_followers": 4, **changed})


def test_final_days_begin_sixty_before_the_connection_and_end_six_days_back() -> None:
    days = COLLECTED.final_days()
    assert (days[0], days[-1]) == (date(2026, 1, 10), date(2026, 3, 11))


def test_final_days_must_equal_the_truth_and_later_ones_need_not() -> None:
    answers = truth_answers(profile(1, "2026-03-14T00:00:00Z", collected_day(10), collected_day(11), total=100))
    happened = {"days": [truth_day(10), truth_day(11), truth_day(12, video_views=9)], "posts": []}
    assert truth.differences(happened, answers, collected=COLLECTED) == []
    changed = {"days": [truth_day(10, comments=9), truth_day(11, followers_total=99)], "posts": []}
    found = truth.differences(changed, answers, collected=COLLECTED)
    assert {(one.row, one.column, one.expected, one.got) for one in found} == {
        ("2026-03-10", "conversation", 9, 2),
        ("2026-03-11", "followers", 99, 100),
    }


def test_a_final_day_without_a_value_or_a_row_differs_from_the_truth() -> None:
    answers = truth_answers(profile(1, "2026-03-14T00:00:00Z", collected_day(10, video_views=None), total=100))
    found = truth.differences({"days": [truth_day(10)]}, answers, collected=COLLECTED)
    assert [(one.widget, one.column, one.got) for one in found] == [("video_views", "video_views", None)]
    before_the_range = {"days": [{**truth_day(10), "date": "2026-03-09"}]}
    found = truth.differences(before_the_range, answers, collected=COLLECTED)
    assert {(one.row, one.column) for one in found} == {("2026-03-09", "row")}


def test_what_a_personal_account_is_not_given_must_be_null() -> None:
    personal = collected_day(10, daily_new_followers=None, daily_lost_followers=None)
    answers = truth_answers(profile(1, "2026-03-14T00:00:00Z", personal, total=100))
    happened = {"days": [truth_day(10)]}
    withheld = truth.PERSONAL_WITHHELD
    assert truth.differences(happened, answers, collected=COLLECTED, withheld=withheld) == []
    business = truth_answers(profile(1, "2026-03-14T00:00:00Z", collected_day(10), total=100))
    found = truth.differences(happened, business, collected=COLLECTED, withheld=withheld)
    assert [(one.column, one.expected) for one in found] == [("new_followers", None), ("lost_followers", None)]


def test_a_truth_that_cannot_be_compared_is_an_error_and_not_a_pass() -> None:
    answers = truth_answers()
    with pytest.raises(ValueError, match="no final day"):
        truth.differences({"days": [truth_day(12)]}, answers, collected=COLLECTED)
    with pytest.raises(LookupError, match="has no 'video_views'"):
        truth.differences({"days": [day(10, views=1)]}, answers, collected=COLLECTED)


def test_the_last_profile_answer_is_per_account_and_not_of_posts() -> None:
    entries = [
        profile(1, "2026-03-13T06:00:00Z"),
        page(2, "2026-03-14T06:00:00Z"),
        profile(3, "2026-03-15T06:00:00Z", open_id="open-b"),
    ]
    answers = log.read_answers(entries, account_of=ACCOUNT_OF, now=NOW)
    assert log.last_profile_answer(answers, "acc-a") == datetime(2026, 3, 13, 6, tzinfo=UTC)
    assert log.last_profile_answer(answers, "acc-none") is None
