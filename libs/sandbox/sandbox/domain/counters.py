"""Lifetime counters of a post at a moment: closed-form curves, so any moment costs the same and nothing is stored."""

from dataclasses import dataclass
from typing import NamedTuple

from sandbox.domain.character import Account
from sandbox.domain.posts import Post

# Likes are taken back about this many lived hours after they were given.
SECOND_THOUGHTS_HOURS = 72.0
# Of so many comments one is deleted, as late.
ONE_DELETED_OF = 50


class Gross(NamedTuple):
    """What profile days count. Never shrinks."""

    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    followers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """A post's figures at one moment. `likes` and `comments` are net of those taken back, so they may shrink."""

    views: int
    likes: int
    likes_gross: int
    comments: int
    shares: int
    favorites: int
    reach: int
    watched_ms: int
    completed: int
    new_followers: int
    profile_views: int
    clicks: float
    """Not yet whole: each button takes its share of it and rounds down."""


def gross(account: Account, post: Post, moment: int) -> Gross:
    return _gross(post, _progress(post, _age(account, post, moment)))


def counters(account: Account, post: Post, moment: int) -> Counters:
    traits = post.traits
    age = _age(account, post, moment)
    done = _progress(post, age)
    given = _gross(post, done)
    taken_back = int(traits.likes * traits.unliked * _progress(post, age - SECOND_THOUGHTS_HOURS))
    return Counters(
        views=given.views,
        likes=given.likes - taken_back,
        likes_gross=given.likes,
        comments=given.comments - _deleted_comments(post, age),
        shares=given.shares,
        favorites=int(traits.favorites * done),
        reach=int(traits.reach * done),
        # Late viewers stay a little shorter, so the average moves while the total only grows.
        watched_ms=int(1000 * traits.mean_watch * traits.views * done * (1.06 - 0.06 * done)),
        completed=int(traits.completion * traits.views * done),
        new_followers=given.followers,
        profile_views=int(traits.profile_views * done),
        clicks=traits.clicks * done,
    )


def net_likes(account: Account, post: Post, moment: int) -> int:
    return counters(account, post, moment).likes


def deleted_comments(account: Account, post: Post, moment: int) -> int:
    return _deleted_comments(post, _age(account, post, moment))


def _deleted_comments(post: Post, age: float) -> int:
    return int(post.traits.comments / ONE_DELETED_OF * _progress(post, age - SECOND_THOUGHTS_HOURS))


def _gross(post: Post, done: float) -> Gross:
    traits = post.traits
    # Comments come a little earlier than views, shares a little later.
    return Gross(
        int(traits.views * done),
        int(traits.likes * done),
        int(traits.comments * done**0.93),
        int(traits.shares * done**1.1),
        int(traits.followers * done),
    )


def _age(account: Account, post: Post, moment: int) -> float:
    """Lived hours since publishing; a post that nobody can see does not age."""
    lived, until = account.rhythm.lived_hours, min(moment, post.gone)
    if post.hidden is None or until <= post.hidden[0]:
        return lived(until) - post.start
    return lived(until) - post.start - (lived(min(until, post.hidden[1])) - lived(post.hidden[0]))


def _progress(post: Post, age: float) -> float:
    """Share of the lifetime totals that has happened at `age` lived hours."""
    traits = post.traits
    first = _wave(age, traits.scale, traits.alpha)
    if traits.wave_share == 0.0 or age <= traits.wave_at:
        return (1 - traits.wave_share) * first
    second = _wave(age - traits.wave_at, traits.scale, traits.alpha)
    return (1 - traits.wave_share) * first + traits.wave_share * second


def _wave(age: float, scale: float, alpha: float) -> float:
    return 0.0 if age <= 0 else 1.0 - float((1.0 + age / scale) ** -alpha)
