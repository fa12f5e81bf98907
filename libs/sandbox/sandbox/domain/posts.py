"""Posts of an account: what was published on a day, how long it stays, and the traits that shape its counters."""

from dataclasses import dataclass, replace
from math import exp

from sandbox.domain import chance, timeline
from sandbox.domain.character import Account

# Nothing is published in the last hours of the day or before six.
POSTING_HOURS = (6, 22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Lifetime totals a post tends to (section D of the fact sheet, scaled down) and the shape of its growth."""

    views: float
    likes: float
    unliked: float
    """Share of the likes that are taken back later."""
    comments: float
    shares: float
    favorites: float
    reach: float
    followers: float
    profile_views: float
    clicks: float
    scale: float
    """Lived hours in which growth slows down."""
    alpha: float
    wave_at: float
    """Lived hours after publishing at which a second wave starts."""
    wave_share: float
    completion: float
    mean_watch: float
    """Seconds watched per view."""
    decay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    item_id: str
    published: int
    gone: int
    """The moment it leaves the profile (deleted, or put away when old)."""
    filtered: bool
    hidden: tuple[int, int] | None
    """The moments between which its owner keeps it private."""
    is_ad: bool
    is_photo: bool
    caption: str
    duration: float
    start: float
    """`published` in the lived hours of the account's audience."""
    traits: Traits

    def is_listed(self, moment: int) -> bool:
        return self.published <= moment < self.gone and not self.filtered and not self.is_hidden(moment)

    def is_hidden(self, moment: int) -> bool:
        return self.hidden is not None and self.hidden[0] <= moment < self.hidden[1]


def posts_on(account: Account, day: int) -> tuple[Post, ...]:
    """What `account` published on UTC `day`, oldest first."""
    if day < account.character.first_day:
        return ()
    count = chance.pick(chance.uniforms(account.seed, account.open_id, day, "count")[0], account.character.posts_a_day)
    seconds: set[int] = set()
    for index in range(count):
        seconds.add(_posting_second(account, day, index))
    return tuple(_post(account, day * timeline.DAY + second * timeline.SECOND) for second in sorted(seconds))


def day_of_item(item_id: str) -> int | None:
    """The UTC day inside an item id: like TikTok's, its upper 32 bits are the second of publishing."""
    return timeline.day_of((int(item_id) >> 32) * timeline.SECOND) if item_id.isdecimal() else None


def _posting_second(account: Account, day: int, index: int) -> int:
    draws = chance.uniforms(account.seed, account.open_id, day, "second", index)
    hours = [account.rhythm.weight(day, hour) for hour in range(*POSTING_HOURS)]
    return (POSTING_HOURS[0] + chance.pick(draws[0], hours)) * 3_600 + int(draws[1] * 3_600)


def written(account: Account, published: int, *, caption: str, is_photo: bool) -> Post:
    """A post that somebody asked for: nothing happens to it but what is done by hand, until it is old."""
    drawn = _post(account, published, is_photo=is_photo)
    gone = published + _put_away(account, published)
    return replace(drawn, caption=caption, gone=gone, filtered=False, hidden=None, is_ad=False)


def _post(account: Account, published: int, *, is_photo: bool | None = None) -> Post:
    draws = chance.uniforms(account.seed, account.open_id, published, "post")
    character = account.character
    is_photo = draws[0] < character.photo_share if is_photo is None else is_photo
    duration = 0.0 if is_photo else round(min(180.0, max(5.0, 19 * exp(0.7 * chance.normal(draws[1])))), 3)
    return Post(
        item_id=str((published // timeline.SECOND << 32) | int(draws[2] * 2**32)),
        published=published,
        gone=published + _kept(account, published),
        filtered=draws[3] < character.filtered_share,
        hidden=_hidden(account, published),
        is_ad=draws[4] < character.ad_share,
        is_photo=is_photo,
        caption=_caption(account, published),
        duration=duration,
        start=account.rhythm.lived_hours(published),
        traits=_traits(account, published, duration),
    )


def _kept(account: Account, published: int) -> int:
    draws = chance.uniforms(account.seed, account.open_id, published, "kept")
    if draws[0] < account.character.deleted_share:
        return int(chance.between(draws[1] ** 2, 3 * timeline.HOUR, 90 * timeline.DAY))
    return _put_away(account, published)


def _put_away(account: Account, published: int) -> int:
    draws = chance.uniforms(account.seed, account.open_id, published, "kept")
    youngest, oldest = account.character.kept_days
    return int(chance.between(draws[2], youngest * timeline.DAY, oldest * timeline.DAY))


def _hidden(account: Account, published: int) -> tuple[int, int] | None:
    draws = chance.uniforms(account.seed, account.open_id, published, "hidden")
    if draws[0] >= account.character.private_share:
        return None
    since = published + int(chance.between(draws[1], timeline.DAY, 40 * timeline.DAY))
    return since, since + int(chance.between(draws[2], 2 * timeline.DAY, 12 * timeline.DAY))


def _traits(account: Account, published: int, duration: float) -> Traits:
    size, rates, shape = (
        chance.uniforms(account.seed, account.open_id, published, part) for part in ("size", "rates", "shape")
    )
    hour = published % timeline.DAY // timeline.HOUR
    slot = account.rhythm.weight(timeline.day_of(published), hour)
    views = account.character.median_views * slot * exp(0.95 * chance.normal(size[0]))
    likes = min(0.35, 0.06 * exp(0.6 * chance.normal(rates[0])))
    completion, decay = _watching(shape, duration)
    return Traits(
        views=views,
        likes=views * likes,
        unliked=chance.between(rates[1], *account.character.unliked),
        comments=views * min(0.02, 0.001 * exp(1.1 * chance.normal(rates[2]))),
        shares=views * min(0.06, 0.0025 * exp(1.3 * chance.normal(rates[3]))),
        favorites=views * likes * chance.between(rates[4], 0.05, 0.25),
        reach=views * chance.between(rates[5], 0.78, 0.95),
        followers=views * chance.between(rates[6], 0.0004, 0.0035),
        profile_views=views * chance.between(rates[7], 0.004, 0.02),
        clicks=views * chance.between(rates[8], 0.0005, 0.003),
        scale=chance.between(shape[0], 5.0, 30.0),
        alpha=chance.between(shape[1], 0.22, 0.82),
        wave_at=chance.between(shape[2], 3 * 24.0, 90 * 24.0),
        wave_share=chance.between(shape[3], 0.3, 0.7) if shape[4] < 0.2 else 0.0,
        completion=completion,
        mean_watch=duration * (completion + (1 - completion) * (1 - exp(-decay)) / decay),
        decay=decay,
    )


def _watching(draws: tuple[float, ...], duration: float) -> tuple[float, float]:
    """Share that stays to the end, falling with the length, and the decay of the retention curve before it."""
    completion = chance.between(draws[5], 0.05, 0.45) * (15 / (15 + duration)) ** 0.5
    return completion, chance.between(draws[6], 3.0, 7.0)


OPENINGS = ("Trying", "A closer look at", "Nobody asked, but here is", "Three minutes with", "How we do", "Monday and")


def _caption(account: Account, published: int) -> str:
    draws = chance.uniforms(account.seed, account.open_id, published, "caption")
    subjects, hashtags = account.character.subjects, account.character.hashtags
    opening = OPENINGS[int(draws[0] * len(OPENINGS))]
    chosen = [tag for tag, draw in zip(hashtags, draws[2:], strict=False) if draw < 0.45]
    text = f"{opening} {subjects[int(draws[1] * len(subjects))]}"
    return " ".join([text, *(f"#{tag}" for tag in chosen)])
