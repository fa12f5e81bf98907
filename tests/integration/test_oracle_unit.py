"""The oracle itself, on logs small enough to work out by hand (its comparisons: tests in its own folder)."""

from collections.abc import Mapping

import pytest

from .oracle.small_logs import (
    MIDNIGHT_13,
    NOON_10,
    NOON_11,
    column,
    day,
    entry,
    page,
    profile,
    table,
    video,
)


def test_an_empty_log_gives_a_row_of_nulls_for_each_day_and_no_post() -> None:
    followers = table("followers")
    assert column(followers, "day") == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert [column(followers, name) for name in followers.columns[1:]] == [[None] * 3] * 4
    assert column(table("post_engagement"), "engagement") == [None] * 3
    assert table("post_explorer").rows == []


def test_followers_as_documented() -> None:
    found = table(
        "followers",
        profile(
            1,
            "2026-03-13T06:00:00Z",
            day(10, followers_count=1000, daily_total_followers=7, daily_new_followers=9, daily_lost_followers=2),
            day(11, followers_count=995, daily_total_followers=-5),
            total=1010,
        ),
    )
    assert column(found, "followers") == [1000, 995, None]
    assert column(found, "net_followers") == [7, -5, None]
    assert column(found, "new_followers") == [9, None, None]
    assert column(found, "lost_followers") == [2, None, None]


def test_swapped_series_are_told_by_the_real_time_total() -> None:
    found = table(
        "followers",
        profile(
            1,
            "2026-03-13T06:00:00Z",
            day(10, followers_count=7, daily_total_followers=1000),
            day(11, followers_count=-5, daily_total_followers=995),
            total=1010,
        ),
    )
    assert column(found, "followers") == [1000, 995, None]
    assert column(found, "net_followers") == [7, -5, None]


def test_the_series_is_chosen_by_its_last_day_and_the_last_real_time_total() -> None:
    found = table(
        "followers",
        profile(1, "2026-03-12T06:00:00Z", day(10, followers_count=4, daily_total_followers=5), total=4),
        profile(2, "2026-03-15T06:00:00Z", day(11, followers_count=100, daily_total_followers=900), total=1000),
    )
    assert column(found, "followers") == [5, 900, 4]
    assert column(found, "net_followers") == [4, 100, None]


def test_of_two_fitting_series_the_nearer_is_the_total() -> None:
    days = [day(10, followers_count=6, daily_total_followers=8)]
    assert column(table("followers", profile(1, "2026-03-15T06:00:00Z", *days, total=9)), "followers")[0] == 8
    assert column(table("followers", profile(1, "2026-03-15T06:00:00Z", *days, total=6)), "followers")[0] == 6


def test_half_of_the_real_time_total_still_fits_and_one_less_does_not() -> None:
    def followers_on_10(series: int) -> object:
        answer = profile(1, "2026-03-15T06:00:00Z", day(10, followers_count=series), total=100)
        return column(table("followers", answer), "followers")[0]

    assert followers_on_10(50) == 50
    assert followers_on_10(150) == 150
    assert followers_on_10(49) is None
    assert followers_on_10(151) is None


def test_ambiguous_series_leave_only_what_was_observed_on_the_day() -> None:
    found = table(
        "followers",
        profile(1, "2026-03-12T23:00:00Z", total=10),
        profile(2, "2026-03-14T06:00:00Z", day(11, followers_count=9, daily_total_followers=11), total=10),
    )
    assert column(found, "followers") == [None, None, 10]
    assert column(found, "net_followers") == [None, None, None]
    assert "ambiguous" in found.rows[1]["followers"].taken


def test_without_a_real_time_total_only_new_and_lost_are_known() -> None:
    days = [day(10, followers_count=100, daily_new_followers=4, daily_lost_followers=6)]
    found = table("followers", profile(1, "2026-03-13T06:00:00Z", *days))
    assert column(found, "followers") == [None, None, None]
    assert column(found, "net_followers") == [-2, None, None]


def test_a_personal_account_has_totals_and_their_differences_but_no_new_or_lost() -> None:
    days = [day(9, followers_count=100), day(10, followers_count=103), day(12, followers_count=101)]
    days[0]["date"] = "2026-03-09"
    found = table("followers", profile(1, "2026-03-14T06:00:00Z", *days, total=101))
    assert column(found, "followers") == [103, None, 101]
    assert column(found, "net_followers") == [3, None, None]
    assert column(found, "new_followers") == [None, None, None]


def test_a_day_without_a_total_takes_the_last_real_time_total_of_that_utc_day() -> None:
    found = table(
        "followers",
        profile(1, "2026-03-12T06:00:00Z", day(10, followers_count=100), total=105),
        profile(2, "2026-03-12T23:59:59+00:00", total=107),
        profile(3, "2026-03-13T00:00:00Z", total=108),
        profile(4, "2026-03-12T01:30:00+02:00", total=104),
    )
    assert column(found, "followers") == [100, 104, 107]
    assert column(found, "net_followers") == [None, None, None]


