"""When a request may be sent: moments leased from the app's bucket, and what is known of each account's own minute."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from common.runtime.clock import LOOK_EVERY_SECONDS, Clock
from ingestor.domain import advance
from ingestor.domain.answers import Answer
from ingestor.domain.asking import Ask
from ingestor.domain.budget import APP_PAUSES, MINUTE, PENALTY, SECOND, Bucket, Lease, Limits, Pause, pause_after
from ingestor.domain.progress import Task
from ingestor.ports import BudgetStore, ProgressConflict, TikTok, Token

_LARGEST_LEASE = 20
_BETWEEN_LEASES = 0.2
# In wall seconds; the shortest is what an event loop can sleep.
_SHORTEST_SLEEP, _LONGEST_SLEEP = 0.0005, LOOK_EVERY_SECONDS
# Requests reach TikTok closer together than they left.
_WINDOW = MINUTE + SECOND
_SWEEP_EVERY = 10_000


class Pacer:
    """Sleeps by the domain clock, which may run faster than the wall or jump."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rate = 1.0

    async def until(self, moment: datetime) -> None:
        while (left := (moment - (before := self._clock.now())).total_seconds()) > 0:
            seconds = min(max(left / self._rate, _SHORTEST_SLEEP), _LONGEST_SLEEP)
            await asyncio.sleep(seconds)
            # A jump looks like a fast clock once, and makes the next sleep too short: no harm.
            self._rate = max((self._clock.now() - before).total_seconds() / seconds, 0.1)


class Allowance:
    """The moments of one TikTok app. Whoever waits longest gets the next one."""

    def __init__(self, store: BudgetStore, *, app: str, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._app = app
        self.limits = limits
        self._clock = clock
        self._pacer = Pacer(clock)
        self._gate = asyncio.Lock()
        self._waiting = 0
        self._pitch = limits.spacing
        self._lease: Lease | None = None
        self._count, self._used = 0, 0
        self._leased_at = -_BETWEEN_LEASES
        self.granted = 0

    async def moment(self) -> None:
        """Return when one request may be sent; raises `StoreUnavailable`."""
        self._waiting += 1
        try:
            async with self._gate:
                while not await self._next():
                    await self._renew()
        finally:
            self._waiting -= 1
        self.granted += 1

    async def close(self, until: datetime) -> None:
        """No request of the app before `until`, of any replica."""
        self._lease, self._count = None, 0
        await self._changed(lambda bucket: bucket.closed(until))

    async def _next(self) -> bool:
        """Wait for the next leased moment; whether there was one."""
        while (lease := self._left()) is not None:
            await self._pacer.until(lease.start)
            if self._lease is lease and self._clock.now() <= lease.start + lease.patience:
                self._lease, self._used = lease.without(1), self._used + 1
                return True
        return False

    def _left(self) -> Lease | None:
        if self._lease is not None:
            rest = self._lease.rest(self._clock.now())
            self._lease = rest if rest.count else None
        return self._lease

    async def _renew(self) -> None:
        """As many moments as there are who wait, and enough until the next lease where an app may ask so often."""
        self._pitch = self._next_pitch()
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(self._leased_at + _BETWEEN_LEASES - loop.time(), 0))
        self._leased_at = loop.time()
        soon = int(timedelta(seconds=_BETWEEN_LEASES) / self._pitch)
        count = min(max(self._waiting, soon, 1), max(_LARGEST_LEASE, soon))
        leases: list[Lease] = []

        def lease(bucket: Bucket) -> Bucket:
            changed, leased = bucket.lease(count, now=self._clock.now(), pitch=self._pitch, limits=self.limits)
            leases.append(leased)
            return changed

        await self._changed(lease)
        self._lease, self._count, self._used = leases[-1], count, 0

    def _next_pitch(self) -> timedelta:
        """Where the clock runs too fast to meet a single moment, they are given more room."""
        if self._count and not self._used:
            return self._pitch * 2
        return max(self._pitch / 2, self.limits.spacing) if self._used == self._count else self._pitch

    async def _changed(self, change: Callable[[Bucket], Bucket]) -> None:
        while True:
            bucket = await self._store.load(self._app)
            try:
                return await self._store.save(change(bucket))
            except ProgressConflict:
                # Another replica was faster, so somebody got on.
                continue


class AccountPace:
    """What each account and endpoint used of its own minute. A TikTok account in two workspaces counts once."""

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.account_per_minute
        self._uses: dict[tuple[str, Task], deque[datetime]] = {}
        self._closed: dict[tuple[str, Task], datetime] = {}
        self._sweep_at = _SWEEP_EVERY

    def free_at(self, ask: Ask, now: datetime, *, replicas: int = 1) -> datetime:
        """From when on `ask` may be sent, `now` or later, where so many replicas may ask for one TikTok account."""
        key, limit = _key(ask), max(self._limit // replicas, 1)
        closed, uses = self._closed.get(key, now), self._recent(key, now)
        return max(closed, now, uses[-limit] + _WINDOW if len(uses) >= limit else now)

    def presume(self, ask: Ask, now: datetime, *, requests: int) -> None:
        """An account taken over from another replica may just have used so many; nothing where we know better."""
        if _key(ask) not in self._uses:
            self._uses[_key(ask)] = deque([now] * requests, maxlen=self._limit)

    def used(self, ask: Ask, now: datetime) -> None:
        self._uses.setdefault(_key(ask), deque(maxlen=self._limit)).append(now)
        if len(self._uses) > self._sweep_at:
            self._sweep(now)

    def count(self, ask: Ask, now: datetime) -> int:
        """Requests within the last minute."""
        return len(self._recent(_key(ask), now))

    def close(self, ask: Ask, until: datetime) -> None:
        self._closed[_key(ask)] = until

    def _recent(self, key: tuple[str, Task], now: datetime) -> deque[datetime]:
        uses = self._uses.get(key, deque())
        while uses and uses[0] + _WINDOW <= now:
            uses.popleft()
        return uses

    def _sweep(self, now: datetime) -> None:
        self._uses = {key: uses for key, uses in self._uses.items() if self._recent(key, now)}
        self._closed = {key: until for key, until in self._closed.items() if until > now}
        self._sweep_at = 2 * len(self._uses) + _SWEEP_EVERY


def _key(ask: Ask) -> tuple[str, Task]:
    return ask.open_id, advance.task_of(ask)


class BudgetedTikTok:
    """TikTok within its limits: each request takes a moment of the app, and a refusal pauses whom it is about."""

    def __init__(self, tiktok: TikTok, *, allowance: Allowance, pace: AccountPace, clock: Clock) -> None:
        self._tiktok = tiktok
        self._allowance = allowance
        self._pace = pace
        self._clock = clock

    async def ask(self, ask: Ask, token: Token) -> Answer:
        await self._allowance.moment()
        self._pace.used(ask, self._clock.now())
        answer = await self._tiktok.ask(ask, token)
        await self._heed(answer, ask)
        return answer

    async def _heed(self, answer: Answer, ask: Ask) -> None:
        now = self._clock.now()
        pause = pause_after(answer, own_requests=self._pace.count(ask, now), limits=self._allowance.limits)
        if pause is Pause.ACCOUNT:
            self._pace.close(ask, now + PENALTY)
        elif pause is not None:
            await self._allowance.close(now + APP_PAUSES[pause])
