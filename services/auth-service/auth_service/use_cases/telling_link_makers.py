"""Telling who made a connect link what its owner answered: they wait for it, and are not there when it happens."""

from collections.abc import Mapping
from dataclasses import dataclass

from auth_service.domain.connect_link import ConnectLink
from auth_service.domain.connect_state import Asker
from auth_service.domain.connection import Connection
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.ports import Notices, Workspaces
from auth_service.ports_connecting import ConnectLinks
from auth_service.ports_sign_in import Accounts
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingLinkMakers:
    """Of a consent that a member asked for there is nobody to tell."""

    links: ConnectLinks
    workspaces: Workspaces
    users: Accounts
    notices: Notices
    wall: Clock

    async def connected(self, asker: Asker, connection: Connection) -> None:
        account = connection.profile.display_name or connection.profile.username or ""
        # The id is for the account's erasure, which finds the notices about it by it.
        values = {"account": account, "account_id": str(connection.account_id)}
        await self._tell(asker, NoticeKind.LINK_CONNECTED, about=str(connection.account_id), values=values)

    async def declined(self, asker: Asker, *, about: str) -> None:
        """`about` names the answer: declining again is told again."""
        await self._tell(asker, NoticeKind.LINK_DECLINED, about=about, values={})

    async def _tell(self, asker: Asker, kind: NoticeKind, *, about: str, values: Mapping[str, str]) -> None:
        if asker.link_id is None:
            return
        link = await self.links.get(asker.link_id)
        workspace = await self.workspaces.get(asker.workspace_id)
        # Who left the workspace hears no more of it.
        if link is None or workspace is None or workspace.member(link.created_by) is None:
            return
        await self._tell_maker(link, kind, about=about, values={**values, "workspace": workspace.name})

    async def _tell_maker(self, link: ConnectLink, kind: NoticeKind, *, about: str, values: Mapping[str, str]) -> None:
        maker = await self.users.get(link.created_by)
        if maker is None:
            return
        notice = new_notice(
            kind,
            about=f"{link.link_id}/{about}",
            email=maker.email,
            at=self.wall.now(),
            user_id=maker.user_id,
            workspace_id=link.workspace_id,
            values={**values, "note": link.note, "until": link.expires_at.date().isoformat()},
        )
        await self.notices.add(notice)