def test_missing_and_null_values_are_null_and_zero_is_zero() -> None:
    found = table(
        "post_engagement",
        profile(1, "2026-03-13T06:00:00Z", day(10, likes=0, comments=0, shares=0), day(11, likes=5, comments=None)),
    )
    assert column(found, "applause") == [0, 5, None]
    assert column(found, "conversation") == [0, None, None]
    assert column(found, "engagement") == [0, None, None]


def test_a_restated_day_shows_its_last_value_and_a_missing_one_restates_nothing() -> None:
    found = table(
        "video_views",
        profile(1, "2026-03-12T06:00:00Z", day(10, video_views=40), day(11, video_views=7)),
        profile(2, "2026-03-13T06:00:00Z", day(10, video_views=38), day(11, video_views=None)),
        profile(3, "2026-03-14T06:00:00Z"),
    )
    assert column(found, "video_views") == [38, 7, None]


def test_the_order_of_the_log_does_not_matter_only_the_time_of_observation() -> None:
    late = profile(1, "2026-03-14T06:00:00Z", day(10, video_views=50))
    early = profile(2, "2026-03-13T06:00:00Z", day(10, video_views=40))
    for entries in [(late, early), (early, late)]:
        found = table("video_views", *entries)
        assert column(found, "video_views") == [50, None, None]
        assert "answer 1 of 2026-03-14T06:00:00+00:00" in found.rows[0]["video_views"].taken


def test_only_successful_answers_of_known_accounts_up_to_now_count() -> None:
    refused = entry(
        2, "2026-03-13T07:00:00Z", path="/business/get/", data={"metrics": [day(10, video_views=1)]}, code=40100
    )
    broken = {**profile(3, "2026-03-13T08:00:00Z", day(10, video_views=2)), "http_status": 502}
    garbled = {**profile(4, "2026-03-13T09:00:00Z"), "body": "<html>"}
    found = table(
        "video_views",
        profile(1, "2026-03-13T06:00:00Z", day(10, video_views=40)),
        refused,
        broken,
        garbled,
        entry(5, "2026-03-13T10:00:00Z", path="/open_api/v1.3/tt_user/oauth2/token/", data={"metrics": []}),
        profile(6, "2026-03-13T11:00:00Z", day(10, video_views=3), open_id="open-stranger"),
        profile(7, "2026-03-20T12:00:01Z", day(10, video_views=4)),
    )
    assert column(found, "video_views") == [40, None, None]


def test_values_the_contract_cannot_mean_count_as_not_given() -> None:
    good = profile(1, "2026-03-13T06:00:00Z", day(10, video_views=40, likes=3), total=5)
    absurd: list[Mapping[str, object]] = [
        day(10, video_views=views) for views in (-1, "41", 41.0, True, [41], 2**64 + 1)
    ]
    bad_days: list[Mapping[str, object]] = [
        *absurd,
        {"date": "20260311", "video_views": 9},
        {"date": 11},
        {"video_views": 9},
    ]
    found = table("video_views", good, profile(2, "2026-03-14T06:00:00Z", *bad_days))
    assert column(found, "video_views") == [40, None, None]
    kept = page(
        3,
        "2026-03-14T06:00:00Z",
        video("p", full_video_watched_rate=0.25, total_time_watched=10, media_type="PHOTO", caption=""),
    )
    bad_page = page(
        4,
        "2026-03-14T07:00:00Z",
        video("p", full_video_watched_rate=1.01, total_time_watched=-1.0, media_type="TEXT", caption=7),
        {"item_id": 12, "create_time": NOON_10},
        {"item_id": "no-time", "create_time": int(NOON_10)},
    )
    explorer = table("post_explorer", kept, bad_page)
    assert column(explorer, "post_id") == ["p"]
    assert column(explorer, "post_completion_rate") == [0.25]
    assert column(explorer, "post_total_play_time") == [10.0]
    assert column(explorer, "format") == ["photo"]
    assert column(explorer, "caption") == [""]


def test_a_post_with_all_columns() -> None:
    full = video(
        "p1",
        media_type="VIDEO",
        caption="hello",
        share_url="https://t/p1",
        thumbnail_url="https://t/p1.jpg",
        video_views=8,
        likes=3,
        comments=2,
        shares=1,
        reach=6,
        full_video_watched_rate=0.5,
        total_time_watched=20.0,
        video_duration=12.345,
        favorites=99,
    )
    found = table("post_explorer", page(1, "2026-03-14T06:00:00Z", full))
    values: list[object] = ["acc-a", "p1", "2026-03-10T12:00:00Z", "video", "hello", "https://t/p1", "https://t/p1.jpg"]
    values += [8, 3, 2, 1, 6, 6, 0.5, 20.0, 2.5, 12.345]
    assert found.as_answer()["rows"] == [values]


