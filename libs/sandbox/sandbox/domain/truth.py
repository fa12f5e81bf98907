"""The world without TikTok's latency, and what TikTok would show of it: both sides a test compares."""

from sandbox.domain import counters, followers, listing, profile, timeline
from sandbox.domain.answers import Switches
from sandbox.domain.assets import Assets
from sandbox.domain.character import Account
from sandbox.domain.listing import Listing
from sandbox.domain.posts import POSTING_HOURS, Post
from sandbox.domain.profile import LOOK_BACK_DAYS, Moment, ProfileQuery
from sandbox.domain.scopes import DESCRIPTIONS
from sandbox.domain.wire import Json
from sandbox.domain.world import CLICKS, World

ALL_SCOPES = frozenset(DESCRIPTIONS)


def account_row(account: Account) -> Json:
    who = account.character
    return {
        "open_id": account.open_id,
        "username": who.username,
        "display_name": who.display_name,
        "kind": who.kind.value,
        "follower_series": who.follower_series.value,
    }


def happened(world: World, account: Account, *, days: range, now: int, hourly: bool = False) -> dict[str, Json]:
    """True figures of each UTC day, and every post that was on the profile in them with its counters at `now`."""
    existing = [day for day in days if day >= account.character.first_day]
    since, until = days.start * timeline.DAY, min(days.stop * timeline.DAY, now + 1)
    return {
        "days": [
            _day(world, account, day, now=now) | (_hours(world, account, day, now=now) if hourly else {})
            for day in existing
        ],
        "posts": [_post(account, post, now) for post in world.posts_alive(account, since=since, until=until)],
        "best_time_to_publish": _slot(account.rhythm.best(range(*POSTING_HOURS))),
        "busiest_time": _slot(account.rhythm.best()),
    }


def _slot(best: tuple[int, int]) -> Json:
    """In UTC; weekday 0 is Monday."""
    return {"weekday": best[0], "hour": best[1]}


def visible(world: World, account: Account, *, now: int, assets: Assets, switches: Switches) -> dict[str, Json]:
    """What business/get (60 days) and all pages of video/list would answer at `now`, all fields, all scopes."""
    today = timeline.day_of(now)
    at = Moment(world=world, account=account, now=now, assets=assets)
    query = ProfileQuery(fields=profile.ALL_FIELDS, first_day=today - LOOK_BACK_DAYS, last_day=today)
    shown = Listing(world=world, account=account, now=now, assets=assets, scopes=ALL_SCOPES, switches=switches)
    asked = frozenset(listing.ALL_FIELDS)
    videos = [listing.item(shown, post, asked) for post in world.listed(account, now)]
    return {
        "business_get": profile.answer(at, query, scopes=ALL_SCOPES, switches=switches),
        "video_list": {"videos": videos},
    }


def _hours(world: World, account: Account, day: int, *, now: int) -> dict[str, Json]:
    """What each hour of `day` brought, as far as it has come."""
    starts = (day * timeline.DAY + hour * timeline.HOUR for hour in range(24))
    gains = (world.gained(account, start, min(start + timeline.HOUR, now)) for start in starts if start < now)
    return {
        "hours": [
            {"video_views": gain.views, "likes": gain.likes, "comments": gain.comments, "shares": gain.shares}
            for gain in gains
        ]
    }


def _day(world: World, account: Account, day: int, *, now: int) -> dict[str, Json]:
    ended = (day + 1) * timeline.DAY <= now
    seen = world.profile_day(account, day, until=now)
    return {
        "date": timeline.iso_day(day),
        "ended": ended,
        "video_views": seen.video_views,
        "unique_video_views": seen.unique_video_views,
        "profile_views": seen.profile_views,
        "likes": seen.likes,
        "comments": seen.comments,
        "shares": seen.shares,
        "engaged_audience": seen.engaged_audience,
        # Gains and losses are only drawn up at the end of the day; the total moves all day.
        "followers_total": seen.followers.total if ended else followers.total_now(account, now),
        "net_followers": seen.followers.new - seen.followers.lost if ended else None,
        "daily_new_followers": seen.followers.new if ended else None,
        "daily_lost_followers": seen.followers.lost if ended else None,
        **dict(zip(CLICKS, seen.clicks, strict=True)),
    }


def _post(account: Account, post: Post, now: int) -> Json:
    figures = counters.counters(account, post, now)
    return {
        "item_id": post.item_id,
        "create_time": str(post.published // timeline.SECOND),
        "media_type": "PHOTO" if post.is_photo else "VIDEO",
        "listed": post.is_listed(now),
        "filtered": post.filtered,
        "gone_at": timeline.instant_of(post.gone).isoformat() if post.gone <= now else None,
        "video_views": figures.views,
        "likes": figures.likes,
        "likes_gross": figures.likes_gross,
        "comments": figures.comments,
        "shares": figures.shares,
        "favorites": figures.favorites,
        "reach": figures.reach,
        "total_time_watched": None if post.is_photo else figures.watched_ms / 1000,
        "new_followers": figures.new_followers,
        "profile_views": figures.profile_views,
    }
