"""Accounts drawn from a seed, as many as wanted: eight characters in turn, no two accounts alike."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.domain import chance
from sandbox.domain.character import Character, FollowerSeries, Kind

_WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "grove", "harbor", "iris", "juniper", "kelp", "linden")
_TRADES = ("studio", "kitchen", "cycles", "garden", "records", "optics", "travel", "denim")
_SUBJECTS = ("the workshop", "a first try", "one long day", "a question you asked", "what went wrong", "the new corner")
_HASHTAGS = ("smallbusiness", "behindthescenes", "howto", "fyp", "handmade", "dayinthelife")
_COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT", "SE", "PL", "BR", "MX", "JP", "IN")
_CITIES = ("London", "Berlin", "Paris", "Madrid", "Rome", "Warsaw", "New York", "Recife", "Osaka", "Pune")

Trait = Callable[[Character], Character]

TRAITS: dict[str, Trait] = {
    "personal, likes taken back": lambda who: replace(who, kind=Kind.PERSONAL, unliked=(0.3, 0.6)),
    "business, deletes half": lambda who: replace(who, deleted_share=0.5),
    "registered, hides posts": lambda who: replace(
        who, kind=Kind.REGISTERED, private_share=0.4, filtered_share=0.15, verified=True
    ),
    "business below 100 followers": lambda who: replace(
        who, follower_ceiling=20 + who.follower_ceiling % 79, median_views=30.0
    ),
    "business, series swapped, late days": lambda who: replace(
        who, follower_series=FollowerSeries.SWAPPED, late_share=0.3
    ),
    "registered, photos only": lambda who: replace(who, kind=Kind.REGISTERED, photo_share=1.0),
    "business, missing days": lambda who: replace(who, missing_share=0.15),
    "personal, net series only, no posts": lambda who: replace(
        who, kind=Kind.PERSONAL, follower_series=FollowerSeries.SWAPPED, posts_a_day=(1.0,)
    ),
}


def characters(seed: int, count: int) -> Iterator[Character]:
    """The first `count` accounts of `seed`; asking for more changes none of them."""
    traits = tuple(TRAITS.values())
    for number in range(count):
        yield traits[number % len(traits)](_drawn(seed, number))


def _drawn(seed: int, number: int) -> Character:
    """A Business account like many; what makes it another is the trait's."""
    draws = chance.uniforms(seed, "population", number)
    word, trade = _WORDS[int(draws[0] * len(_WORDS))], _TRADES[int(draws[1] * len(_TRADES))]
    often, youngest = chance.between(draws[2], 0.15, 0.6), int(chance.between(draws[3], 40, 70))
    return Character(
        username=f"{word}.{trade}.{number}",
        display_name=f"{word} {trade}".title(),
        bio=f"Account {number} of a made-up world.",
        kind=Kind.BUSINESS,
        first_day=int(chance.between(draws[4], 16_800, 17_400)),
        posts_a_day=(1 - often, often * 0.85, often * 0.15),
        photo_share=chance.between(draws[5], 0.0, 0.4),
        ad_share=chance.between(draws[6], 0.0, 0.05),
        median_views=100 * 300 ** draws[7],
        follower_ceiling=int(400 * 500 ** draws[8]),
        kept_days=(youngest, youngest + 40),
        peak_hour=int(24 * draws[9]),
        weekend=round(chance.between(draws[10], 0.6, 1.6), 1),
        subjects=_SUBJECTS,
        hashtags=_HASHTAGS,
        countries=_turned(_COUNTRIES, draws[11]),
        cities=_turned(_CITIES, draws[12]),
    )


def _turned(names: tuple[str, ...], draw: float) -> tuple[str, ...]:
    start = int(draw * len(names))
    return (*names[start:], *names[:start])
