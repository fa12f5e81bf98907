"""Lending an access token to the ingestor: from memory, or read and if need be refreshed, by one caller at a time."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from auth_service.domain.connection import Connection
from auth_service.domain.errors import AuthorizationLost, NotFound, TikTokUnavailable
from auth_service.domain.grant import Grant
from auth_service.ports import Connections, TikTok
from auth_service.ports_tokens import KeptGrants
from auth_service.use_cases.lent_grants import LentGrants
from auth_service.use_cases.refreshing import Refreshing
from common.events import AccountStatus
from common.runtime.clock import Clock

# How long a caller waits for the refresh of another, and how often it looks, in wall seconds.
_WAIT = timedelta(seconds=8)
_LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingTokens:
    connections: Connections
    grants: KeptGrants
    lent: LentGrants
    tiktok: TikTok
    margin: timedelta
    domain: Clock
    wall: Clock

    async def token(self, account_id: UUID, refused_version: int | None) -> Grant:
        """The grant with a token good for `margin` of domain time; `refused_version` is one TikTok did not take."""
        if refused_version is not None:
            return await self._present(account_id, refused_version)
        kept = self.lent.get(account_id, self.wall.now())
        if kept and self._is_good(kept, None):
            return kept
        return await self.lent.read(account_id, partial(self._present, account_id, None), self.wall)

    async def _present(self, account_id: UUID, refused_version: int | None) -> Grant:
        """As the database has it now."""
        connection = await self._connected(account_id)
        if refused_version is not None:
            self.lent.refuse(connection.app_id, connection.open_id, refused_version)
        give_up = self.wall.now() + _WAIT
        while True:
            grant = await self._grant(connection)
            if self._is_good(grant, refused_version):
                return grant
            if refreshed := await self._refreshed(grant, connection):
                return refreshed
            if self.wall.now() >= give_up:
                raise TikTokUnavailable(f"The token of account {account_id} is being refreshed; ask again.")
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _connected(self, account_id: UUID) -> Connection:
        connection = await self.connections.get(account_id)
        if connection is None or connection.status in (AccountStatus.DISCONNECTED, AccountStatus.ERASED):
            raise NotFound(f"There is no connected account {account_id}.")
        if connection.status is AccountStatus.LOST_ACCESS:
            raise _lost(connection)
        return connection

    def _is_good(self, grant: Grant, refused_version: int | None) -> bool:
        return not grant.needs_refresh(now=self.domain.now(), margin=self.margin, refused_version=refused_version)

    async def _grant(self, connection: Connection) -> Grant:
        grant = await self.grants.get(connection.app_id, connection.open_id)
        if grant is None:
            raise _lost(connection)
        return grant

    async def _refreshed(self, grant: Grant, connection: Connection) -> Grant | None:
        try:
            return await self._refreshing.alone(grant)
        except AuthorizationLost:
            raise _lost(connection) from None

    @property
    def _refreshing(self) -> Refreshing:
        return Refreshing(
            connections=self.connections, grants=self.grants, tiktok=self.tiktok, domain=self.domain, wall=self.wall
        )


def _lost(connection: Connection) -> AuthorizationLost:
    return AuthorizationLost(
        f"TikTok no longer accepts the consent for account {connection.account_id}; its owner must connect it again."
    )
