"""Giving back a consent that nobody kept, so that TikTok's owner is not bound by a mistake."""

from dataclasses import dataclass

from auth_service.domain.errors import TikTokRefused, TikTokUnavailable
from auth_service.domain.pending import HOLD_LIFE, Pending
from auth_service.ports import Connections, Pendings, TikTok
from auth_service.ports_tokens import KeptGrants, Sharing
from auth_service.use_cases.revoking import Revoking
from common.runtime.clock import Clock
from common.runtime.logs import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Releasing:
    pendings: Pendings
    connections: Connections
    grants: KeptGrants
    tiktok: TikTok
    domain: Clock
    wall: Clock

    async def release(self, pending: Pending) -> None:
        """Revoke at TikTok unless the account is in use, and forget it. Without an answer the sweep tries again."""
        seen = await self.grants.sharing(pending.app_id, pending.open_id)
        try:
            if not await self._in_use(pending, seen):
                await Revoking(tiktok=self.tiktok, domain=self.domain).revoke(pending.tokens)
                await self.grants.remove(pending.app_id, pending.open_id, seen)
        except (TikTokUnavailable, TikTokRefused) as error:
            _log.warning("consent not given back yet", pending_id=str(pending.pending_id), reason=str(error))
            if not pending.is_given_up(self.wall.now()):
                return
        await self.pendings.remove(pending.pending_id)

    async def release_expired(self) -> None:
        now = self.wall.now()
        while pending := await self.pendings.hold_expired(at=now, until=now + HOLD_LIFE):
            await self.release(pending)

    async def _in_use(self, pending: Pending, seen: Sharing) -> bool:
        """Whether another answer or a connection needs it. A workspace without a connection of it opens it no more."""
        app_id, open_id = pending.app_id, pending.open_id
        # In this order, and after the sharing: as in `LettingGo`.
        if await self.pendings.others_of(pending):
            return True
        holding = [one for one in await self.connections.of_grant(app_id, open_id) if one.holds_grant]
        if holding and not any(one.workspace_id == pending.workspace_id for one in holding):
            await self.grants.unshare(app_id, open_id, pending.workspace_id, seen)
        return bool(holding)
