"""Members of a workspace: their role and accounts, their leaving, and who owns it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.identity import Member, Person, User, Workspace
from auth_service.domain.membership import (
    good_accounts,
    handed_over,
    require_role,
    the_member,
    with_member,
    without_member,
)
from auth_service.domain.permissions import Action
from auth_service.ports import Connections, Sessions, Users, Workspaces
from auth_service.use_cases.changing import Change, Changing
from common.events import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member with their address; None for one whose user is being deleted at this moment."""

    member: Member
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagingMembers:
    workspaces: Workspaces
    users: Users
    sessions: Sessions
    connections: Connections
    changing: Changing

    async def list(self, person: Person) -> Sequence[Listed]:
        workspace = await self.workspaces.get(person.workspace_id)
        return await self._listed(workspace.members if workspace else ())

    async def change(self, person: Person, user_id: UUID, *, role: Role, accounts: tuple[UUID, ...] | None) -> Listed:
        known = [one.account_id for one in await self.connections.of_workspace(person.workspace_id)]
        allowed = good_accounts(role, accounts, known)

        def step(workspace: Workspace, actor: Person) -> Workspace:
            require_role(actor, role, the_member(workspace, user_id).role)
            changed = the_member(workspace, user_id).model_copy(update={"role": role, "accounts": allowed})
            return with_member(workspace, changed)

        def told(before: Workspace, after: Workspace) -> Mapping[str, str]:
            return _differences(the_member(before, user_id), the_member(after, user_id))

        subject = named("user", user_id)
        done = Change(action=AuditAction.MEMBER_CHANGED, step=step, subject=subject, details=told)
        workspace = await self.changing.change(person, done)
        [listed] = await self._listed((the_member(workspace, user_id),))
        return listed

    async def remove(self, person: Person, user_id: UUID) -> None:
        def step(workspace: Workspace, actor: Person) -> Workspace:
            require_role(actor, the_member(workspace, user_id).role)
            return without_member(workspace, user_id)

        await self._removed(person, user_id, AuditAction.MEMBER_REMOVED, step)

    async def leave(self, person: Person) -> None:
        def step(workspace: Workspace, actor: Person) -> Workspace:
            actor.require(Action.LEAVE_WORKSPACE)
            return without_member(workspace, actor.user_id)

        await self._removed(person, person.user_id, AuditAction.MEMBER_LEFT, step)

    async def hand_over(self, person: Person, user_id: UUID) -> None:
        """Make another member the owner in one's own place."""

        def step(workspace: Workspace, actor: Person) -> Workspace:
            actor.require(Action.MANAGE_OWNERS)
            return handed_over(workspace, giver=actor.user_id, taker=user_id)

        subject = named("user", user_id)
        await self.changing.change(person, Change(action=AuditAction.OWNERSHIP_TRANSFERRED, step=step, subject=subject))

    async def _removed(
        self, person: Person, user_id: UUID, action: AuditAction, step: Callable[[Workspace, Person], Workspace]
    ) -> None:
        await self.changing.change(person, Change(action=action, step=step, subject=named("user", user_id)))
        # Every request looks the member up, so nothing is open meanwhile; the sessions would only be refused.
        await self.sessions.end_of(user_id, person.workspace_id)

    async def _listed(self, members: Sequence[Member]) -> Sequence[Listed]:
        users: Sequence[User] = await self.users.by_ids([member.user_id for member in members])
        emails = {user.user_id: user.email for user in users}
        return [Listed(member=member, email=emails.get(member.user_id)) for member in members]


def _differences(before: Member, after: Member) -> Mapping[str, str]:
    """What became of the role and the allow-list."""
    accounts = "all" if after.accounts is None else ",".join(map(str, after.accounts))
    role = {"role": f"{before.role} -> {after.role}"} if before.role != after.role else {}
    return {**role, **({"accounts": accounts} if before.accounts != after.accounts else {})}
