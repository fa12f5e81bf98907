"""Figures of several rows by hand: each number is worked out in its comment."""

from datetime import UTC, datetime
from fractions import Fraction

from . import log, widgets
from .audience import Rounded
from .columns import SLOTS
from .compare import same
from .known import Known, Labels
from .small_logs import END, FIRST, NOON_11, column, day, page, profile, table, video
from .widgets import Asked, Table

TWO = ("acc-a", "acc-b")
MONDAY = "1773014400"  # 2026-03-09T00:00:00Z, before the range


def known() -> Known:
    """Two videos and a photo of account a, published on the 10th and 11th."""
    made = Known("acc-a")
    videos = [
        video("p1", media_type="VIDEO", likes=10, comments=2, shares=3, video_views=300, full_video_watched_rate=0.5),
        video("p2", media_type="VIDEO", likes=1, comments=0, shares=0, video_views=100, full_video_watched_rate=0.1),
        video("p3", media_type="PHOTO", create_time=NOON_11, likes=4, shares=1, video_views=0),
        video("p4", media_type="VIDEO", create_time=MONDAY, likes=1000),
    ]
    for answer in _answers(page(1, "2026-03-12T06:00:00Z", *videos)):
        made.take(answer)
    return made


def _answers(*entries: dict[str, object]) -> list[log.Answer]:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    return log.read_answers(entries, account_of={"open-a": "acc-a"}, now=now)


def shown(slug: str, account: Known, **asked: object) -> dict[object, list[object]]:
    """Rows by their first column."""
    found = widgets.table(slug, [account], Asked(FIRST, END, **asked))  # type: ignore[arg-type] # by its own names
    return {row[found.columns[0]].value: [row[name].value for name in found.columns[1:]] for row in found.rows}


def cell(found: Table, row: int, name: str) -> object:
    return found.rows[row][name].value


def test_posts_of_a_day_are_counted_and_a_day_without_has_zero() -> None:
    assert shown("published_posts", known()) == {"2026-03-10": [2], "2026-03-11": [1], "2026-03-12": [0]}
    # 10th: (15 + 1) / 2. 11th: the photo's comments are unknown.
    assert shown("average_engagement_per_post", known()) == {
        "2026-03-10": [8.0, 2],
        "2026-03-11": [None, 0],
        "2026-03-12": [None, 0],
    }


def test_an_account_by_the_posts_of_the_range() -> None:
    (row,) = widgets.table("account_explorer", [known()], Asked(FIRST, END)).rows
    assert row["published_posts"].value == 3
    assert row["post_likes"].value == 15
    assert row["post_comments"].value == 2
    assert row["engagement"].value == 21  # 15 + 2 + 4
    assert row["engagement_per_post"].value == 8.0
    assert row["engagement_rate_by_views"].value == 16 / 400
    assert row["post_completion_rate"].value == 0.4  # (0.5 × 300 + 0.1 × 100) / 400
    assert row["post_total_play_time"].value is None


def test_no_views_at_all_give_no_rate() -> None:
    photo = shown("format_explorer", known())["photo"]
    assert photo[:5] == [1, 0, 4, None, 1]
    assert photo[8] is None


def test_a_post_with_two_labels_stands_in_both_rows_and_one_without_in_none() -> None:
    account = known()
    account.take_labels("p1", Labels(2, frozenset({"red", "blue"})))
    account.take_labels("p1", Labels(1, frozenset({"old"})))
    account.take_labels("p2", Labels(1, frozenset({"red"})))
    assert shown("video_views_by_label", account) == {"red": [400], "blue": [300]}
    # Once in the row over all rows: 300 + 100. The photo has no label.
    (row,) = widgets.totals("label_explorer", [account], Asked(FIRST, END)).rows
    assert (row["published_posts"].value, row["post_video_views"].value) == (2, 400)


def test_gone_posts_are_left_out_unless_they_are_asked_for_and_back_is_not_gone() -> None:
    account = known()
    account.take_lifecycle("p1", "gone", datetime(2026, 3, 14, tzinfo=UTC))
    account.take_lifecycle("p1", "first-seen", datetime(2026, 3, 11, tzinfo=UTC))
    assert shown("post_engagement_by_format", account)["video"] == [1, 0, 0, 1]
    assert shown("post_engagement_by_format", account, gone=True)["video"] == [11, 2, 3, 16]
    account.take_lifecycle("p1", "back", datetime(2026, 3, 15, tzinfo=UTC))
    assert shown("post_engagement_by_format", account)["video"] == [11, 2, 3, 16]


def test_the_week_is_the_viewers_and_every_hour_of_it_is_there() -> None:
    # 12:00 UTC of Tuesday and Wednesday is 08:00 in New York, where summer time began on the 8th.
    rows = widgets.table("best_performing_day_time_format", [known()], Asked(FIRST, END, "America/New_York")).rows
    assert len(rows) == 7 * 24 + 2
    slots = {(row["weekday"].value, row["hour"].value): row for row in rows}
    assert [slots[2, 8][name].value for name in SLOTS] == [8.0, 2, 2]
    assert [slots[3, 8][name].value for name in SLOTS] == [None, 0, 1]
    assert [slots[2, 12][name].value for name in SLOTS] == [None, 0, 0]


