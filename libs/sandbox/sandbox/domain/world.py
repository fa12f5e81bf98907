"""The world of one seed: its accounts and, with bounded memory, what happened to them on any day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sandbox.domain import chance, character, counters, followers, posts, timeline
from sandbox.domain.accounts import Accounts
from sandbox.domain.changes import Change, Changes
from sandbox.domain.character import Account, Character
from sandbox.domain.counters import Gross
from sandbox.domain.followers import FollowerDay
from sandbox.domain.posts import Post

# Days kept per kind of answer: about what is asked of an account, and never those of more than a hundred accounts.
DAYS_OF_AN_ACCOUNT = 640
REMEMBERED_DAYS = range(16_384, 100 * DAYS_OF_AN_ACCOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDay:
    """Everything that happened to an account in one UTC day, or in the part of it that is over."""

    day: int
    video_views: int
    unique_video_views: int
    profile_views: int
    likes: int
    comments: int
    shares: int
    engaged_audience: int
    followers: FollowerDay
    clicks: tuple[int, ...]
    """In the order of CLICKS."""

    def scaled(self, share: float) -> "ProfileDay":
        """The day as if only `share` of it had been counted; followers are never estimated."""
        if share == 1.0:
            return self
        return replace(
            self,
            video_views=int(self.video_views * share),
            unique_video_views=int(self.unique_video_views * share),
            profile_views=int(self.profile_views * share),
            likes=int(self.likes * share),
            comments=int(self.comments * share),
            shares=int(self.shares * share),
            engaged_audience=int(self.engaged_audience * share),
            clicks=tuple(int(count * share) for count in self.clicks),
        )


CLICKS = ("bio_link_clicks", "email_clicks", "phone_number_clicks", "address_clicks", "app_download_clicks")


class World:
    def __init__(self, seed: int, characters: Sequence[Character] = character.DEFAULT, *, more: int = 0) -> None:
        """`more` accounts are drawn from the seed besides those of `characters`."""
        self.seed = seed
        self.accounts = Accounts(seed, characters, more=more)
        self._changes = Changes()
        wanted = len(self.accounts) * DAYS_OF_AN_ACCOUNT
        remembered = min(max(REMEMBERED_DAYS.start, wanted), REMEMBERED_DAYS.stop)
        self._posts_on = lru_cache(remembered)(self._compute_posts)
        self._gross_on = lru_cache(remembered)(self._compute_gross)

    def account(self, open_id: str) -> Account | None:
        return self.accounts.with_open_id(open_id)

    def take(self, change: Change) -> None:
        """Let `change` be part of what happened."""
        self._changes.take(change)
        self._posts_on.cache_clear()
        self._gross_on.cache_clear()

    def published_on(self, account: Account, day: int) -> tuple[Post, ...]:
        """What was published on UTC `day`, oldest first, still there or not."""
        return self._posts_on(account.open_id, day)

    def post(self, account: Account, item_id: str) -> Post | None:
        day = posts.day_of_item(item_id)
        candidates = () if day is None else self.published_on(account, day)
        return next((post for post in candidates if post.item_id == item_id), None)

    def posts_alive(self, account: Account, *, since: int, until: int) -> Iterator[Post]:
        """Posts, newest first, that were on the profile at some moment of [since, until)."""
        oldest = timeline.day_of(since) - account.character.kept_days[1] - 1
        for day in range(timeline.day_of(until), oldest - 1, -1):
            for post in reversed(self.published_on(account, day)):
                if post.published < until and post.gone > since:
                    yield post

    def listed(self, account: Account, moment: int) -> list[Post]:
        """What the profile shows at `moment`, newest first."""
        alive = self.posts_alive(account, since=moment, until=moment + 1)
        return [post for post in alive if post.is_listed(moment)]

    def profile_day(self, account: Account, day: int, *, until: int | None = None) -> ProfileDay:
        """The figures of UTC `day`; with `until`, those of its part before that moment."""
        start, end = day * timeline.DAY, (day + 1) * timeline.DAY
        whole = self._gross_on(account.open_id, day)
        seen = whole if until is None or until >= end else self.gained(account, start, until)
        return _profile_day(account, day, seen, followers.follower_day(account, day, through_posts=whole.followers))

    def gained(self, account: Account, since: int, until: int) -> Gross:
        """True increments of all posts in [since, until), those later deleted or never listed included."""
        views = likes = comments = shares = gained = 0
        for post in self.posts_alive(account, since=since, until=until):
            before, after = counters.gross(account, post, since), counters.gross(account, post, until)
            views += after.views - before.views
            likes += after.likes - before.likes
            comments += after.comments - before.comments
            shares += after.shares - before.shares
            gained += after.followers - before.followers
        return Gross(views, likes, comments, shares, gained)

    def _compute_posts(self, open_id: str, day: int) -> tuple[Post, ...]:
        account = self._known(open_id)
        return self._changes.applied(account, day, posts.posts_on(account, day))

    def _compute_gross(self, open_id: str, day: int) -> Gross:
        return self.gained(self._known(open_id), day * timeline.DAY, (day + 1) * timeline.DAY)

    def _known(self, open_id: str) -> Account:
        account = self.account(open_id)
        if account is None:
            raise LookupError(f"no account of this world has the open_id {open_id}")
        return account


def _profile_day(account: Account, day: int, seen: Gross, follower_day: FollowerDay) -> ProfileDay:
    draws = chance.uniforms(account.seed, account.open_id, day, "profile")
    profile_views = int(seen.views * chance.between(draws[0], 0.008, 0.025))
    return ProfileDay(
        day=day,
        video_views=seen.views,
        unique_video_views=int(seen.views * chance.between(draws[1], 0.72, 0.9)),
        profile_views=profile_views,
        likes=seen.likes,
        comments=seen.comments,
        shares=seen.shares,
        engaged_audience=int((seen.likes + seen.comments + seen.shares) * chance.between(draws[2], 0.75, 0.95)),
        followers=follower_day,
        clicks=tuple(int(profile_views * chance.between(draws[3 + index], 0.0, 0.06)) for index in range(len(CLICKS))),
    )