def test_posts_are_those_published_in_the_range_newest_first() -> None:
    found = table(
        "post_explorer",
        page(
            1,
            "2026-03-14T06:00:00Z",
            video("first-second", create_time="1773100800"),
            video("second-before", create_time="1773100799"),
            video("later", create_time=NOON_11),
            video("at-the-end", create_time=MIDNIGHT_13),
        ),
    )
    assert column(found, "post_id") == ["later", "first-second"]
    assert column(found, "published_at")[1] == "2026-03-10T00:00:00Z"


def test_a_seven_day_hole_keeps_the_last_good_values() -> None:
    found = table(
        "post_explorer",
        page(
            1, "2026-03-12T06:00:00Z", video("p", video_views=10, reach=9, total_time_watched=30.0, thumbnail_url="u1")
        ),
        page(2, "2026-03-19T06:00:00Z", video("p", video_views=12, reach=None, thumbnail_url="u2")),
    )
    assert column(found, "post_video_views") == [12]
    assert column(found, "post_reach") == [9]
    assert column(found, "post_total_play_time") == [30.0]
    assert column(found, "post_average_watch_time") == [2.5]
    assert column(found, "thumbnail_url") == ["u2"]


def test_shrinking_likes_are_believed() -> None:
    found = table(
        "post_explorer",
        page(1, "2026-03-12T06:00:00Z", video("p", likes=10, comments=1, shares=1)),
        page(2, "2026-03-13T06:00:00Z", video("p", likes=8, comments=1, shares=1)),
    )
    assert column(found, "post_likes") == [8]
    assert column(found, "engagement") == [10]


def test_a_post_on_two_pages_is_one_row_with_its_later_values() -> None:
    found = table(
        "post_explorer",
        page(1, "2026-03-14T06:00:00Z", video("p", likes=1), video("q", likes=5)),
        page(2, "2026-03-14T06:00:01Z", video("q", likes=6), video("q", likes=6)),
    )
    assert column(found, "post_id") == ["p", "q"]
    assert column(found, "post_likes") == [1, 6]


def test_a_post_without_views_has_no_average_and_keeps_its_nulls() -> None:
    found = table(
        "post_explorer",
        page(
            1,
            "2026-03-14T06:00:00Z",
            video("new", video_views=None, likes=None, total_time_watched=5.0),
            video("unseen", video_views=0, likes=0, comments=0, shares=0, total_time_watched=0.0),
        ),
    )
    assert column(found, "post_video_views") == [None, 0]
    assert column(found, "post_average_watch_time") == [None, None]
    assert column(found, "engagement") == [None, 0]


def test_two_accounts_add_up_where_known_and_one_without_a_value_does_not_count() -> None:
    entries = [
        profile(1, "2026-03-13T06:00:00Z", day(10, video_views=4, likes=1), day(11, video_views=6)),
        profile(
            2,
            "2026-03-13T06:00:00Z",
            day(10, video_views=3, likes=2, comments=5, shares=7),
            day(11, video_views=None),
            open_id="open-b",
        ),
    ]
    both = ("acc-a", "acc-b")
    assert column(table("video_views", *entries, accounts=both), "video_views") == [7, 6, None]
    assert column(table("video_views", *entries, accounts=("acc-b",)), "video_views") == [3, None, None]
    engagement = table("post_engagement", *entries, accounts=both)
    assert column(engagement, "applause") == [3, None, None]
    assert column(engagement, "engagement") == [15, None, None]


def test_each_account_has_its_own_follower_series() -> None:
    found = table(
        "followers",
        profile(1, "2026-03-13T06:00:00Z", day(10, followers_count=100, daily_total_followers=1), total=101),
        profile(2, "2026-03-13T06:00:00Z", day(10, followers_count=-2, daily_total_followers=50), total=50)
        | {"open_id": "open-b"},
        accounts=("acc-a", "acc-b"),
    )
    assert column(found, "followers") == [150, None, None]
    assert column(found, "net_followers") == [-1, None, None]


def test_the_same_post_id_in_two_accounts_is_two_rows() -> None:
    entries = [
        page(1, "2026-03-14T06:00:00Z", video("p", likes=1)),
        page(2, "2026-03-14T06:00:00Z", video("p", likes=2), open_id="open-b"),
    ]
    found = table("post_explorer", *entries, accounts=("acc-b", "acc-a"))
    assert column(found, "account_id") == ["acc-a", "acc-b"]
    assert column(found, "post_likes") == [1, 2]


def test_a_log_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        table("video_views", profile(1, "2026-03-13T06:00:00", day(10, video_views=1)))
