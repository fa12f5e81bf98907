"""The series a batch touches: a recompute takes each of them whole, so the order of arrival never matters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from metrics_aggregator.domain.records import Account, Snapshot

# Bound as query parameters: with more, the address of a request grows past what servers take.
MOST_POSTS_AT_ONCE = 500
MOST_ACCOUNTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Accounts, and for post rollups their posts, whose series are to be recomputed."""

    accounts: tuple[Account, ...]
    posts: tuple[str, ...] = ()


def touched_posts(snapshots: Iterable[Snapshot]) -> Iterator[Touched]:
    """The posts of `snapshots`, in portions small enough to bind."""
    pairs = sorted({(snapshot.account, snapshot.post_id) for snapshot in snapshots if snapshot.post_id})
    remaining = iter(pairs)
    while portion := tuple(islice(remaining, MOST_POSTS_AT_ONCE)):
        accounts = tuple(sorted({account for account, _ in portion}))
        yield Touched(accounts=accounts, posts=tuple(post for _, post in portion))


def touched_accounts(snapshots: Iterable[Snapshot]) -> Iterator[Touched]:
    """The accounts of `snapshots`, in portions small enough to bind."""
    remaining = iter(sorted({snapshot.account for snapshot in snapshots}))
    while portion := tuple(islice(remaining, MOST_ACCOUNTS_AT_ONCE)):
        yield Touched(accounts=portion)


def last_observed(snapshots: Iterable[Snapshot]) -> Mapping[Account, str]:
    """Per account the latest observation among `snapshots` (RFC 3339 in UTC, so text order is time order)."""
    latest: dict[Account, str] = {}
    for snapshot in snapshots:
        latest[snapshot.account] = max(latest.get(snapshot.account, ""), snapshot.observed_at)
    return latest
