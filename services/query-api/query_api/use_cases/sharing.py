"""Share links: made, listed and taken back by members; opened by whoever was given one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from common.runtime.clock import Clock
from query_api.domain.access import Principal
from query_api.domain.dashboard import Dashboard
from query_api.domain.dashboard_changes import limited_to
from query_api.domain.errors import Conflict, NotFound
from query_api.domain.share import (
    MOST_SHARES,
    USE_STEP,
    NoSuchLink,
    Share,
    Token,
    fingerprint,
    makers_accounts,
    read_token,
    reader,
)
from query_api.ports import AccessBook
from query_api.ports.dashboards import Randomness, ShareStore
from query_api.use_cases.dashboards import Dashboards


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The token is told once."""

    share: Share
    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a link opens: a dashboard, its filters limited to the accounts that `reader` reads."""

    reader: Principal
    dashboard: Dashboard


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    store: ShareStore
    dashboards: Dashboards
    access: AccessBook
    randomness: Randomness
    wall: Clock

    async def create(self, maker: Principal, dashboard_id: UUID, *, life: timedelta, note: str) -> Made:
        now = self.wall.now()
        listed = await self.list(maker, dashboard_id)
        if sum(share.is_open(now) for share in listed) >= MOST_SHARES:
            raise Conflict(f"a dashboard has {MOST_SHARES} open links at most; take one back that is no longer used")
        token = Token(share_id=self.randomness.new_id(), secret=self.randomness.new_secret())
        share = Share(
            share_id=token.share_id,
            workspace_id=maker.workspace_id,
            dashboard_id=dashboard_id,
            secret_sha256=fingerprint(token.secret),
            accounts=tuple(await self.dashboards.readable(maker)),
            note=note,
            created_by=maker.subject,
            created_at=now,
            expires_at=now + life,
        )
        await self.store.add(share)
        return Made(share=share, token=token)

    async def list(self, asker: Principal, dashboard_id: UUID) -> Sequence[Share]:
        await self.dashboards.whole(asker.workspace_id, dashboard_id)
        return await self.store.of_dashboard(asker.workspace_id, dashboard_id)

    async def revoke(self, asker: Principal, dashboard_id: UUID, share_id: UUID) -> None:
        """At once, on every replica: each reads the link from the store whenever it is used."""
        share = await self.store.get(share_id)
        if share is None or (share.workspace_id, share.dashboard_id) != (asker.workspace_id, dashboard_id):
            raise NotFound("link of this dashboard")
        await self.store.revoke(share, by=asker.subject, at=self.wall.now())

    async def open(self, text: str) -> Opened:
        """Raises `NoSuchLink`, or `Unavailable` while nobody knows what the link's maker may read."""
        token, now = read_token(text), self.wall.now()
        share = await self.store.get(token.share_id)
        if share is None or not share.fits(token.secret) or not share.is_open(now):
            raise NoSuchLink
        principal = reader(share, self._makers_accounts(share, now))
        try:
            found = await self.dashboards.whole(share.workspace_id, share.dashboard_id)
        except NotFound:
            raise NoSuchLink from None
        if share.last_used_at is None or now - share.last_used_at >= USE_STEP:
            await self.store.used(share, now)
        return Opened(reader=principal, dashboard=limited_to(found, await self.dashboards.readable(principal)))

    def _makers_accounts(self, share: Share, now: datetime) -> Collection[UUID] | None:
        kind, _, maker = share.created_by.partition(":")
        return makers_accounts(
            share,
            key=self.access.key(maker) if kind == "key" else None,
            workspace=self.access.workspace(share.workspace_id) if kind == "user" else None,
            now=now,
        )
