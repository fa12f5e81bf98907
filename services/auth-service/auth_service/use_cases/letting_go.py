"""Disconnecting an account, and giving its consent back at TikTok when no connection needs it any more."""

from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.connection import Connection, Duty, account_event
from auth_service.domain.errors import AuthorizationLost, NotFound, SecretUnreadable, TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import Grant
from auth_service.domain.identity import Person
from auth_service.ports import TikTok
from auth_service.ports_tokens import DutifulConnections, KeptGrants, Sharing, WaitingPendings
from auth_service.use_cases.refreshing import LEASE_LIFE, Refreshing
from auth_service.use_cases.revoking import Revoking
from common.events import AccountChange
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LettingGo:
    connections: DutifulConnections
    grants: KeptGrants
    pendings: WaitingPendings
    tiktok: TikTok
    domain: Clock
    wall: Clock

    async def disconnect(self, person: Person, account_id: UUID) -> None:
        """No more polling; id and history stay. Doing it twice changes nothing."""
        person.require_connecting()
        while True:
            connection = await self.connections.get(account_id)
            if connection is None or not connection.is_seen_by(person):
                raise NotFound(f"There is no account {account_id} in this workspace.")
            if not connection.holds_grant or await self.part(connection):
                return

    async def part(self, connection: Connection, *, erasing: bool = False) -> bool:
        """Write it as disconnected, with the event and with the duty to let its consent go."""
        parted = connection.disconnected(self.domain.now(), erasing=erasing)
        return await self.connections.replace(parted, account_event(parted, AccountChange.DISCONNECTED))

    async def let_go(self) -> None:
        """What disconnected accounts leave behind is tried until it is done."""
        for connection in await self.connections.with_duty(Duty.LET_GO):
            try:
                if await self._let_go(connection):
                    await self.connections.done(connection, Duty.LET_GO)
            except (TikTokUnavailable, TikTokRefused) as error:
                _log.warning("consent not given back yet", account_id=str(connection.account_id), reason=str(error))

    async def _let_go(self, connection: Connection) -> bool:
        """Whether nothing is left to do."""
        app_id, open_id, mine = connection.app_id, connection.open_id, connection.workspace_id
        # In this order: a confirmation shares the consent, adds its connection, then removes its pending. So whoever
        # had shared it by now waits or holds it, and whoever does later has changed the sharing.
        seen = await self.grants.sharing(app_id, open_id)
        waiting = await self.pendings.waiting(app_id, open_id)
        holding = await self._holding(app_id, open_id)
        if mine in holding:
            return True
        if mine in waiting:
            return False
        if holding:
            # The last workspace keeps its key to the consent until that is over at TikTok.
            return await self.grants.unshare(app_id, open_id, mine, seen)
        return not waiting and await self._ended(app_id, open_id, seen)

    async def forget(self, connection: Connection) -> None:
        """Its workspace, erased or erasing it, opens the consent no more; one that nobody needs goes whole."""
        app_id, open_id, mine = connection.app_id, connection.open_id, connection.workspace_id
        await self.grants.unshare(app_id, open_id, mine)
        seen = await self.grants.sharing(app_id, open_id)
        waiting = await self.pendings.waiting(app_id, open_id)
        if not (waiting - {mine}) and not await self._holding(app_id, open_id):
            await self.grants.remove(app_id, open_id, seen)

    async def _holding(self, app_id: str, open_id: str) -> frozenset[UUID]:
        connections = await self.connections.of_grant(app_id, open_id)
        return frozenset(one.workspace_id for one in connections if one.holds_grant)

    async def _ended(self, app_id: str, open_id: str, seen: Sharing) -> bool:
        try:
            grant = await self.grants.get(app_id, open_id)
        except SecretUnreadable:
            # Nobody can give it back any more.
            await self.grants.remove(app_id, open_id, seen)
            return True
        if grant is None:
            return True
        try:
            # Kept before it is revoked: TikTok may have put another in the place of the refresh token.
            usable = (
                grant if self.domain.now() < grant.tokens.access_expires_at else await self._refreshing.alone(grant)
            )
        except AuthorizationLost:
            return await self.grants.end(grant, seen)
        return usable is not None and await self._revoked(usable, seen)

    async def _revoked(self, grant: Grant, seen: Sharing) -> bool:
        now = self.wall.now()
        until = now + LEASE_LIFE
        # Held against a refresh, which would make a token that nobody revokes.
        if not await self.grants.lease(grant, at=now, until=until):
            return False
        try:
            await Revoking(tiktok=self.tiktok, domain=self.domain).revoke(grant.tokens)
            return await self.grants.end(grant, seen)
        finally:
            await self.grants.end_lease(grant, until=until)

    @property
    def _refreshing(self) -> Refreshing:
        return Refreshing(
            connections=self.connections, grants=self.grants, tiktok=self.tiktok, domain=self.domain, wall=self.wall
        )
