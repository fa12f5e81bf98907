"""The sample's posts: which there are, and their lifetime figures at any age. A day has its post for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import exp

from query_api.domain.sample_chance import between, draws, normal, shares

# A post's figures are told for so long, and so it has them.
LIFE = timedelta(days=400)
# Three of ten days have a post.
_POSTS_A_DAY = 0.3
_PHOTOS = 0.15
_MEDIAN_VIEWS = 30_000
_SUBJECTS = ("Latte art", "A new roast", "Cold brew at home", "Cleaning the grinder", "A barista's day", "Cupping")
_TAGS = ("coffee", "barista", "latteart", "roastery", "smallbusiness", "morning")
_COLOURS = ("7c4a2d", "2d5a7c", "5f7c2d", "7c2d5a", "2d7c6b", "6b2d7c")
_SOURCES = ("For You", "Follow", "Personal Profile", "Search", "Sound", "Others")
_SOURCE_WEIGHTS = (70.0, 14.0, 7.0, 5.0, 1.5, 2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`views` and `rates`: what comes of it in the end, and of each view. `pace`: hours until half of it has come."""

    post_id: str
    published: datetime
    is_photo: bool
    caption: str
    seconds: float
    views: float
    pace: float
    likes: float
    comments: float
    shares: float
    favorites: float
    reach: float
    completion: float
    watched: float
    """Of the length, by an average view."""

    def share_by(self, moment: datetime) -> float:
        """How much of the final figures had come by then."""
        hours = (moment - self.published).total_seconds() / 3600
        return 0.0 if hours <= 0 else 1.0 - (1.0 + hours / self.pace) ** -1.1

    def views_by(self, moment: datetime) -> int:
        return int(self.views * self.share_by(moment))


# A range of thirteen months asks for each day's post many times.
@lru_cache(maxsize=2_048)
def post_of(day: date) -> Post | None:
    """The post of that day, if it has one."""
    one = draws("post", day.isoformat())
    if one[0] > _POSTS_A_DAY:
        return None
    hour = (8, 12, 17, 18, 18, 19, 20, 21)[int(one[1] * 8)]
    published = datetime.combine(day, time(hour, int(one[2] * 60), int(one[3] * 60)), UTC)
    is_photo, seconds = one[4] < _PHOTOS, round(between(one[5], 8, 58), 1)
    return Post(
        # TikTok's ids have the moment in their upper half.
        post_id=str(int(published.timestamp()) << 32 | int(one[6] * 2**31)),
        published=published,
        is_photo=is_photo,
        caption=_caption(day),
        seconds=seconds,
        views=_MEDIAN_VIEWS * exp(0.85 * normal(one[7])) * _appeal(published, is_photo=is_photo),
        **_rates(day, seconds),
    )


def posts_at(moment: datetime) -> Iterator[Post]:
    """Those published before, and not longer ago than they live; the oldest first."""
    last = moment.date()
    for step in range(LIFE.days, -1, -1):
        post = post_of(last - timedelta(days=step))
        if post is not None and post.published < moment:
            yield post


# How many of the views led to each.
_OF_VIEWS = {
    "new_followers": 0.0021,
    "profile_views": 0.011,
    "website_clicks": 0.0009,
    "phone_number_clicks": 0.0001,
    "lead_submissions": 0.00008,
    "app_download_clicks": 0.00005,
    "email_clicks": 0.00012,
    "address_clicks": 0.0002,
}


def values_of(post: Post, moment: datetime, *, with_lists: bool) -> dict[str, object]:
    """What TikTok would say of the post, under TikTok's names; the lists are null where they are not asked for."""
    views = post.views_by(moment)
    watched = None if post.is_photo else round(views * post.seconds * post.watched, 1)
    lists = _lists(post) if with_lists else dict.fromkeys(_LISTS)
    return {
        "item_id": post.post_id,
        "media_type": "PHOTO" if post.is_photo else "VIDEO",
        "is_ad": False,
        "thumbnail_url": _picture(post),
        "share_url": f"https://example.com/sample/{post.post_id}",
        "embed_url": None,
        "caption": post.caption,
        "create_time": int(post.published.timestamp()),
        "video_duration": None if post.is_photo else post.seconds,
        "video_views": views,
        "likes": int(views * post.likes),
        "comments": int(views * post.comments),
        "shares": int(views * post.shares),
        "favorites": int(views * post.favorites),
        "reach": int(views * post.reach),
        "total_time_watched": watched,
        "average_time_watched": None if post.is_photo or not views else round(post.seconds * post.watched, 2),
        "full_video_watched_rate": None if post.is_photo else round(post.completion, 4),
        **{name: int(views * share) for name, share in _OF_VIEWS.items()},
        **lists,
    }


