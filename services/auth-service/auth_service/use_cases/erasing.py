"""Erasing an account or a workspace: collecting ends, all stores let go, keys and traces go, the empty record is last.

Nothing is remembered but the erasure itself and what each step finds, so whoever is killed anywhere, or is one of
several, goes on where it stands; every step may be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.connection import Connection, Duty, account_event
from auth_service.domain.erasure import (
    GIVING_BACK_TRIED_FOR,
    PARTING,
    STRAGGLING,
    Erasure,
    account_target,
    ageing,
)
from auth_service.domain.errors import InvalidInput, NotFound
from auth_service.domain.identity import Person
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.permissions import Action
from auth_service.ports import Notices, Secrets, Workspaces
from auth_service.ports_tokens import (
    Audiences,
    Closing,
    DutifulConnections,
    Erasures,
    Traces,
    WorkspaceKeys,
)
from auth_service.use_cases.letting_go import LettingGo
from common.events import AccountChange, AccountStatus
from common.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    erasures: Erasures
    connections: DutifulConnections
    workspaces: Workspaces
    workspace_keys: WorkspaceKeys
    traces: Traces
    closing: Closing
    letting_go: LettingGo
    audiences: Audiences
    notices: Notices
    secrets: Secrets
    domain: Clock
    wall: Clock

    async def request_account(self, person: Person, account_id: UUID, *, confirm: str) -> Erasure:
        """`confirm` is the account's user name, or its id where TikTok did not tell one."""
        person.require(Action.ERASE)
        connection = await self.connections.get(account_id)
        if connection is None or connection.workspace_id != person.workspace_id:
            raise NotFound(f"There is no account {account_id} in this workspace.")
        if asked := await self.erasures.of_target(account_target(account_id)):
            return asked
        if connection.status is not AccountStatus.ERASED:
            _require_typed(confirm, connection.profile.username or str(account_id), "the account's user name")
        return await self._requested(person.workspace_id, person.user_id, account_id)

    async def request_workspace(self, person: Person, *, confirm: str) -> Erasure:
        """`confirm` is the workspace's name."""
        person.require(Action.ERASE)
        workspace = await self.workspaces.get(person.workspace_id)
        if workspace is None:
            raise NotFound("There is no such workspace.")
        _require_typed(confirm, workspace.name, "the workspace's name")
        return await self._requested(person.workspace_id, person.user_id)

    async def all(self, person: Person) -> Sequence[Erasure]:
        person.require(Action.ERASE)
        return await self.erasures.of_workspace(person.workspace_id)

    async def one(self, person: Person, erasure_id: UUID) -> Erasure:
        person.require(Action.ERASE)
        erasure = await self.erasures.get(erasure_id)
        if erasure is None or erasure.workspace_id != person.workspace_id:
            raise NotFound(f"There is no erasure {erasure_id} in this workspace.")
        return erasure

    async def go_on(self) -> None:
        """Take every open erasure as far as it goes now."""
        for erasure in await self.erasures.open():
            if erasure.parted_at is None:
                await self._part(erasure)
            elif erasure.erased_at is None:
                await self._name(erasure)
            elif erasure.others_done and await self._given_back(erasure):
                await self._finish(erasure)

    async def take_along(self) -> None:
        """An account whose connection was made after those of its erased workspace were counted is erased, too."""
        for erasure in await self.erasures.of_workspaces(since=self.wall.now() - STRAGGLING):
            for connection in await self.connections.of_workspace(erasure.workspace_id):
                counted = connection.account_id in erasure.accounts or connection.erasing
                if not counted and connection.status is not AccountStatus.ERASED:
                    await self._requested(erasure.workspace_id, erasure.requested_by, connection.account_id)

    async def _requested(self, workspace_id: UUID, user_id: UUID, *accounts: UUID) -> Erasure:
        """Of no account in particular it is of the whole workspace."""
        erasure = Erasure(
            erasure_id=self.secrets.new_id(),
            workspace_id=workspace_id,
            whole_workspace=not accounts,
            accounts=accounts,
            requested_by=user_id,
            requested_at=self.wall.now(),
        )
        if await self.erasures.add(erasure):
            return erasure
        return await self.erasures.of_target(erasure.target) or erasure

    async def _part(self, erasure: Erasure) -> None:
        """End the collecting first: what is observed after the moment of the erasure would stay."""
        connections = await self._connections(erasure)
        for connection in connections:
            await self._parted(connection)
        now = self.wall.now()
        await self.traces.end_consents(erasure.workspace_id, _consents(erasure, connections), now)
        accounts = tuple(one.account_id for one in connections) if erasure.whole_workspace else erasure.accounts
        await self.erasures.replace(erasure.parted(accounts, now), ())

    async def _parted(self, connection: Connection) -> None:
        present: Connection | None = connection
        while present and not present.erasing:
            if await self.letting_go.part(present, erasing=True):
                return
            present = await self.connections.get(connection.account_id)

    async def _name(self, erasure: Erasure) -> None:
        """Name the moment, and ask the other stores in the same write."""
        if erasure.parted_at and self.wall.now() >= erasure.parted_at + PARTING:
            named = erasure.named(self.domain.now())
            await self.erasures.replace(named, named.requests())

    async def _given_back(self, erasure: Erasure) -> bool:
        """Whether the consents are back at TikTok, or that was tried for long enough."""
        if self.wall.now() >= erasure.requested_at + GIVING_BACK_TRIED_FOR:
            return True
        connections = await self._connections(erasure)
        if any(Duty.LET_GO in one.duties for one in connections):
            return False
        return not await self.traces.consents(erasure.workspace_id, _consents(erasure, connections))

    async def _finish(self, erasure: Erasure) -> None:
        connections = await self._connections(erasure)
        for connection in connections:
            await self.letting_go.forget(connection)
            await self.traces.remove(connection.workspace_id, connection.account_id, connection.open_id)
        if erasure.whole_workspace:
            await self.traces.remove_all(erasure.workspace_id)
            await self.workspace_keys.shred(erasure.workspace_id, self.wall.now())
        await self._tell(erasure)
        if erasure.whole_workspace:
            await self.closing.close(erasure.workspace_id, keeper=erasure.requested_by, at=self.wall.now())
        for connection in connections:
            await self._emptied(connection)
        now = self.wall.now()
        await self.erasures.replace(erasure.done(now), erasure.completions(now))

    async def _emptied(self, connection: Connection) -> None:
        present: Connection | None = connection
        while present and present.status is not AccountStatus.ERASED:
            erased = present.erased(self.domain.now())
            if await self.connections.replace(erased, account_event(erased, AccountChange.ERASED)):
                return
            present = await self.connections.get(connection.account_id)

    async def _tell(self, erasure: Erasure) -> None:
        ends = [kept.until for kept in ageing(erasure) if kept.until]
        values = {
            "what": "The workspace" if erasure.whole_workspace else f"The account {erasure.accounts[0]}",
            "receipt": str(erasure.erasure_id),
            "until": max(ends).date().isoformat() if ends else "",
        }
        for user in (await self.audiences.of(erasure.workspace_id)).users:
            notice = new_notice(
                NoticeKind.ERASURE_DONE,
                about=str(erasure.erasure_id),
                email=user.email,
                at=self.wall.now(),
                user_id=user.user_id,
                workspace_id=erasure.workspace_id,
                values=values,
            )
            await self.notices.add(notice)

    async def _connections(self, erasure: Erasure) -> Sequence[Connection]:
        """Those of the erasure that still stand; of a workspace all there are until the accounts are counted."""
        if erasure.whole_workspace and erasure.parted_at is None:
            found: Sequence[Connection | None] = await self.connections.of_workspace(erasure.workspace_id)
        else:
            found = [await self.connections.get(account_id) for account_id in erasure.accounts]
        return [one for one in found if one and one.status is not AccountStatus.ERASED]


def _consents(erasure: Erasure, connections: Sequence[Connection]) -> Sequence[str] | None:
    """Whose pending consents go: of a workspace all, those of accounts that were never kept, too."""
    return None if erasure.whole_workspace else [one.open_id for one in connections]


def _require_typed(confirm: str, expected: str, what: str) -> None:
    if confirm.strip() != expected:
        raise InvalidInput(f"What was typed to confirm is not {what}: {expected!r}.")
