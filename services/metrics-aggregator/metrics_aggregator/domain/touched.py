"""The series that facts touch: a recompute takes each of them whole, so the order of arrival never matters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from common.events import trace
from metrics_aggregator.domain.records import Account, Snapshot

# Bound as query parameters, of which ClickHouse takes 128 KiB each (`http_max_field_value_size`); each post may be of
# another account. A recompute costs as much as 500 posts before it reads the first fact, so few at once are dear.
MOST_POSTS_AT_ONCE = 1_500
MOST_ACCOUNTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Accounts, and for post rollups their posts, whose series are to be recomputed."""

    accounts: tuple[Account, ...]
    posts: tuple[str, ...] = ()


class Touches:
    """Gathers, over any number of batches, which accounts and posts were touched, and each account's last observation
    (RFC 3339 in UTC, so text order is time order) with the trace it came in."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self._posts: dict[Account, set[str]] = {}
        self._observed: dict[Account, str] = {}
        self._traces: dict[Account, str | None] = {}
        for snapshot in snapshots:
            posts = self._posts.get(snapshot.account)
            if posts is None:
                posts = self._posts[snapshot.account] = set()
            if snapshot.post_id:
                posts.add(snapshot.post_id)
            if snapshot.observed_at > self._observed.get(snapshot.account, ""):
                self._observed[snapshot.account] = snapshot.observed_at
                self._traces[snapshot.account] = trace.given(snapshot.record.headers)

    @property
    def observed(self) -> Mapping[Account, str]:
        return self._observed

    def trace(self, account: Account) -> str | None:
        """The traceparent of its last observation: of the many that led to a rollup, the one that is waited for."""
        return self._traces.get(account)

    def add(self, others: "Touches") -> None:
        for account, posts in others._posts.items():
            self._posts.setdefault(account, set()).update(posts)
            if others._observed[account] > self._observed.get(account, ""):
                self._observed[account] = others._observed[account]
                self._traces[account] = others._traces[account]

    def posts(self) -> Iterator[tuple[Account, str]]:
        """In the order of accounts, so that a portion of them has few."""
        for account in sorted(self._posts):
            yield from ((account, post_id) for post_id in sorted(self._posts[account]))


def touched_posts(touches: Touches) -> Iterator[Touched]:
    """Its posts, in portions small enough to bind."""
    remaining = touches.posts()
    while portion := tuple(islice(remaining, MOST_POSTS_AT_ONCE)):
        accounts = tuple(sorted({account for account, _ in portion}))
        yield Touched(accounts=accounts, posts=tuple(post for _, post in portion))


def touched_accounts(touches: Touches) -> Iterator[Touched]:
    """Its accounts, in portions small enough to bind."""
    remaining = iter(sorted(touches.observed))
    while portion := tuple(islice(remaining, MOST_ACCOUNTS_AT_ONCE)):
        yield Touched(accounts=portion)
