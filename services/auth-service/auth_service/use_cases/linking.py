"""Connect links: made by a member, opened by an account's owner, who needs no sign-in and answers for the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from auth_service.domain.connect_link import ConnectLink, new_link
from auth_service.domain.connect_state import Asker
from auth_service.domain.connection import Connection
from auth_service.domain.errors import LinkEnded, NotFound
from auth_service.domain.identity import Person
from auth_service.domain.pending import LinkedOwner, Pending
from auth_service.domain.record import fingerprint
from auth_service.ports import Secrets, Workspaces
from auth_service.ports_connecting import ConnectLinks
from auth_service.use_cases.connecting import Connecting, Shown, known_channel
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The token is told once."""

    link: ConnectLink
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    link: ConnectLink
    workspace_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    connection: Connection
    workspace_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    links: ConnectLinks
    workspaces: Workspaces
    connecting: Connecting
    secrets: Secrets
    wall: Clock

    async def create(self, person: Person, *, channel: str, note: str, life: timedelta) -> Made:
        person.require_connecting()
        token = self.secrets.new_secret()
        link = new_link(
            link_id=self.secrets.new_id(),
            token=token,
            person=person,
            channel=known_channel(channel),
            note=note,
            life=life,
            at=self.wall.now(),
        )
        await self.links.add(link)
        return Made(link=link, token=token)

    async def list(self, person: Person) -> Sequence[ConnectLink]:
        person.require_connecting()
        return await self.links.of_workspace(person.workspace_id)

    async def revoke(self, person: Person, link_id: UUID) -> None:
        """Nobody starts or finishes with it any more; what was connected through it stays."""
        person.require_connecting()
        link = await self.links.get(link_id)
        if link is None or link.workspace_id != person.workspace_id:
            raise NotFound(f"There is no connect link {link_id} in this workspace.")
        await self.links.revoke(link_id, self.wall.now())

    async def offered(self, token: str) -> Offered:
        """What the link asks for, as long as it is open."""
        link = await self.links.by_token(fingerprint(token))
        if link is None:
            raise NotFound("There is no such link. Check that the whole address was copied.")
        link.require_open(self.wall.now())
        return Offered(link=link, workspace_name=await self._workspace_name(link.workspace_id))

    async def start(self, token: str, *, browser: str) -> str:
        """The address where the owner gives consent. The link stays open until an account was kept."""
        link = (await self.offered(token)).link
        asker = Asker(
            workspace_id=link.workspace_id,
            channel=link.channel,
            browser_sha256=fingerprint(browser),
            link_id=link.link_id,
        )
        return await self.connecting.ask(asker)

    async def show(self, pending_id: UUID, *, browser: str) -> tuple[Shown, str]:
        """What came, and the name of the workspace that would have it."""
        shown = await self.connecting.show(pending_id, _asked_in(browser))
        return shown, await self._workspace_name(shown.pending.workspace_id)

    async def keep(self, pending_id: UUID, *, browser: str) -> Answered:
        link_id = (await self.connecting.show(pending_id, _asked_in(browser))).pending.asker.link_id
        connection = await self.connecting.keep(pending_id, _asked_in(browser), self._use)
        if link_id:
            await self.links.connected(link_id, connection.account_id)
        return Answered(connection=connection, workspace_name=await self._workspace_name(connection.workspace_id))

    async def give_back(self, pending_id: UUID, *, browser: str) -> None:
        await self.connecting.give_back(pending_id, _asked_in(browser))

    async def _use(self, pending: Pending) -> None:
        link_id = pending.asker.link_id
        if link_id and not await self.links.use(link_id, pending.pending_id, self.wall.now()):
            raise LinkEnded("The link was used for another account, has expired or was taken back meanwhile.")

    async def _workspace_name(self, workspace_id: UUID) -> str:
        workspace = await self.workspaces.get(workspace_id)
        if workspace is None:
            raise NotFound("The workspace that asked is no more.")
        return workspace.name


def _asked_in(browser: str) -> LinkedOwner:
    return LinkedOwner(fingerprint(browser))
