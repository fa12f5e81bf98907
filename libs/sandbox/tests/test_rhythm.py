"""Best Performing Day and Time has a true answer: the rhythm's best slot, in the truth and in the posts."""

from math import exp, log
from statistics import fmean

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain import timeline
from sandbox.domain.character import DEFAULT
from sandbox.domain.posts import POSTING_HOURS
from sandbox.domain.rhythm import HOURS, Rhythm
from sandbox.domain.world import World

# A Monday.
MONDAY = 20_500 - timeline.weekday_of(20_500)
FAVOURITES = st.integers(0, 6)


@given(peak_hour=st.integers(0, 23), weekend=st.floats(0.6, 1.6), favourite=FAVOURITES)
def test_one_slot_of_the_week_is_the_best(peak_hour: int, weekend: float, favourite: int) -> None:
    rhythm = Rhythm(peak_hour=peak_hour, weekend=weekend, favourite_weekday=favourite)
    weights = {divmod(slot, 24): rhythm.weight(MONDAY + slot // 24, slot % 24) for slot in range(HOURS)}
    best = rhythm.best()
    assert best[1] == peak_hour
    assert weights[best] == max(weights.values())
    posting = {slot: weight for slot, weight in weights.items() if slot[1] in range(*POSTING_HOURS)}
    assert posting[rhythm.best(range(*POSTING_HOURS))] == max(posting.values())


@given(weekend=st.just(1.0), favourite=FAVOURITES)
def test_without_a_weekend_the_best_day_is_the_favourite(weekend: float, favourite: int) -> None:
    assert Rhythm(peak_hour=9, weekend=weekend, favourite_weekday=favourite).best() == (favourite, 9)


@pytest.mark.parametrize("place", [0, 1])
def test_posts_of_the_best_day_and_of_the_hours_around_the_best_get_more_views(place: int) -> None:
    world = World(7)
    account = world.accounts[place]
    day, hour = account.rhythm.best(range(*POSTING_HOURS))
    views: dict[bool, list[float]] = {True: [], False: []}
    for published in range(18_500, 24_000):
        for post in world.published_on(account, published):
            at = post.published % timeline.DAY // timeline.HOUR
            is_best = timeline.weekday_of(published) == day and abs(at - hour) <= 2
            views[is_best].append(log(post.traits.views))
    assert min(map(len, views.values())) > 60
    assert exp(fmean(views[True]) - fmean(views[False])) > 1.3


async def test_the_truth_names_the_best_time_and_every_hour(
    tiktok: httpx.AsyncClient, open_ids: dict[str, str]
) -> None:
    params = {"open_id": open_ids[DEFAULT[0].username], "from": "2026-03-09", "hours": "1"}
    truth = (await tiktok.get("/_sandbox/truth", params=params)).json()
    assert truth["best_time_to_publish"] == truth["busiest_time"] == {"weekday": 5, "hour": 18}
    whole, part = truth["days"]
    assert (len(whole["hours"]), len(part["hours"])) == (24, 10)
    for day in (whole, part):
        for name in ("video_views", "likes", "comments", "shares"):
            assert sum(hour[name] for hour in day["hours"]) == day[name]
    views = [hour["video_views"] for hour in whole["hours"]]
    assert sum(views[16:21]) > 1.5 * sum(views[2:7])
    assert "hours" not in (await tiktok.get("/_sandbox/truth", params={**params, "hours": "0"})).json()["days"][0]
