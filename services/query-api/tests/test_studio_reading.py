"""Files of TikTok Studio as they are read: worked out by hand, and as they would be written of any days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.domain.errors import BadInput
from query_api.domain.studio_import.dates import Written, Years, read_date, with_years
from query_api.domain.studio_import.files import StudioFile
from query_api.domain.studio_import.numbers import NotACount, read_count
from query_api.domain.studio_import.posts import post_of
from query_api.domain.studio_import.reading import MOST_DAYS_BACK, Reading, read_file

TODAY = date(2026, 3, 10)
OVERVIEW = '"Date","Video Views","Profile Views","Likes","Comments","Shares"'
FOLLOWERS = '"Date","Followers","Difference in followers from previous day"'
CONTENT = '"Time","Video title","Video link","Post time","Total likes","Total comments","Total shares","Total views"'
LINK = "https://www.tiktok.com/@shop/video/7412345678901234567"
ENGLISH = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def read(*lines: str, newest_year: int | None = None) -> Reading:
    return read_file("\n".join(lines).encode(), today=TODAY, newest_year=newest_year)


def days(reading: Reading) -> Mapping[date, Mapping[str, int]]:
    return {row.day: row.values for row in reading.rows}


def problems(reading: Reading) -> Sequence[tuple[int, str | None]]:
    return [(one.row, one.column) for one in reading.problems]


def refusal(*lines: str) -> str:
    with pytest.raises(BadInput) as refused:
        read(*lines)
    return f"{refused.value.problem}; {refused.value.remedy}"


def test_an_overview_over_new_year_with_a_bom_and_windows_line_ends() -> None:
    text = f'\ufeff{OVERVIEW}\r\n"December 31","1,234","5","","undefined","0"\r\n"January 1","7","5","1","1","0"\r\n'
    reading = read_file(text.encode(), today=TODAY)
    assert (reading.header.file, reading.years, reading.total) == (StudioFile.OVERVIEW, Years.INFERRED, 2)
    assert days(reading) == {
        # What is empty or undefined is missing, and 0 is 0.
        date(2025, 12, 31): {"video_views": 1234, "profile_views": 5, "shares": 0},
        date(2026, 1, 1): {"video_views": 7, "profile_views": 5, "likes": 1, "comments": 1, "shares": 0},
    }
    assert reading.problems == ()


def test_a_follower_history_may_lose_followers() -> None:
    reading = read(FOLLOWERS, '"28 February","1.000","+5"', '"1 March","990","-10"')
    assert reading.header.file is StudioFile.FOLLOWER_HISTORY
    assert days(reading) == {
        date(2026, 2, 28): {"followers_count": 1000, "daily_total_followers": 5},
        date(2026, 3, 1): {"followers_count": 990, "daily_total_followers": -10},
    }


def test_content_names_posts_by_their_links_as_of_the_day_of_the_export() -> None:
    reading = read(CONTENT, f'"March 10","A title, with a comma","{LINK}","March 1","10","2","1","5,000"')
    (row,) = reading.rows
    assert (row.post_id, row.day) == ("7412345678901234567", TODAY)
    assert row.values == {"likes": 10, "comments": 2, "shares": 1, "video_views": 5000}
    assert reading.header.ignored == ("Video title", "Post time")


def test_every_fault_is_told_with_its_row_and_column_and_holds_up_no_other_row() -> None:
    reading = read(
        OVERVIEW,
        '"2026-03-01","1","1","1","1","1"',
        '"2026-03-02","-1","1","1","1","1"',
        '"2026-03-03","1.5K","many","1","1","1"',
        '"someday","1","1","1","1","1"',
        '"2026-03-04","1","1"',
        '"2026-03-10","1","1","1","1","1"',
        '"2026-03-11","1","1","1","1","1"',
        '"2023-12-31","1","1","1","1","1"',
        "",
        '"2026-03-05","1","1","1","1","1"',
        '"2026-03-05","2","1","1","1","1"',
        '"2026-03-06","3","1","1","1","1"',
        '"2026-03-06","3","1","1","1","1"',
    )
    assert list(days(reading)) == [date(2026, 3, 1), date(2026, 3, 6)]
    assert reading.total == 12
    assert problems(reading) == [
        (3, "video views"),
        (4, "video views"),
        (4, "profile views"),
        (5, "date"),
        (6, None),
        (7, "date"),
        (8, "date"),
        (9, "date"),
        (12, None),
    ]
    assert all(one.problem and one.remedy for one in reading.problems)


def test_two_years_back_is_taken_and_a_day_more_is_not() -> None:
    oldest = TODAY - timedelta(days=MOST_DAYS_BACK)
    reading = read(OVERVIEW, f"{oldest - timedelta(days=1)},1,1,1,1,1", f"{oldest},1,1,1,1,1")
    assert (list(days(reading)), problems(reading)) == ([oldest], [(2, "date")])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Datum,Videoaufrufe", "1,2"], "Overview.csv: Date, Video views"),
        (["", ""], "first row"),
        (["PK\x03\x04rest"], "archive"),
        ([OVERVIEW, "March 1,1,1,1,1,1", "2026-03-02,1,1,1,1,1"], "some have none"),
        ([OVERVIEW, "March 1,1,1,1,1,1", "March 3,1,1,1,1,1", "March 2,1,1,1,1,1"], "up and down"),
        (["Date,Video Views,Video Views", "March 1,1,1"], "twice"),
    ],
)
def test_what_cannot_be_understood_as_a_whole_is_refused_with_what_to_do(lines: list[str], words: str) -> None:
    assert words in refusal(*lines)


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read_file((OVERVIEW + "\nMärz 1").encode("latin-1"), today=TODAY)


def test_a_spreadsheet_may_have_saved_it_with_semicolons() -> None:
    assert days(read(OVERVIEW.replace(",", ";"), "March 1;1.234;1;1;1;1"))[date(2026, 3, 1)]["video_views"] == 1234


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("October 1", Written(10, 1)),
        ("28 August", Written(8, 28)),
        ("Oct 1, 2025", Written(10, 1, 2025)),
        ("2025-10-01", Written(10, 1, 2025)),
        ("9月16日", Written(9, 16)),
        ("2025年9月16日", Written(9, 16, 2025)),
        ("9월 16일", Written(9, 16)),
        ("8 de setembro", Written(9, 8)),
        ("18 января", Written(1, 18)),
        ("18 tháng Tám", Written(8, 18)),
        ("3 tháng mười hai", Written(12, 3)),
        ("3. März", Written(3, 3)),
        ("1er août", Written(8, 1)),
        ("February 29", Written(2, 29)),
        ("February 30", None),
        ("10/01/2025", None),
        ("Octobre", None),
        ("", None),
    ],
)
def test_dates_as_studio_writes_them(text: str, written: Written | None) -> None:
    assert read_date(text) == written


@pytest.mark.parametrize(
    ("cell", "count"),
    [("0", 0), ("1,234,567", 1234567), ("1 234", 1234), ("1\u202f234", 1234), ("", None), ("undefined", None)],
)
def test_counts_as_spreadsheets_hold_them(cell: str, count: int | None) -> None:
    assert read_count(cell, signed=False) == count


@pytest.mark.parametrize("cell", ["12.5", "1,23", "1.2K", "1,234.567", "=1+1", "9" * 19, "٣", "-1"])
def test_what_is_no_count_is_not_made_one(cell: str) -> None:
    with pytest.raises(NotACount):
        read_count(cell, signed=False)


def test_only_links_to_posts_are_posts() -> None:
    assert post_of(f"{LINK}?lang=en") == "7412345678901234567"
    assert post_of("tiktok.com/@a.b/photo/1") == "1"
    assert [post_of(one) for one in ("https://www.tiktok.com/@shop", "https://evil.test/@a/video/1", "")] == [None] * 3


@given(
    end=st.dates(date(2024, 6, 1), date(2027, 12, 31)),
    ago=st.integers(1, 300),
    count=st.integers(1, 400),
    steps=st.lists(st.integers(1, 90), max_size=8),
    backwards=st.booleans(),
)
def test_days_written_without_a_year_are_read_back(
    end: date, ago: int, count: int, steps: list[int], backwards: bool
) -> None:
    """Of a file whose newest day is less than a year old, with days left out here and there."""
    newest = end - timedelta(days=ago)
    back = [*range(count), *(count - 1 + sum(steps[: place + 1]) for place in range(len(steps)))]
    wanted = [newest - timedelta(days=one) for one in back]
    if not backwards:
        wanted.reverse()
    texts = [f"{ENGLISH[day.month - 1]} {day.day}" for day in wanted]
    written = [found for text in texts if (found := read_date(text))]
    assert with_years(written, today=end) == (wanted, Years.INFERRED)


def test_an_older_file_is_read_with_the_year_that_is_given() -> None:
    reading = read(OVERVIEW, "December 31,1,1,1,1,1", "January 1,1,1,1,1,1", newest_year=2025)
    assert (list(days(reading)), reading.years) == ([date(2024, 12, 31), date(2025, 1, 1)], Years.GIVEN)


def test_a_29th_of_february_tells_the_year() -> None:
    text = "\n".join([OVERVIEW, "February 28,1,1,1,1,1", "February 29,1,1,1,1,1", "March 1,1,1,1,1,1"])
    assert next(iter(days(read_file(text.encode(), today=date(2025, 6, 1))))) == date(2024, 2, 28)
    wrong = read(OVERVIEW, "February 29,1,1,1,1,1", "March 1,1,1,1,1,1", newest_year=2026)
    assert (list(days(wrong)), problems(wrong)) == ([date(2026, 3, 1)], [(2, "date")])
