"""The made-up posts against section D of the fact sheet: rates per view, and how views grow between two looks."""

from dataclasses import replace
from random import Random

import pytest

from sandbox.domain import counters, timeline
from sandbox.domain.character import Account
from sandbox.domain.posts import Post
from sandbox.domain.world import World

WORLD = World(7, more=60)
DAYS = range(20_000, 20_400)
YEAR = 365 * timeline.DAY
# Below this the rates of rare events are mostly zeros.
WATCHED = 20_000

# p10, p50 and p90 in the public collections A, B and C, from the least to the most of them.
LIKES_PER_VIEW = ((0.020, 0.080), (0.054, 0.153), (0.124, 0.234))
COMMENTS_PER_VIEW = ((0.0001, 0.0003), (0.0006, 0.0013), (0.002, 0.005))
SHARES_PER_VIEW = ((0.0001, 0.0005), (0.0009, 0.003), (0.006, 0.029))
# Of collection A: 1.08 and 1.58. How old its videos were at the first look is not told.
GROWTH = ((1.0, 1.05), (1.05, 1.12), (1.35, 1.75))

Percentiles = tuple[float, float, float]
Bands = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def posts() -> list[tuple[Account, Post]]:
    """Each as if it stayed on the profile, so that only its own curve is seen."""
    return [
        (account, replace(post, gone=post.published + 2 * YEAR, hidden=None))
        for account in WORLD.accounts
        for day in DAYS
        for post in WORLD.published_on(account, day)
    ]


def percentiles(values: list[float]) -> Percentiles:
    ranked = sorted(values)
    low, middle, high = (ranked[int(len(ranked) * share)] for share in (0.1, 0.5, 0.9))
    return low, middle, high


def assert_within(found: Percentiles, bands: Bands) -> None:
    assert all(low <= value <= high for value, (low, high) in zip(found, bands, strict=True)), found


@pytest.mark.parametrize(
    ("counter", "bands"), [("likes", LIKES_PER_VIEW), ("comments", COMMENTS_PER_VIEW), ("shares", SHARES_PER_VIEW)]
)
def test_rates_per_view_lie_in_the_bands_of_real_videos(counter: str, bands: Bands) -> None:
    lives = [counters.gross(account, post, post.published + YEAR) for account, post in posts()]
    rates = [getattr(life, counter) / life.views for life in lives if life.views >= WATCHED]
    assert len(rates) > 500
    assert_within(percentiles(rates), bands)


def test_small_brands_have_lower_views_than_trending_videos() -> None:
    lives = [counters.gross(account, post, post.published + YEAR).views for account, post in posts()]
    low, middle, high = percentiles([float(views) for views in lives])
    assert len(lives) > 5_000
    # Collection B, the one with least views, has 26k, 83k and 888k.
    assert (low < 26_000, middle < 83_000, high < 888_000) == (True, True, True)
    assert (low > 5, middle > 300, high > 5_000) == (True, True, True)


def test_views_grow_between_two_looks_as_those_of_real_videos() -> None:
    random, ratios = Random(3), []
    for account, post in posts():
        first = post.published + int(random.uniform(1, 30) * timeline.DAY)
        second = first + int(random.uniform(8, 23) * timeline.DAY)
        before, after = (counters.gross(account, post, moment).views for moment in (first, second))
        assert after >= before
        if before >= 1_000:
            ratios.append(after / before)
    assert len(ratios) > 2_000
    assert_within(percentiles(ratios), GROWTH)
