"""Who follows an account and who watches a post: shares that drift slowly, and the curves over a video's seconds."""

from math import cos, exp, pi, sin

from sandbox.domain import chance
from sandbox.domain.character import Account
from sandbox.domain.posts import Post
from sandbox.domain.wire import Json

AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
GENDERS = ("Female", "Male", "Other")
SOURCES = ("For You", "Follow", "Personal Profile", "Search", "Sound", "Others")
SOURCE_WEIGHTS = (70.0, 14.0, 7.0, 5.0, 1.5, 2.5)
LISTED_PLACES = 10
# Longer curves are given for the first minute only.
CURVE_SECONDS = 60


def ages(account: Account, day: int) -> Json:
    return _rows("age", AGES, chance.shares(_drifting(account, day, "age", len(AGES))))


def genders(account: Account, day: int) -> Json:
    weights = [*_drifting(account, day, "gender", 2), 0.02]
    return _rows("gender", GENDERS, chance.shares(weights))


def countries(account: Account, day: int) -> Json:
    names = account.character.countries
    return _places("country", names, _ranked(_drifting(account, day, "country", len(names)), 0.55))


def cities(account: Account, day: int) -> Json:
    names = account.character.cities
    return _places("city_name", names, _ranked(_drifting(account, day, "city", len(names)), 0.8), whole=0.45)


def activity(account: Account, day: int, followers: int) -> Json:
    """Followers active in each UTC hour of `day`; hours are strings on the wire."""
    share = chance.between(chance.uniforms(account.seed, account.open_id, day, "active")[0], 0.10, 0.16)
    counts = (int(followers * share * account.rhythm.weight(day, hour)) for hour in range(24))
    return [{"hour": str(hour), "count": count} for hour, count in enumerate(counts)]


def post_genders(account: Account, post: Post) -> Json:
    draws = _draws(account, post, "genders")
    return _rows("gender", GENDERS, chance.shares((0.3 + draws[0], 0.3 + draws[1], 0.02)))


def post_countries(account: Account, post: Post) -> Json:
    names = account.character.countries
    return _places("country", names, _ranked([0.6 + draw for draw in _draws(account, post, "countries")], 0.5))


def post_cities(account: Account, post: Post) -> Json:
    names = account.character.cities
    weights = _ranked([0.6 + draw for draw in _draws(account, post, "cities")], 0.8)
    return _places("city_name", names, weights, whole=0.4)


def post_viewer_types(account: Account, post: Post) -> Json:
    draws = _draws(account, post, "types")
    new, follower = chance.between(draws[0], 0.55, 0.95), chance.between(draws[1], 0.05, 0.40)
    names = ("NEW_VIEWER", "RETURN_VIEWER", "FOLLOWER_PERCENT", "NON_FOLLOWER_PERCENT")
    pairs = (*chance.shares((new, 1 - new)), *chance.shares((follower, 1 - follower)))
    return _rows("type", names, pairs)


def impression_sources(account: Account, post: Post) -> Json:
    draws = _draws(account, post, "sources")
    weights = [weight * (0.4 + draw) for weight, draw in zip(SOURCE_WEIGHTS, draws, strict=False)]
    ranked = sorted(zip(chance.shares(weights), SOURCES, strict=True), reverse=True)
    return [{"impression_source": source, "percentage": share} for share, source in ranked]


def retention(post: Post) -> Json:
    """Share of views still watching at each second; starts at 1 and never rises."""
    traits, seconds = post.traits, _seconds(post)
    left = (exp(-traits.decay * second / post.duration) for second in range(seconds))
    return _curve([round(traits.completion + (1 - traits.completion) * value, 4) for value in left])


def likes_over_video(account: Account, post: Post) -> Json:
    """When in the video the likes were given."""
    peak = chance.between(_draws(account, post, "likes")[0], 0.2, 0.9) * post.duration
    seconds = range(_seconds(post))
    return _curve(list(chance.shares([1 / (1 + ((second - peak) / 3) ** 2) for second in seconds])))


def _seconds(post: Post) -> int:
    return min(CURVE_SECONDS, int(post.duration)) + 1


def _curve(values: list[float]) -> Json:
    return [{"second": str(second), "percentage": value} for second, value in enumerate(values)]


def _draws(account: Account, post: Post, part: str) -> tuple[float, ...]:
    return chance.uniforms(account.seed, post.item_id, "audience", part)


def _drifting(account: Account, day: int, part: str, count: int) -> list[float]:
    draws = chance.uniforms(account.seed, account.open_id, "audience", part)
    return [0.5 + draw + 0.1 * sin(2 * pi * (day / 180 + draw)) for draw in draws[:count]]


def _ranked(weights: list[float], falloff: float) -> list[float]:
    return [weight * falloff**rank * (1 + 0.05 * cos(rank)) for rank, weight in enumerate(weights)]


def _rows(name: str, labels: tuple[str, ...], percentages: tuple[float, ...]) -> Json:
    return [{name: label, "percentage": share} for label, share in zip(labels, percentages, strict=True)]


def _places(name: str, labels: tuple[str, ...], weights: list[float], *, whole: float = 0.97) -> Json:
    """The largest places only, so the shares sum to less than 1."""
    ranked = sorted(zip(chance.shares(weights[: len(labels)], whole=whole), labels, strict=True), reverse=True)
    return [{name: label, "percentage": share} for share, label in ranked[:LISTED_PLACES]]
