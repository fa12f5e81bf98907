"""The world hangs together: sums, followers and counters agree at any date, whatever is asked first."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain import counters, followers, timeline
from sandbox.domain.character import DEFAULT, Account, Kind
from sandbox.domain.posts import Post
from sandbox.domain.world import World

WORLD = World(7)
FIRST, LAST = timeline.day_number(date(2020, 1, 1)), timeline.day_number(date(2039, 12, 31))
DAYS = st.integers(FIRST, LAST)
ACCOUNTS = st.sampled_from(WORLD.accounts)
FEW = settings(max_examples=25, deadline=None)


def posts_back(account: Account, day: int) -> list[Post]:
    """Every post that can still move on `day`, read day by day without the world's own search."""
    back = range(day - account.character.kept_days[1] - 3, day + 1)
    return [post for published in back for post in WORLD.published_on(account, published)]


@FEW
@given(account=ACCOUNTS, day=DAYS)
def test_a_profile_day_is_the_sum_of_what_its_posts_gained(account: Account, day: int) -> None:
    start, end = day * timeline.DAY, (day + 1) * timeline.DAY
    gained = [
        [b - a for a, b in zip(counters.gross(account, p, start), counters.gross(account, p, end), strict=True)]
        for p in posts_back(account, day)
    ]
    seen = WORLD.profile_day(account, day)
    assert [seen.video_views, seen.likes, seen.comments, seen.shares] == [
        sum(column) for column in list(zip(*gained, strict=True))[:4]
    ]
    assert seen.unique_video_views <= seen.video_views
    assert seen.engaged_audience <= seen.likes + seen.comments + seen.shares


@FEW
@given(account=ACCOUNTS, day=DAYS)
def test_parts_of_a_day_add_up_to_it(account: Account, day: int) -> None:
    noon = day * timeline.DAY + timeline.DAY // 2
    morning, whole = WORLD.profile_day(account, day, until=noon), WORLD.profile_day(account, day)
    assert 0 <= morning.video_views <= whole.video_views
    assert WORLD.profile_day(account, day, until=(day + 1) * timeline.DAY) == whole


@FEW
@given(account=ACCOUNTS, day=DAYS)
def test_followers_move_by_new_minus_lost(account: Account, day: int) -> None:
    before, after = WORLD.profile_day(account, day - 1).followers, WORLD.profile_day(account, day).followers
    assert after.total == before.total + after.new - after.lost
    assert after.new >= 0
    assert after.lost >= 0


@FEW
@given(account=ACCOUNTS, day=DAYS)
def test_real_time_followers_run_from_one_daily_total_to_the_next(account: Account, day: int) -> None:
    midnights = [day * timeline.DAY + hour * timeline.HOUR for hour in range(25)]
    walk = [followers.total_now(account, moment) for moment in midnights]
    assert walk[0] == WORLD.profile_day(account, day - 1).followers.total
    assert walk[-1] == WORLD.profile_day(account, day).followers.total
    assert walk in (sorted(walk), sorted(walk, reverse=True))


@FEW
@given(account=ACCOUNTS, day=DAYS, pick=st.integers(0, 10**6), hours=st.lists(st.integers(0, 10_000), min_size=2))
def test_counters_of_a_post_are_consistent_and_gross_ones_never_fall(
    account: Account, day: int, pick: int, hours: list[int]
) -> None:
    candidates = posts_back(account, day)
    post = candidates[pick % len(candidates)]
    states = [counters.counters(account, post, post.published + hour * timeline.HOUR) for hour in sorted(hours)]
    for state in states:
        assert 0 <= state.likes <= state.likes_gross <= state.views
        assert 0 <= state.reach <= state.views
        assert 0 <= state.completed <= state.views
        assert state.watched_ms <= state.views * post.duration * 1000 + post.duration * 1000
    for a, b in pairwise(states):
        assert (a.views, a.likes_gross, a.comments, a.shares) <= (b.views, b.likes_gross, b.comments, b.shares)
        assert a.watched_ms <= b.watched_ms


def test_the_same_seed_gives_the_same_world_in_any_order_and_another_seed_another() -> None:
    again, other = World(7), World(8)
    days = range(20_500, 20_560)
    forward = [WORLD.profile_day(account, day) for account in WORLD.accounts for day in days]
    backward = [again.profile_day(account, day) for account in reversed(again.accounts) for day in reversed(days)]
    assert forward == backward[::-1]
    assert [account.open_id for account in other.accounts] != [account.open_id for account in again.accounts]
    assert other.profile_day(other.accounts[0], 20_500) != forward[0]


@pytest.mark.parametrize("year", range(2020, 2041, 2))
def test_listings_keep_their_size_at_any_date(year: int) -> None:
    moment = timeline.day_number(date(year, 6, 15)) * timeline.DAY
    sizes = [len(WORLD.listed(account, moment)) for account in WORLD.accounts]
    assert sizes[0] > 200
    assert sum(sizes[:3]) > 200
    assert sum(sizes) < 700
    assert all(size > 5 for size in sizes)


def test_accounts_differ_in_kind_and_the_tiny_one_stays_below_a_hundred_followers() -> None:
    assert {character.kind for character in DEFAULT} == set(Kind)
    tiny = WORLD.accounts[3]
    assert all(0 < followers.total_at_end(tiny, day) < 100 for day in range(FIRST, LAST, 11))
    assert all(followers.total_at_end(WORLD.accounts[2], day) >= 100 for day in range(FIRST, LAST, 11))
    assert all(account.character.first_day <= FIRST - 2 * 365 for account in WORLD.accounts)


def test_posts_have_unique_ids_and_moments_and_some_are_photos_deleted_or_refused() -> None:
    posts = [post for day in range(20_000, 20_700) for post in WORLD.published_on(WORLD.accounts[0], day)]
    assert len({post.item_id for post in posts}) == len({post.published for post in posts}) == len(posts)
    assert [post.published for post in posts] == sorted(post.published for post in posts)
    assert 20 < sum(post.gone - post.published < 91 * timeline.DAY for post in posts) < 60
    assert sum(post.is_photo for post in posts) > 50
    assert any(post.filtered for post in posts)
    assert all(post.duration == 0.0 for post in posts if post.is_photo)


def test_likes_sometimes_shrink() -> None:
    account = WORLD.accounts[0]
    moments = [20_500 * timeline.DAY + day * timeline.DAY for day in range(30)]
    walks = [
        [counters.net_likes(account, post, moment) for moment in moments] for post in WORLD.listed(account, moments[0])
    ]
    assert any(b < a for walk in walks for a, b in pairwise(walk))


def test_a_post_is_found_by_its_id_and_an_unknown_id_is_not() -> None:
    account = WORLD.accounts[0]
    for post in WORLD.listed(account, 20_500 * timeline.DAY)[:5]:
        assert WORLD.post(account, post.item_id) == post
    assert WORLD.post(account, "7000000000000000000") is None
    assert WORLD.post(account, "not-an-id") is None