def test_followers_of_a_range_are_the_last_known_of_each_account() -> None:
    entries = [
        profile(1, "2026-03-14T06:00:00Z", day(10, followers_count=100), day(11, followers_count=110), total=110),
        profile(2, "2026-03-14T06:00:00Z", day(10, followers_count=7), total=7, open_id="open-b"),
    ]
    found = table("scorecard", *entries, accounts=TWO)
    assert cell(found, 0, "followers") == 117
    assert cell(found, 0, "net_followers") == 10  # 110 - 100; nothing is known of the other's change
    assert cell(found, 0, "published_posts") == 0
    assert column(table("followers", *entries, accounts=TWO), "followers") == [107, 110, None]


def test_followers_by_country_are_shares_times_totals_rounded_once() -> None:
    shares = [{"country": "SE", "percentage": 0.5}, {"country": "NO", "percentage": 0.25}]
    told = profile(1, "2026-03-11T06:00:00Z", day(10, followers_count=101), total=101)
    told["body"]["data"]["audience_countries"] = shares  # type: ignore[index] # a body is an object
    found = table("followers_by_country", told)
    assert column(found, "country") == ["SE", "NO"]
    # 50.5 is a half: either neighbour. 25.25 is 25.
    assert [same("followers", cell(found, 0, "followers"), number) for number in (49, 50, 51, 52)] == [
        False,
        True,
        True,
        False,
    ]
    assert cell(found, 1, "followers") == Rounded(Fraction(101, 4))
    assert not same("followers", cell(found, 1, "followers"), 26)
    assert not same("followers", cell(found, 1, "followers"), None)


def test_active_followers_are_the_mean_of_an_accounts_days() -> None:
    hours = [[{"hour": "0", "count": 4}, {"hour": "1", "count": 9}], [{"hour": "0", "count": 7}]]
    days = [day(10 + place, audience_activity=given) for place, given in enumerate(hours)]
    found = table("audience_activity", profile(1, "2026-03-14T06:00:00Z", *days, total=5))
    # Hour 0: (4 + 7) / 2 = 5.5, either neighbour. Hour 1: 9.
    assert column(found, "active_hour") == [0, 1]
    assert same("active_followers", cell(found, 0, "active_followers"), 6)
    assert same("active_followers", cell(found, 1, "active_followers"), 9)
    assert not same("active_followers", cell(found, 0, "active_followers"), 11)


def test_traffic_sources_are_weighted_by_views_and_a_missing_source_brought_none() -> None:
    sources = [{"impression_source": "For You", "percentage": 0.8}, {"impression_source": "Search", "percentage": 0.1}]
    videos = [
        video("p1", video_views=300, impression_sources=sources),
        video("p2", video_views=100, impression_sources=[{"impression_source": "For You", "percentage": 0.4}]),
        video("p3", video_views=1000),
        video("p4", impression_sources=sources),
    ]
    found = table("traffic_sources", page(1, "2026-03-12T06:00:00Z", *videos))
    # (0.8 × 300 + 0.4 × 100) / 400, (0.1 × 300) / 400.
    assert [[row[name].value for name in found.columns] for row in found.rows] == [["For You", 0.7], ["Search", 0.075]]


def test_curves_have_every_second_that_one_of_them_has() -> None:
    kept = [{"second": "0", "percentage": 1}, {"second": "1", "percentage": 0.6}]
    liked = [{"second": "1", "percentage": 0.3}]
    curves = video("p1", video_view_retention=kept, engagement_likes=liked)
    found = table("retention_curve", page(1, "2026-03-12T06:00:00Z", curves))
    assert [[row[name].value for name in found.columns[1:]] for row in found.rows] == [[0, 1.0, None], [1, 0.6, 0.3]]


def test_growth_by_format_is_of_the_days_of_the_range() -> None:
    account = Known("acc-a")
    for number, likes in ((9, 100), (10, 110), (11, 125), (13, 131)):
        said = video("p1", create_time=MONDAY, media_type="PHOTO", likes=likes, comments=0, shares=0)
        for answer in _answers(page(number, f"2026-03-{number:02}T20:00:00Z", said)):
            account.take(answer)
    # 10th: 10. 11th: 15. 12th: half of 131 - 125.
    row = shown("format_explorer_activity", account)["photo"]
    assert row[:2] == [None, 28]
    assert row[5] == 28
    account.take_lifecycle("p1", "gone", datetime(2026, 3, 14, tzinfo=UTC))
    assert shown("format_explorer_activity", account)["photo"] == row
    assert shown("format_explorer_activity", account, gone=False) == {}
