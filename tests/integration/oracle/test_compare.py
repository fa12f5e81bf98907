"""The comparison tells every kind of difference, and where the expected value came from."""

import pytest

from . import compare, widgets
from .small_logs import day, page, profile, table, video


def views_table() -> widgets.Table:
    return table("video_views", profile(7, "2026-03-13T06:00:00Z", day(10, video_views=40), day(11, video_views=0)))


def views_answer(*rows: list[object]) -> dict[str, object]:
    return {"columns": [{"name": "day", "type": "date"}, {"name": "video_views"}], "rows": list(rows), "meta": {}}


def test_an_equal_answer_has_no_differences() -> None:
    answer = views_answer(["2026-03-10", 40], ["2026-03-11", 0], ["2026-03-12", None])
    assert compare.differences(views_table(), answer) == []


@pytest.mark.parametrize("wrong", [41, 40.0, "40", None, True])
def test_a_wrong_value_is_told_with_the_observation_expected(wrong: object) -> None:
    answer = views_answer(["2026-03-10", wrong], ["2026-03-11", 0], ["2026-03-12", None])
    found = compare.differences(views_table(), answer)
    assert [(one.row, one.column, one.expected, one.got) for one in found] == [("2026-03-10", "video_views", 40, wrong)]
    written = compare.report(found)
    assert "video_views [2026-03-10] video_views: expected 40, got " + repr(wrong) in written
    assert "answer 7 of 2026-03-13T06:00:00+00:00 (business/get)" in written


def test_null_and_zero_are_told_apart_both_ways() -> None:
    answer = views_answer(["2026-03-10", 40], ["2026-03-11", None], ["2026-03-12", 0])
    found = compare.differences(views_table(), answer)
    assert [(one.row, one.expected, one.got) for one in found] == [("2026-03-11", 0, None), ("2026-03-12", None, 0)]


def test_missing_extra_doubled_and_short_rows_are_told() -> None:
    answer = views_answer(
        ["2026-03-10", 40], ["2026-03-10", 40], ["2026-03-12", None], ["2026-03-13", 1], ["2026-03-11"]
    )
    found = compare.differences(views_table(), answer)
    assert {(one.row, one.column) for one in found} == {
        ("2026-03-10", "row"),
        ("2026-03-11", "row"),
        ("2026-03-13", "row"),
        ("row 4", "values"),
    }


def test_wrong_order_and_wrong_columns_are_told() -> None:
    answer = views_answer(["2026-03-11", 0], ["2026-03-10", 40], ["2026-03-12", None])
    assert [one.column for one in compare.differences(views_table(), answer)] == ["order by day"]
    renamed = {"columns": [{"name": "day"}, {"name": "views"}], "rows": []}
    assert compare.differences(views_table(), renamed)[0].got == ("day", "views")


def test_posts_compare_by_moment_and_exact_fraction_and_ties_may_swap() -> None:
    expected = table(
        "post_explorer",
        page(1, "2026-03-14T06:00:00Z", video("p", video_views=3, total_time_watched=1.0), video("q", likes=1)),
    )
    plain = expected.as_answer()
    rows = plain["rows"]
    assert isinstance(rows, list)
    swapped = {**plain, "rows": [[*rows[1][:2], "2026-03-10T12:00:00.000+00:00", *rows[1][3:]], rows[0]]}
    assert compare.differences(expected, swapped) == []
    place = expected.columns.index("post_average_watch_time")
    rounded = [*rows[0][:place], 0.333, *rows[0][place + 1 :]]
    bare_time = [*rows[1][:2], "2026-03-10 12:00:00", *rows[1][3:]]
    found = compare.differences(expected, {**plain, "rows": [rounded, bare_time]})
    assert [(one.row, one.column) for one in found] == [
        ("acc-a / p", "post_average_watch_time"),
        ("acc-a / q", "published_at"),
    ]


def test_the_report_says_how_many_differences_it_leaves_out() -> None:
    found = compare.differences(views_table(), views_answer())
    assert len(found) == 3
    assert compare.report(found, limit=1).endswith("… and 2 more")
