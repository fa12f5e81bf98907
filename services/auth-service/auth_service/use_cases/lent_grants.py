"""What this process lent a moment ago, so that the next call is answered without the database.

Safe beside other replicas because an entry lives for LIFE from the moment its reading began: what another replica
changed is heeded here within that time, well under the 5 seconds that a revocation may take. What this process changes
is forgotten with the write.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from auth_service.domain.grant import Grant
from common.runtime.clock import Clock

# By the wall clock. Set back by less than an entry's age, it makes that entry live twice as long, and no longer.
LIFE = timedelta(seconds=2)
# One is lent anew every LIFE at most, so more are kept only where more than 1,000 accounts a second are asked for.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class _Entry:
    grant: Grant
    read_at: datetime

    def is_live(self, now: datetime) -> bool:
        return self.read_at <= now < self.read_at + LIFE


class LentGrants:
    """Grants by account, the oldest first. One reading serves all who ask for an account meanwhile."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._entries: dict[UUID, _Entry] = {}
        self._readings: dict[UUID, asyncio.Task[Grant]] = {}
        self._refused: dict[tuple[str, str], int] = {}

    def get(self, account_id: UUID, now: datetime) -> Grant | None:
        entry = self._entries.get(account_id)
        return entry.grant if entry and entry.is_live(now) else None

    async def read(self, account_id: UUID, read: Callable[[], Awaitable[Grant]], wall: Clock) -> Grant:
        """What `read` gives, kept for the next call; or what the reading gives that is under way."""
        reading = self._readings.get(account_id)
        if reading is None:
            reading = self._readings[account_id] = asyncio.ensure_future(self._read(account_id, read, wall))
        # Who hangs up must not end it for the others.
        return await asyncio.shield(reading)

    def forget(self, account_id: UUID) -> None:
        """The account's connection has changed."""
        self._entries.pop(account_id, None)
        self._overtake()

    def forget_grant(self, app_id: str, open_id: str) -> None:
        """The grant has changed: for every account that shares it."""
        same = app_id, open_id
        for account_id in [one for one, entry in self._entries.items() if _key(entry.grant) == same]:
            del self._entries[account_id]
        self._refused.pop(same, None)
        self._overtake()

    def refuse(self, app_id: str, open_id: str, token_version: int) -> None:
        """TikTok has refused the token: until there is another, none is kept of the grant."""
        self.forget_grant(app_id, open_id)
        self._refused[app_id, open_id] = token_version
        if len(self._refused) > self._most:
            del self._refused[next(iter(self._refused))]

    def _overtake(self) -> None:
        # A reading under way may be of before the change: it still answers those who wait, and nobody after them.
        self._readings.clear()

    async def _read(self, account_id: UUID, read: Callable[[], Awaitable[Grant]], wall: Clock) -> Grant:
        read_at = wall.now()
        try:
            grant = await read()
        finally:
            if present := self._readings.get(account_id) is asyncio.current_task():
                del self._readings[account_id]
        if present and grant.token_version > self._refused.get(_key(grant), 0):
            self._keep(account_id, _Entry(grant, read_at), wall.now())
        return grant

    def _keep(self, account_id: UUID, entry: _Entry, now: datetime) -> None:
        self._entries.pop(account_id, None)
        self._entries[account_id] = entry
        while self._entries and (len(self._entries) > self._most or not self._oldest.is_live(now)):
            del self._entries[next(iter(self._entries))]

    @property
    def _oldest(self) -> _Entry:
        return next(iter(self._entries.values()))


def _key(grant: Grant) -> tuple[str, str]:
    return grant.app_id, grant.open_id
