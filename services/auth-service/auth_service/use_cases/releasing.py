"""Giving back a consent that nobody kept, so that TikTok's owner is not bound by a mistake."""

from dataclasses import dataclass

from pydantic import SecretStr

from auth_service.domain.errors import TikTokRefused, TikTokUnavailable
from auth_service.domain.grant import LOST_CODES
from auth_service.domain.pending import HOLD_LIFE, Pending
from auth_service.ports import Connections, Grants, Pendings, TikTok
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Releasing:
    pendings: Pendings
    connections: Connections
    grants: Grants
    tiktok: TikTok
    domain: Clock
    wall: Clock

    async def release(self, pending: Pending) -> None:
        """Revoke at TikTok unless the account is in use, and forget it. Without an answer the sweep tries again."""
        try:
            if not await self._in_use(pending):
                await self._revoke(pending)
                await self.grants.remove(pending.app_id, pending.open_id)
        except (TikTokUnavailable, TikTokRefused) as error:
            _log.warning("consent not given back yet", pending_id=str(pending.pending_id), reason=str(error))
            if not pending.is_given_up(self.wall.now()):
                return
        await self.pendings.remove(pending.pending_id)

    async def release_expired(self) -> None:
        now = self.wall.now()
        while pending := await self.pendings.hold_expired(at=now, until=now + HOLD_LIFE):
            await self.release(pending)

    async def _in_use(self, pending: Pending) -> bool:
        # In this order: a confirmation adds its connection before it removes its pending.
        return await self.pendings.others_of(pending) or bool(
            await self.connections.of_grant(pending.app_id, pending.open_id)
        )

    async def _revoke(self, pending: Pending) -> None:
        try:
            await self.tiktok.revoke(await self._usable_token(pending))
        except TikTokRefused as error:
            # TikTok has ended it already.
            if error.code not in LOST_CODES:
                raise

    async def _usable_token(self, pending: Pending) -> SecretStr:
        if self.domain.now() < pending.tokens.access_expires_at:
            return pending.tokens.access_token
        issued = await self.tiktok.refresh(pending.tokens.refresh_token)
        if not issued.access_token:
            raise TikTokUnavailable("TikTok's answer to the refresh has no access token.")
        return issued.access_token
