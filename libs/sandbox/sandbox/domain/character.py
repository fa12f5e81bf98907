"""Who lives in the world: accounts of different kind, size and habit, one row each."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from sandbox.domain import chance
from sandbox.domain.rhythm import Rhythm

OPEN_ID_PREFIX = "-000"


class Kind(Enum):
    PERSONAL = "personal"
    BUSINESS = "business"
    REGISTERED = "registered_business"


class FollowerSeries(Enum):
    """Which of TikTok's two daily follower fields carries the running total (conflict C1 of the fact sheet)."""

    DOCUMENTED = "documented"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    username: str
    display_name: str
    bio: str
    kind: Kind
    follower_series: FollowerSeries = FollowerSeries.DOCUMENTED
    verified: bool = False
    first_day: int
    """The day the account was made and its analytics turned on; nothing exists before it."""
    posts_a_day: tuple[float, ...]
    """Weights of 0, 1, 2 … posts on a day."""
    photo_share: float = 0.0
    ad_share: float = 0.0
    median_views: float
    follower_ceiling: int
    kept_days: tuple[int, int]
    """The owner takes a post off the profile when it is this old; keeps the listing at a steady size."""
    deleted_share: float = 0.04
    filtered_share: float = 0.015
    private_share: float = 0.0
    """Of the posts: the owner hides them for some days."""
    unliked: tuple[float, float] = (0.0, 0.05)
    """Share of a post's likes that are taken back later, from the least to the most."""
    late_share: float = 0.0
    """Of the days: their figures come later than TikTok says."""
    missing_share: float = 0.0
    """Of the days: TikTok never gives their figures."""
    peak_hour: int
    weekend: float
    favourite_weekday: int
    """0 is Monday. The weight of the weekend comes on top."""
    subjects: tuple[str, ...]
    hashtags: tuple[str, ...]
    countries: tuple[str, ...]
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    seed: int
    open_id: str
    character: Character
    rhythm: Rhythm

    @property
    def is_business(self) -> bool:
        return self.character.kind is not Kind.PERSONAL


def settle(seed: int, character: Character) -> Account:
    """The account that `character` has in the world of `seed`."""
    return housed(seed, OPEN_ID_PREFIX + chance.handle(seed, "open_id", character.username)[:32], character)


def housed(seed: int, open_id: str, character: Character) -> Account:
    return Account(
        seed, open_id, character, _rhythm(character.peak_hour, character.weekend, character.favourite_weekday)
    )


# Many accounts of a large world live by the same hours.
@lru_cache(maxsize=2048)
def _rhythm(peak_hour: int, weekend: float, favourite_weekday: int) -> Rhythm:
    return Rhythm(peak_hour=peak_hour, weekend=weekend, favourite_weekday=favourite_weekday)


DEFAULT = (
    Character(
        username="northlight.coffee",
        display_name="Northlight Coffee",
        bio="Small-batch roasters. New video every day.",
        kind=Kind.REGISTERED,
        verified=True,
        first_day=17_045,
        posts_a_day=(0.09, 0.79, 0.12),
        photo_share=0.14,
        ad_share=0.02,
        median_views=9_000,
        follower_ceiling=140_000,
        kept_days=(330, 405),
        peak_hour=18,
        weekend=1.25,
        favourite_weekday=5,
        subjects=("latte art", "a new roast", "cold brew", "the grinder", "our cupping table", "a barista's day"),
        hashtags=("coffee", "barista", "latteart", "coffeetok", "smallbusiness", "roastery"),
        countries=("US", "CA", "GB", "AU", "DE", "NL", "SE", "NO", "DK", "IE", "NZ", "FR"),
        cities=("Portland", "Seattle", "Toronto", "London", "Chicago", "Denver", "Austin", "Melbourne", "Boston"),
    ),
    Character(
        username="marlow.interiors",
        display_name="Marlow Interiors",
        bio="Rooms you want to stay in.",
        kind=Kind.BUSINESS,
        follower_series=FollowerSeries.SWAPPED,
        first_day=17_210,
        posts_a_day=(0.62, 0.36, 0.02),
        photo_share=0.30,
        median_views=2_400,
        follower_ceiling=21_000,
        kept_days=(365, 440),
        peak_hour=20,
        weekend=0.8,
        favourite_weekday=1,
        subjects=("a narrow hallway", "before and after", "the window seat", "colour mixing", "a rented flat"),
        hashtags=("interiordesign", "homedecor", "beforeandafter", "diy", "colour"),
        countries=("GB", "IE", "US", "FR", "ES", "IT", "PT", "BE", "NL", "DE", "PL"),
        cities=("London", "Dublin", "Manchester", "Bristol", "Paris", "Leeds", "Glasgow", "New York", "Lisbon"),
    ),
    Character(
        username="jonas.bakes",
        display_name="Jonas bakes",
        bio="",
        kind=Kind.PERSONAL,
        first_day=17_320,
        posts_a_day=(0.86, 0.14),
        photo_share=0.10,
        median_views=450,
        follower_ceiling=1_900,
        kept_days=(420, 520),
        peak_hour=7,
        weekend=1.6,
        favourite_weekday=6,
        subjects=("sourdough", "a failed crumb", "rye bread", "cinnamon buns", "my starter"),
        hashtags=("baking", "sourdough", "bread", "homemade"),
        countries=("DE", "AT", "CH", "DK", "SE", "NL", "US", "GB", "PL", "CZ"),
        cities=("Hamburg", "Berlin", "Vienna", "Munich", "Zurich", "Copenhagen", "Leipzig", "Cologne"),
    ),
    Character(
        username="harbour.pottery",
        display_name="Harbour Pottery",
        bio="Cups and bowls, thrown by hand.",
        kind=Kind.BUSINESS,
        first_day=17_400,
        posts_a_day=(0.95, 0.05),
        photo_share=0.25,
        median_views=45,
        follower_ceiling=92,
        kept_days=(430, 560),
        peak_hour=16,
        weekend=1.1,
        favourite_weekday=3,
        subjects=("the wheel", "a kiln opening", "glaze tests", "one cup"),
        hashtags=("pottery", "ceramics", "handmade"),
        countries=("PT", "ES", "FR", "GB"),
        cities=("Porto", "Lisbon", "Vigo", "Braga"),
    ),
)
