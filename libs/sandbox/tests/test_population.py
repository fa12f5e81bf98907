"""A world of many accounts: each character does what its name says, and no account hangs on how many there are."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from sandbox.domain import counters, followers, listing, profile, timeline, truth
from sandbox.domain.answers import Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Account, Kind
from sandbox.domain.population import TRAITS
from sandbox.domain.posts import Post
from sandbox.domain.profile import Moment, ProfileQuery
from sandbox.domain.wire import Json
from sandbox.domain.world import World

SEED, COUNT = 11, 24
WORLD = World(SEED, (), more=COUNT)
TODAY = timeline.day_number(date(2026, 3, 10))
NOON = TODAY * timeline.DAY + 12 * timeline.HOUR
ASSETS = Assets(SEED, "http://tiktok.test")
SPAN = range(TODAY - 400, TODAY)


def of_trait(name: str) -> Sequence[Account]:
    place = list(TRAITS).index(name)
    return WORLD.accounts[place :: len(TRAITS)]


def published(account: Account) -> list[Post]:
    return [post for day in SPAN for post in WORLD.published_on(account, day)]


def days_given(account: Account, *, now: int = NOON) -> set[str]:
    query = ProfileQuery(fields=("video_views",), first_day=TODAY - 60, last_day=TODAY)
    at = Moment(world=WORLD, account=account, now=now, assets=ASSETS)
    answer = profile.answer(at, query, scopes=truth.ALL_SCOPES, switches=Switches())
    assert isinstance(answer, dict)
    return {str(item["date"]) for item in answer["metrics"]}


def test_more_accounts_leave_the_others_as_they_are() -> None:
    fewer = World(SEED, (), more=5)
    assert [account.open_id for account in fewer.accounts] == [account.open_id for account in WORLD.accounts[:5]]
    assert fewer.profile_day(fewer.accounts[4], TODAY) == WORLD.profile_day(WORLD.accounts[4], TODAY)
    assert len({account.open_id for account in World(SEED, (), more=500).accounts}) == 500


def test_every_kind_is_there_and_the_small_stay_small() -> None:
    assert {account.character.kind for account in WORLD.accounts} == set(Kind)
    totals = {account: followers.total_at_end(account, TODAY) for account in WORLD.accounts}
    small = of_trait("business below 100 followers")
    assert all((total < 100) == (account in small) for account, total in totals.items())
    assert all(total > 0 for total in totals.values())


def test_half_of_the_posts_of_a_deleter_are_deleted_early() -> None:
    posts = [post for account in of_trait("business, deletes half") for post in published(account)]
    kept = [post for post in posts if post.gone - post.published >= 40 * timeline.DAY]
    assert 0.4 < len(kept) / len(posts) < 0.8


def test_a_hidden_post_is_not_listed_gains_nothing_and_comes_back() -> None:
    account = next(iter(of_trait("registered, hides posts")))
    post = next(one for one in published(account) if one.hidden and one.hidden[1] < one.gone and not one.filtered)
    assert post.hidden is not None
    since, until = post.hidden
    shown = [_is_shown(account, post, moment) for moment in (since - 1, since, until - 1, until)]
    assert shown == [True, False, False, True]
    assert counters.gross(account, post, since) == counters.gross(account, post, until)
    assert counters.gross(account, post, until + 30 * timeline.DAY) != counters.gross(account, post, until)


def _is_shown(account: Account, post: Post, moment: int) -> bool:
    row = listing.Listing(
        world=WORLD, account=account, now=moment, assets=ASSETS, scopes=truth.ALL_SCOPES, switches=Switches()
    )
    query = listing.ListQuery(
        fields=("item_id",), video_ids=None, ad_post_only=False, cursor=post.published + 1, max_count=1
    )
    page = listing.page(row, query)
    assert isinstance(page, dict)
    in_page = {video["item_id"] for video in page["videos"]} == {post.item_id}
    assert in_page == (post in WORLD.listed(account, moment))
    return in_page


def test_likes_taken_back_make_counters_shrink() -> None:
    account = next(iter(of_trait("personal, likes taken back")))
    moments = [NOON + day * timeline.DAY for day in range(30)]
    walks = [[counters.net_likes(account, post, moment) for moment in moments] for post in published(account)[-40:]]
    shrinking = [walk for walk in walks if any(after < before for before, after in pairwise(walk))]
    assert len(shrinking) > 10


def test_photos_have_no_length_and_no_watch_time() -> None:
    posts = [post for account in of_trait("registered, photos only") for post in published(account)]
    assert len(posts) > 50
    assert all(post.is_photo for post in posts)


def test_missing_days_never_come_and_late_ones_do() -> None:
    whole = {timeline.iso_day(day) for day in range(TODAY - 60, TODAY - 10)}
    missing = [whole - days_given(account) for account in of_trait("business, missing days")]
    assert all(2 < len(days) < 20 for days in missing)
    for account in of_trait("business, series swapped, late days"):
        # Of the 20 days before the last three, 30 % wait for up to five days.
        seen = [days_given(account, now=NOON - back * timeline.DAY) for back in range(20)]
        recent = [timeline.iso_day(TODAY - 3 - back) in days for back, days in enumerate(seen)]
        assert not all(recent)
        assert whole <= days_given(account)
    others = of_trait("business, deletes half")
    assert all(whole <= days_given(account) for account in others)


def test_the_one_without_posts_has_none_and_its_series_is_the_net_change() -> None:
    for account in of_trait("personal, net series only, no posts"):
        assert published(account) == []
        at = Moment(world=WORLD, account=account, now=NOON, assets=ASSETS)
        asked = ProfileQuery(fields=profile.ALL_FIELDS, first_day=TODAY - 5, last_day=TODAY)
        answer = profile.answer(at, asked, scopes=truth.ALL_SCOPES, switches=Switches())
        assert isinstance(answer, dict)
        total: Json = answer["followers_count"]
        assert isinstance(total, int)
        series = [day["followers_count"] for day in answer["metrics"] if "followers_count" in day]
        assert len(series) >= 2
        assert all(2 * abs(net - total) > total for net in series)
        assert "daily_total_followers" not in answer["metrics"][0]
