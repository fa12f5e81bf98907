"""Refreshing a consent's tokens: by one at a time across replicas, when somebody asks and before anybody has to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.domain.connection import Connection, account_event
from auth_service.domain.errors import AuthError, AuthorizationLost, TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import EARLIEST_REFRESH, LOST_CODES, Grant
from auth_service.ports import Connections, TikTok
from auth_service.ports_tokens import KeptGrants
from common.events import AccountChange
from common.runtime.clock import Clock
from common.runtime.logs import logger

# Longer than TikTok's call may take, so that only a dead holder loses its lease.
LEASE_LIFE = timedelta(seconds=30)
_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshing:
    connections: Connections
    grants: KeptGrants
    tiktok: TikTok
    domain: Clock
    wall: Clock

    async def refresh_due(self) -> None:
        """Refresh what comes near its end. When TikTok does not answer, the rest waits for the next time."""
        now = self.domain.now()
        for grant in await self.grants.expiring(now + EARLIEST_REFRESH):
            if now >= grant.refresh_from and await self._is_used(grant):
                await self._tried(grant)

    async def alone(self, grant: Grant) -> Grant | None:
        """The refreshed grant; None when another holds the lease or has changed the grant.

        Raises `AuthorizationLost` when TikTok refuses the consent; its connections are told of by then.
        """
        now = self.wall.now()
        until = now + LEASE_LIFE
        if not await self.grants.lease(grant, at=now, until=until):
            return None
        try:
            refreshed = await self._refreshed(grant)
            if refreshed and await self.grants.replace(refreshed, from_version=grant.token_version):
                return refreshed
            return None
        finally:
            await self.grants.end_lease(grant, until=until)

    async def _is_used(self, grant: Grant) -> bool:
        connections = await self.connections.of_grant(grant.app_id, grant.open_id)
        return any(one.loses_with(grant.token_version) for one in connections)

    async def _tried(self, grant: Grant) -> None:
        try:
            await self.alone(grant)
        except TikTokUnavailable:
            raise
        except AuthError as error:
            # One that cannot be refreshed must not keep the others waiting.
            _log.warning("consent not refreshed", reason=f"{type(error).__name__}: {error}")

    async def _refreshed(self, grant: Grant) -> Grant | None:
        try:
            issued = await self.tiktok.refresh(grant.tokens.refresh_token)
        except TikTokRefused as error:
            if error.code not in LOST_CODES:
                raise
            present = await self.grants.get(grant.app_id, grant.open_id)
            if present is None or present.token_version != grant.token_version:
                return None  # the owner consented anew meanwhile, or it was let go
            now = self.domain.now()
            await self._lose(grant, f"TikTok refused the refresh with code {error.code}", now)
            await self.grants.mark_lost(grant, now)
            raise AuthorizationLost("TikTok no longer accepts the consent.") from error
        return grant.refreshed(issued, self.domain.now())

    async def _lose(self, grant: Grant, reason: str, at: datetime) -> None:
        """Tell it of every connection of the grant, but not of one that was connected anew meanwhile."""
        for connection in await self.connections.of_grant(grant.app_id, grant.open_id):
            await self._lose_one(connection, token_version=grant.token_version, reason=reason, at=at)

    async def _lose_one(self, connection: Connection, *, token_version: int, reason: str, at: datetime) -> None:
        present: Connection | None = connection
        while present and present.loses_with(token_version):
            lost = present.lost(reason, at)
            if await self.connections.replace(lost, account_event(lost, AccountChange.AUTHORIZATION_LOST)):
                return
            present = await self.connections.get(connection.account_id)
