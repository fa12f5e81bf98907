"""Who is next: fresh accounts first, though not always, then whoever is latest, measured by its interval."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from common.events import AccountV1
from ingestor.domain.plan import Rhythm, due_times, full_every_now
from ingestor.domain.progress import Progress, Task, TaskProgress

# While others wait too, so many of the turns in a row go to accounts that were never collected.
_FRESH_IN_A_ROW = 3
# A hiccup keeps its place; who fails again and again stands behind those who do not.
_HICCUPS = 2
# Stale entries are swept when they are most of what is stored.
_STALE_PER_WANT, _STALE_AT_LEAST = 3, 1_000


class Lane(StrEnum):
    """Within a lane all have the same interval, so the one that is due for longest is the latest."""

    FRESH = "fresh"
    PROFILE = "profile"
    HEAD = "head"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A task that waits: from `due` on it may be done, since `since` it should have been, and again after `every`."""

    lane: Lane
    task: Task
    due: datetime
    since: datetime
    every: timedelta
    stage: int = 0
    """Of a fresh account: first all profiles, then all newest posts, then page by page."""


def wants(progress: Progress, account: AccountV1, rhythm: Rhythm) -> tuple[Want, ...]:
    """What waits for this account; empty when nothing may be asked."""
    return tuple(
        want
        for task, due in due_times(progress, account, rhythm).items()
        for want in _WANTS[task](due, progress, account, rhythm)
    )


def _profile(due: datetime, progress: Progress, account: AccountV1, rhythm: Rhythm) -> Iterator[Want]:
    want = Want(lane=Lane.PROFILE, task=Task.PROFILE, due=due, since=due, every=rhythm.profile_every)
    yield _placed(want, progress.profile, done=progress.profile.done_at, fresh_since=account.changed_at)


def _listing(due: datetime, progress: Progress, account: AccountV1, rhythm: Rhythm) -> Iterator[Want]:
    """The newest posts and all posts each by their own interval; either goes on with a listing that was begun."""
    full, opened = progress.full_at, progress.open_listing
    stage = 1 + (opened.seen // rhythm.page_size if opened else 0)
    lanes = {Lane.FULL: (full, rhythm.full_every), Lane.HEAD: (progress.listing.done_at, rhythm.head_every)}
    for lane, (done, every) in lanes.items():
        # A first listing is a full one.
        if lane is Lane.FULL or full:
            regular = done + every if done and not (opened or progress.listing.trouble) else due
            if lane is Lane.FULL and done and rhythm.stretch > 1 and not opened:
                regular = done + full_every_now(progress, account, rhythm)
            want = Want(lane=lane, task=Task.LISTING, due=max(due, regular), since=due, every=every, stage=stage)
            yield _placed(want, progress.listing, done=done, fresh_since=account.changed_at)


_WANTS: Mapping[Task, Callable[[datetime, Progress, AccountV1, Rhythm], Iterator[Want]]] = {
    Task.PROFILE: _profile,
    Task.LISTING: _listing,
}


def _placed(want: Want, task: TaskProgress, *, done: datetime | None, fresh_since: datetime) -> Want:
    """`want` in its lane, waiting since the rhythm wanted it."""
    if task.trouble and task.trouble.failures > _HICCUPS:
        return want
    if done is None:
        return replace(want, lane=Lane.FRESH, since=fresh_since)
    if task.again_at:
        due = task.trouble.retry_at if task.trouble else task.again_at
        return replace(want, lane=Lane.FRESH, due=due, since=task.again_at, stage=0)
    return replace(want, since=done + want.every)


_Entry = tuple[int, datetime, int, UUID, Want]


class Queue:
    """The wants of all accounts, by account. Taking the next one costs the logarithm of their number."""

    def __init__(self) -> None:
        self._wants: dict[UUID, tuple[Want, ...]] = {}
        self._later: list[tuple[datetime, int, UUID, Want]] = []
        self._ready: Mapping[Lane, list[_Entry]] = {lane: [] for lane in Lane}
        self._number = 0
        self._stored = 0
        self._fresh_in_a_row = 0

    @property
    def stored(self) -> int:
        """Entries, stale ones too."""
        return self._stored

    def __len__(self) -> int:
        return len(self._wants)

    def put(self, account_id: UUID, wanted: tuple[Want, ...]) -> None:
        """`account_id` waits for these now, and for nothing else."""
        self._wants[account_id] = wanted
        for want in wanted:
            self._number += 1
            heapq.heappush(self._later, (want.due, self._number, account_id, want))
        self._stored += len(wanted)
        if self._stored > _STALE_PER_WANT * 2 * len(self._wants) + _STALE_AT_LEAST:
            self._sweep()

    def drop(self, account_id: UUID) -> None:
        self._wants.pop(account_id, None)

    def late(self, now: datetime) -> bool:
        """Whether anything is due that was not taken yet."""
        self._ripen(now)
        return any(self._top(lane) for lane in Lane)

    def pop(self, now: datetime) -> tuple[UUID, Want] | None:
        """The next account and what it needs; it is out of the queue then."""
        self._ripen(now)
        lane = self._next_lane(now)
        if lane is None:
            return None
        _, _, _, account_id, want = heapq.heappop(self._ready[lane])
        self._stored -= 1
        self._fresh_in_a_row = self._fresh_in_a_row + 1 if lane is Lane.FRESH else 0
        self.drop(account_id)
        return account_id, want

    def _ripen(self, now: datetime) -> None:
        while self._later and self._later[0][0] <= now:
            _, number, account_id, want = heapq.heappop(self._later)
            heapq.heappush(self._ready[want.lane], (_stage(want), want.since, number, account_id, want))

    def _next_lane(self, now: datetime) -> Lane | None:
        tops = {lane: top for lane in Lane if (top := self._top(lane))}
        fresh = tops.pop(Lane.FRESH, None)
        if fresh and not (tops and self._fresh_in_a_row >= _FRESH_IN_A_ROW):
            return Lane.FRESH
        return max(tops, key=lambda lane: (now - tops[lane].since) / tops[lane].every, default=None)

    def _top(self, lane: Lane) -> Want | None:
        entries = self._ready[lane]
        while entries and not self._lives(entries[0][3], entries[0][4]):
            heapq.heappop(entries)
            self._stored -= 1
        return entries[0][4] if entries else None

    def _lives(self, account_id: UUID, want: Want) -> bool:
        return any(want is waiting for waiting in self._wants.get(account_id, ()))

    def _sweep(self) -> None:
        alive, self._wants, self._stored = self._wants, {}, 0
        self._later.clear()
        for entries in self._ready.values():
            entries.clear()
        for account_id, wanted in alive.items():
            self.put(account_id, wanted)


def _stage(want: Want) -> int:
    return want.stage if want.lane is Lane.FRESH else 0
