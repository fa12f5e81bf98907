"""The sample's profile: what each day brought, and what the account looks like at a moment."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import cos, pi, sin

from query_api.domain.sample import NAME, USERNAME
from query_api.domain.sample_chance import between, draws, shares
from query_api.domain.sample_posts import posts_at

_BEGAN = date(2020, 1, 1)
_FOLLOWERS_THEN, _FOLLOWERS_A_DAY = 6_000, 19
_AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
_GENDERS = ("Female", "Male", "Other")
_COUNTRIES = ("US", "GB", "DE", "CA", "AU", "NL", "FR", "SE")
_CITIES = ("Portland", "London", "Seattle", "Toronto", "Berlin", "Chicago", "Melbourne", "Amsterdam")


def followers_at_end(day: date) -> int:
    """Grows for ever, a little faster in winter, never by the same number."""
    number = (day - _BEGAN).days
    wobble = 24 * (draws("followers", day.isoformat())[0] - 0.5)
    return max(0, int(_FOLLOWERS_THEN + _FOLLOWERS_A_DAY * number + 550 * sin(2 * pi * number / 365) + wobble))


# Each day is told in three observations.
@lru_cache(maxsize=1_024)
def values_of_day(day: date) -> dict[str, object]:
    """What TikTok would say of the day. What the posts brought adds up to what the account had."""
    one = draws("day", day.isoformat())
    gained = _gained(day)
    net = followers_at_end(day) - followers_at_end(day - timedelta(days=1))
    lost = max(int(followers_at_end(day) * between(one[0], 0.0002, 0.0006)), -net)
    visits = int(gained["video_views"] * between(one[1], 0.011, 0.016))
    return {
        **gained,
        "unique_video_views": int(gained["video_views"] * between(one[2], 0.74, 0.86)),
        "profile_views": visits,
        "followers_count": followers_at_end(day),
        "daily_total_followers": net,
        "daily_new_followers": net + lost,
        "daily_lost_followers": lost,
        "engaged_audience": int(sum(gained.values()) * between(one[3], 0.05, 0.07)),
        "bio_link_clicks": int(visits * between(one[4], 0.04, 0.07)),
        "email_clicks": int(visits * 0.008),
        "phone_number_clicks": int(visits * 0.006),
        "address_clicks": int(visits * 0.012),
        "app_download_clicks": int(visits * 0.003),
        "lead_submissions": int(visits * 0.004),
        "audience_activity": _active_by_hour(day),
    }


def profile_at(moment: datetime) -> dict[str, object]:
    """What TikTok would say of the profile at the moment."""
    today = moment.date()
    before, after = followers_at_end(today - timedelta(days=1)), followers_at_end(today)
    posts = list(posts_at(moment))
    return {
        "is_business_account": True,
        "profile_image": None,
        "username": USERNAME,
        "profile_deep_link": None,
        "display_name": NAME,
        "bio_description": "Made-up figures, to look around with.",
        "is_verified": False,
        "following_count": 214,
        "followers_count": before + (after - before) * moment.hour // 24,
        "total_likes": sum(int(post.views_by(moment) * post.likes) for post in posts),
        "videos_count": len(posts),
        "audience_ages": _audience("age", _AGES, today, falloff=0.75),
        "audience_genders": _audience("gender", _GENDERS, today, falloff=0.5),
        "audience_countries": _audience("country", _COUNTRIES, today, falloff=0.6, whole=0.95),
        "audience_cities": _audience("city_name", _CITIES, today, falloff=0.8, whole=0.4),
    }


def _gained(day: date) -> dict[str, int]:
    """What all posts gained on the day."""
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    views = likes = comments = shared = 0
    for post in posts_at(end):
        before, after = post.views_by(start), post.views_by(end)
        views += after - before
        likes += int(after * post.likes) - int(before * post.likes)
        comments += int(after * post.comments) - int(before * post.comments)
        shared += int(after * post.shares) - int(before * post.shares)
    return {"video_views": views, "likes": likes, "comments": comments, "shares": shared}


def _active_by_hour(day: date) -> list[dict[str, object]]:
    total, one = followers_at_end(day), draws("hours", day.isoformat())
    return [
        {"hour": str(hour), "count": int(total * (0.22 + 0.16 * cos((hour - 19) * pi / 12) + 0.02 * one[hour % 12]))}
        for hour in range(24)
    ]


def _audience(
    name: str, labels: tuple[str, ...], day: date, *, falloff: float, whole: float = 1.0
) -> list[dict[str, object]]:
    """Shares that drift over the months."""
    turn = 2 * pi * (day - _BEGAN).days / 270
    weights = [falloff**rank * (1 + 0.08 * sin(turn + rank)) for rank in range(len(labels))]
    return [
        {name: label, "percentage": share} for label, share in zip(labels, shares(weights, whole=whole), strict=True)
    ]
