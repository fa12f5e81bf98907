"""Accounts drawn from a seed, as many as wanted: eight characters in turn, no two accounts alike."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from string import hexdigits

from sandbox.domain import chance, character
from sandbox.domain.character import Account, Character, FollowerSeries, Kind

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

_TRAITS = tuple(TRAITS.values())
PREFIX = character.OPEN_ID_PREFIX


def characters(seed: int, count: int) -> Iterator[Character]:
    """The first `count` accounts of `seed`; asking for more changes none of them."""
    return (drawn(seed, number) for number in range(count))


def drawn(seed: int, number: int) -> Character:
    return _TRAITS[number % len(_TRAITS)](_usual(seed, number))


def account(seed: int, number: int) -> Account:
    return character.housed(seed, open_id(seed, number), drawn(seed, number))


def open_id(seed: int, number: int) -> str:
    """Says its number to whoever knows the seed, so that no index of all accounts is needed."""
    tag = chance.handle(seed, "drawn", number)[:24]
    return f"{PREFIX}{number ^ _mask(seed, tag):08x}{tag}"


def number_of(seed: int, text: str) -> int | None:
    """The number of the account with the open_id `text`; None when `text` is no open_id of this seed."""
    masked, tag = text[len(PREFIX) : -24], text[-24:]
    if len(masked) != 8 or any(digit not in hexdigits for digit in masked):
        return None
    number = int(masked, 16) ^ _mask(seed, tag)
    return number if open_id(seed, number) == text else None


def number_in(username: str) -> int | None:
    """The number a username ends in, as those of drawn accounts do."""
    last = username.rpartition(".")[2]
    return int(last) if last.isascii() and last.isdecimal() and len(last) < 10 else None


def _mask(seed: int, tag: str) -> int:
    return int(chance.handle(seed, "mask", tag)[:8], 16)


def _usual(seed: int, number: int) -> Character:
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
        favourite_weekday=int(7 * draws[13]),
        subjects=_SUBJECTS,
        hashtags=_HASHTAGS,
        countries=_turned(_COUNTRIES, draws[11]),
        cities=_turned(_CITIES, draws[12]),
    )


def _turned(names: tuple[str, ...], draw: float) -> tuple[str, ...]:
    start = int(draw * len(names))
    return (*names[start:], *names[:start])
