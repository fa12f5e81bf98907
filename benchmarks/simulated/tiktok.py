"""A TikTok that counts: it enforces the fact sheet's limits by itself and notes what was observed when.

The limits share no code with the ingestor's: they look back from each request, whatever the ingestor thinks of it.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from common.runtime.clock import Clock
from ingestor.domain.answers import Answer, Answered, from_envelope
from ingestor.domain.asking import Ask, PageAsk, ProfileAsk
from ingestor.ports import Token

PENALTY = timedelta(minutes=5)
_QPS, _QPM = "App reaches the QPS limit.", "Requests made too frequently"
# Cursors are times of posts.
_TOP = 1_700_000_000_000
# Below an age of ten days, listings of the newest posts end.
_OLD = 1_700_000_000


@dataclass
class Window:
    """At most `most` requests within `length`, counted back from each of them, refused ones too."""

    most: int
    length: timedelta
    times: deque[datetime] = field(default_factory=deque)

    def full(self, now: datetime) -> bool:
        """Count a request; whether it is one too many."""
        while self.times and self.times[0] <= now - self.length:
            self.times.popleft()
        self.times.append(now)
        return len(self.times) > self.most


class Throttle:
    """Section A3: 10 a second and 600 a minute per app, 40 a minute per account and endpoint; then five minutes off."""

    def __init__(self, *, per_second: int = 10, per_minute: int = 600, per_account: int = 40) -> None:
        self._second = Window(per_second, timedelta(seconds=1))
        self._minute = Window(per_minute, timedelta(minutes=1))
        self._accounts: dict[tuple[str, str], Window] = defaultdict(lambda: Window(per_account, timedelta(minutes=1)))
        self._off_until: dict[object, datetime] = {}

    def refuses(self, open_id: str, endpoint: str, now: datetime) -> str | None:
        """TikTok's words when this request is too much."""
        account = (open_id, endpoint)
        full = {"app": self._minute.full(now), account: self._accounts[account].full(now)}
        too_fast = self._second.full(now)
        for scope in (scope for scope, is_full in full.items() if is_full):
            self._off_until[scope] = now + PENALTY
        if any(now < self._off_until.get(scope, now) for scope in full):
            return _QPM
        return _QPS if too_fast else None


@dataclass
class CountingTikTok:
    """Each request observes one thing of an account: its profile ("profile"), or one of its `pages` ("page 1" …).

    A page holds a single old post: the least work for the reader.
    """

    clock: Clock
    pages: int
    observed: Callable[[str, str, datetime], None]
    throttle: Throttle = field(default_factory=Throttle)
    seconds: float = 0.3
    codes: Counter[str] = field(default_factory=Counter)
    random: Random = field(default_factory=lambda: Random(1))

    async def ask(self, ask: Ask, token: Token) -> Answer:
        endpoint = "profile" if isinstance(ask, ProfileAsk) else "list"
        refusal = self.throttle.refuses(ask.open_id, endpoint, self.clock.now())
        await asyncio.sleep(self.seconds * (0.5 + self.random.random()))
        now = self.clock.now()
        self.codes["40100" if refusal else "0"] += 1
        if refusal:
            envelope = {"code": 40100, "message": refusal, "request_id": "r", "data": {}}
            return from_envelope(envelope, http_status=200, path=f"/{endpoint}/", observed_at=now)
        return self._page(ask, now) if isinstance(ask, PageAsk) else self._profile(ask, now)

    def _profile(self, ask: ProfileAsk, now: datetime) -> Answered:
        self.observed(ask.open_id, "profile", now)
        return Answered(data={"videos_count": 20 * self.pages, "followers_count": 1}, observed_at=now)

    def _page(self, ask: PageAsk, now: datetime) -> Answered:
        """The cursor falls by one a page."""
        page = 1 if ask.cursor is None else 1 + _TOP - ask.cursor
        self.observed(ask.open_id, f"page {page}", now)
        video = {"item_id": str(_TOP - page), "create_time": str(_OLD), "likes": 1}
        return Answered(data={"videos": [video], "cursor": _TOP - page, "has_more": page < self.pages}, observed_at=now)


@dataclass
class Observations:
    """When each thing was observed last, and how many observations were of use: first ones, or due ones."""

    intervals: dict[str, timedelta]
    last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    useful: int = 0
    total: int = 0

    def note(self, open_id: str, thing: str, now: datetime) -> None:
        before = self.last.get((open_id, thing))
        self.total += 1
        self.useful += before is None or now - before >= self.intervals[thing]
        self.last[open_id, thing] = now

    def ages(self, now: datetime) -> list[float]:
        """The age of each thing that was ever observed, in intervals."""
        return [(now - at) / self.intervals[thing] for (_, thing), at in self.last.items()]


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