def _appeal(published: datetime, *, is_photo: bool) -> float:
    """Evenings and Saturdays do better, photos worse: there is something to find out."""
    evening = 1.6 if 17 <= published.hour <= 20 else 0.8
    return evening * (1.4 if published.isoweekday() == 6 else 1.0) * (0.6 if is_photo else 1.0)


def _rates(day: date, seconds: float) -> dict[str, float]:
    one = draws("rates", day.isoformat())
    completion = between(one[0], 0.12, 0.42) * (1 - seconds / 120)
    return {
        "pace": between(one[1], 18, 70),
        "likes": between(one[2], 0.035, 0.11),
        "comments": between(one[3], 0.002, 0.009),
        "shares": between(one[4], 0.001, 0.008),
        "favorites": between(one[5], 0.003, 0.02),
        "reach": between(one[6], 0.72, 0.9),
        "completion": completion,
        "watched": completion + (1 - completion) * 0.35,
    }


def _caption(day: date) -> str:
    one = draws("caption", day.isoformat())
    subject, tags = _SUBJECTS[int(one[0] * len(_SUBJECTS))], {_TAGS[int(draw * len(_TAGS))] for draw in one[1:3]}
    return f"{subject} ☕ {' '.join(f'#{tag}' for tag in sorted(tags))}"


def _picture(post: Post) -> str:
    """A picture that nobody has to be asked for."""
    colour = _COLOURS[int(post.post_id) % len(_COLOURS)]
    shape = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 16'><path fill='%23{colour}' d='M0 0h9v16H0z'/></svg>"
    )
    return f"data:image/svg+xml,{shape.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}"


_LISTS = (
    "video_view_retention",
    "engagement_likes",
    "impression_sources",
    "audience_genders",
    "audience_countries",
    "audience_cities",
    "audience_types",
)


def _lists(post: Post) -> dict[str, object]:
    one = draws("lists", post.post_id)
    weights = [weight * (0.5 + draw) for weight, draw in zip(_SOURCE_WEIGHTS, one, strict=False)]
    new, follower = between(one[6], 0.55, 0.9), between(one[7], 0.06, 0.35)
    types = ("NEW_VIEWER", "RETURN_VIEWER", "FOLLOWER_PERCENT", "NON_FOLLOWER_PERCENT")
    return {
        "video_view_retention": None if post.is_photo else _retention(post),
        "engagement_likes": None if post.is_photo else _likes_over_video(post, peak=between(one[8], 0.2, 0.8)),
        "impression_sources": _listed("impression_source", _SOURCES, shares(weights)),
        "audience_genders": _listed("gender", ("Female", "Male", "Other"), shares((0.4 + one[9], 0.4 + one[10], 0.03))),
        "audience_countries": _listed("country", ("US", "GB", "DE", "CA"), shares((5, 3, 1, 1 + one[11]), whole=0.9)),
        "audience_cities": _listed(
            "city_name", ("Portland", "London", "Berlin"), shares((3, 2, 1 + one[0]), whole=0.4)
        ),
        "audience_types": _listed("type", types, (*shares((new, 1 - new)), *shares((follower, 1 - follower)))),
    }


def _retention(post: Post) -> list[dict[str, object]]:
    """Starts at 1 and never rises."""
    curve = (
        post.completion + (1 - post.completion) * exp(-3.2 * second / post.seconds)
        for second in range(int(post.seconds) + 1)
    )
    return [{"second": str(second), "percentage": round(share, 4)} for second, share in enumerate(curve)]


def _likes_over_video(post: Post, *, peak: float) -> list[dict[str, object]]:
    seconds = range(int(post.seconds) + 1)
    curve = shares([1 / (1 + ((second - peak * post.seconds) / 3) ** 2) for second in seconds])
    return [{"second": str(second), "percentage": share} for second, share in enumerate(curve)]


def _listed(name: str, labels: tuple[str, ...], percentages: tuple[float, ...]) -> list[dict[str, object]]:
    return [{name: label, "percentage": share} for label, share in zip(labels, percentages, strict=True)]
