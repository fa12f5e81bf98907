"""Lending an access token to the ingestor, refreshed by one caller at a time, across replicas."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from auth_service.domain.connection import Connection, account_event
from auth_service.domain.errors import AuthorizationLost, NotFound, TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import LOST_CODES, Grant
from auth_service.ports import Connections, Grants, TikTok
from common.events import AccountChange, AccountStatus
from common.runtime.clock import Clock

# Longer than TikTok's call may take, so that only a dead holder loses its lease.
LEASE_LIFE = timedelta(seconds=30)
# How long a caller waits for the refresh of another, and how often it looks, in wall seconds.
_WAIT = timedelta(seconds=8)
_LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingTokens:
    connections: Connections
    grants: Grants
    tiktok: TikTok
    margin: timedelta
    domain: Clock
    wall: Clock

    async def token(self, account_id: UUID, refused_version: int | None) -> Grant:
        """The grant with a token good for `margin` of domain time; `refused_version` is one TikTok did not take."""
        connection = await self.connections.get(account_id)
        if connection is None or connection.status in (AccountStatus.DISCONNECTED, AccountStatus.ERASED):
            raise NotFound(f"There is no connected account {account_id}.")
        if connection.status is AccountStatus.LOST_ACCESS:
            raise _lost(connection)
        give_up = self.wall.now() + _WAIT
        while True:
            grant = await self._grant(connection)
            if not grant.needs_refresh(now=self.domain.now(), margin=self.margin, refused_version=refused_version):
                return grant
            if refreshed := await self._refreshed_alone(grant, connection):
                return refreshed
            if self.wall.now() >= give_up:
                raise TikTokUnavailable(f"The token of account {account_id} is being refreshed; ask again.")
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _grant(self, connection: Connection) -> Grant:
        grant = await self.grants.get(connection.app_id, connection.open_id)
        if grant is None:
            raise _lost(connection)
        return grant

    async def _refreshed_alone(self, grant: Grant, connection: Connection) -> Grant | None:
        """The refreshed grant; None when another holds the lease or has changed the grant."""
        now = self.wall.now()
        until = now + LEASE_LIFE
        if not await self.grants.lease(grant, at=now, until=until):
            return None
        try:
            refreshed = await self._refreshed(grant, connection)
            if refreshed and await self.grants.replace(refreshed, from_version=grant.token_version):
                return refreshed
            return None
        finally:
            await self.grants.end_lease(grant, until=until)

    async def _refreshed(self, grant: Grant, connection: Connection) -> Grant | None:
        try:
            issued = await self.tiktok.refresh(grant.tokens.refresh_token)
        except TikTokRefused as error:
            if error.code not in LOST_CODES:
                raise
            if (await self._grant(connection)).token_version != grant.token_version:
                return None  # the owner consented anew meanwhile
            await self._lose(grant, f"TikTok refused the refresh with code {error.code}", self.domain.now())
            raise _lost(connection) from error
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


def _lost(connection: Connection) -> AuthorizationLost:
    return AuthorizationLost(
        f"TikTok no longer accepts the consent for account {connection.account_id}; its owner must connect it again."
    )
