"""Telling owners and admins that a consent is lost or will end, and that an account became a personal one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.domain.connection import Connection, Duty
from auth_service.domain.grant import WARNINGS, Grant
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.ports import Notices
from auth_service.ports_tokens import Audiences, DutifulConnections, KeptGrants
from common.events import AccountStatus
from common.events.envelope import epoch_ms
from common.runtime.clock import Clock

_TOLD: Mapping[Duty, NoticeKind] = {
    Duty.TELL_LOSS: NoticeKind.LOST_ACCESS,
    Duty.TELL_PERSONAL: NoticeKind.BECAME_PERSONAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    connections: DutifulConnections
    grants: KeptGrants
    audiences: Audiences
    notices: Notices
    domain: Clock
    wall: Clock

    async def tell_changes(self) -> None:
        """Notices first, then the duty is done: a crash in between tells the same notice, which is told once."""
        for duty, kind in _TOLD.items():
            for connection in await self.connections.with_duty(duty):
                about = f"{connection.account_id}/{connection.revision}"
                values = {"reason": connection.lost_reason or ""}
                await self._tell(connection, kind, about=about, values=values)
                await self.connections.done(connection, duty)

    async def warn_of_ends(self) -> None:
        now = self.domain.now()
        warnings = {days: now + timedelta(days=days) for days in WARNINGS}
        for grant in await self.grants.ending(now, warnings=warnings):
            if days := grant.warning(now):
                await self._warn(grant, days, now)
                await self.grants.mark_warned(grant, days)

    async def _warn(self, grant: Grant, days: int, now: datetime) -> None:
        left = -((now - grant.tokens.refresh_expires_at) // timedelta(days=1))
        for connection in await self.connections.of_grant(grant.app_id, grant.open_id):
            if connection.status is AccountStatus.CONNECTED:
                about = f"{connection.account_id}/{epoch_ms(grant.granted_at)}/{days}"
                await self._tell(connection, NoticeKind.CONSENT_ENDS, about=about, values={"days": str(left)})

    async def _tell(self, connection: Connection, kind: NoticeKind, *, about: str, values: Mapping[str, str]) -> None:
        audience = await self.audiences.of(connection.workspace_id)
        account = connection.profile.display_name or connection.profile.username or ""
        # The id is for the account's erasure, which finds the notices about it by it.
        named = {"account": account, "account_id": str(connection.account_id), "workspace": audience.workspace}
        for user in audience.users:
            notice = new_notice(
                kind,
                about=about,
                email=user.email,
                at=self.wall.now(),
                user_id=user.user_id,
                workspace_id=connection.workspace_id,
                values={**named, **values},
            )
            await self.notices.add(notice)
