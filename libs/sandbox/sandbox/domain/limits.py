"""How many requests TikTok lets through (fact sheet A3): 40100 beyond, and a pause once a minute's limit was passed."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from sandbox.domain import timeline
from sandbox.domain.answers import TOO_MANY_REQUESTS, ApiError

MINUTE = 60 * timeline.SECOND
SECOND_PASSED = "App reaches the QPS limit."
MINUTE_PASSED = "Requests made too frequently"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests let through; 0 stands for no limit. The defaults are those of a new app (Basic)."""

    account_minute: int = 40
    """Per account and endpoint, in any 60 seconds."""
    app_minute: int = 600
    """All endpoints and accounts together, in any 60 seconds."""
    app_second: int = 10
    """All together, in a second of the clock: the next one brings as many again."""
    penalty: int = 5 * MINUTE
    """How long nothing is let through after a limit of a minute was passed."""


@dataclass(slots=True)
class _Window:
    """The requests let through in the last minute, oldest first, and the end of a pause."""

    limit: int
    granted: deque[int] = field(default_factory=deque)
    paused_until: int = 0

    def is_open(self, now: int) -> bool:
        while self.granted and self.granted[0] <= now - MINUTE:
            self.granted.popleft()
        return now >= self.paused_until and (not self.limit or len(self.granted) < self.limit)

    def is_paused(self, now: int) -> bool:
        return now < self.paused_until

    def forgettable_at(self) -> int:
        newest = self.granted[-1] + MINUTE if self.granted else 0
        return max(newest, self.paused_until)


class Limiter:
    """Counts what one app was granted. A refused request counts for nothing and makes no pause longer."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._app = _Window(limits.app_minute)
        self._second, self._in_second = -1, 0
        # In the order of last use, so that those of accounts nobody asks for any more are found at the front.
        self._accounts: OrderedDict[tuple[str, str], _Window] = OrderedDict()

    def admit(self, open_id: str, path: str, *, now: int) -> None:
        """Count a request of the account, or refuse it with 40100."""
        self._forget(now)
        key = (open_id, path)
        own = self._accounts.setdefault(key, _Window(self._limits.account_minute))
        self._accounts.move_to_end(key)
        self._check_minute(self._app, now)
        self._check_minute(own, now)
        self._count_second(now)
        for window in (self._app, own):
            window.granted.append(now)

    def _check_minute(self, window: _Window, now: int) -> None:
        if window.is_open(now):
            return
        if not window.is_paused(now):
            window.paused_until = now + self._limits.penalty
        raise ApiError(TOO_MANY_REQUESTS, MINUTE_PASSED)

    def _count_second(self, now: int) -> None:
        second = now // timeline.SECOND
        if second != self._second:
            self._second, self._in_second = second, 0
        if self._limits.app_second and self._in_second >= self._limits.app_second:
            raise ApiError(TOO_MANY_REQUESTS, SECOND_PASSED)
        self._in_second += 1

    def _forget(self, now: int) -> None:
        while self._accounts and next(iter(self._accounts.values())).forgettable_at() <= now:
            self._accounts.popitem(last=False)
