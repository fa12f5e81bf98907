"""Deleting one's user: out of every workspace, every session ended, all that is held of them gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.audit import AuditAction, named
from auth_service.domain.errors import FreshSignInNeeded, InvalidInput, LastOwner, NotFound
from auth_service.domain.identity import Person, User, Workspace, person
from auth_service.domain.limits import SIGN_IN_ACCOUNT
from auth_service.domain.membership import without_member
from auth_service.ports import PasswordHasher, Sessions, Users, Workspaces
from auth_service.ports_sign_in import UserTraces
from auth_service.use_cases.changing import Change, Changing
from auth_service.use_cases.limiting import Limiting


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletingUsers:
    users: Users
    workspaces: Workspaces
    sessions: Sessions
    traces: UserTraces
    passwords: PasswordHasher
    limiting: Limiting
    changing: Changing

    async def user(self, user_id: UUID) -> User:
        user = await self.users.get(user_id)
        if user is None:
            raise NotFound("This user has been deleted.")
        return user

    async def delete(self, asking: Person, password: SecretStr | None) -> None:
        """Every step may be done twice; the user goes last, so that breaking off leaves somebody who can go on."""
        user = await self.user(asking.user_id)
        await self._require_proof(asking, user, password)
        _require_replaceable(asking.user_id, await self.workspaces.all_of_member(asking.user_id))
        while workspaces := await self.workspaces.all_of_member(asking.user_id):
            await self._leave(asking.user_id, workspaces[0])
        await self.sessions.end_of(asking.user_id)
        await self.traces.remove(user.user_id, user.email)
        await self.users.remove(asking.user_id)

    async def _require_proof(self, asking: Person, user: User, password: SecretStr | None) -> None:
        """The password; or, for whoever has none here, a session for which the provider asked them just now."""
        if password is None:
            session = await self.sessions.get(asking.session_id) if asking.session_id else None
            if session is None or not session.is_proof(self.changing.wall.now()):
                raise FreshSignInNeeded
            return
        await self.limiting.require(SIGN_IN_ACCOUNT, user.email)
        if not await self.passwords.matches(password, user.password_hash or None):
            raise InvalidInput("The password is wrong.")

    async def _leave(self, user_id: UUID, workspace: Workspace) -> None:
        member = workspace.member(user_id)
        if member is None:
            return
        deleted = Change(
            action=AuditAction.USER_DELETED,
            step=lambda now, actor: without_member(now, actor.user_id),
            subject=named("user", user_id),
        )
        await self.changing.change(person(workspace, member), deleted)


def _require_replaceable(user_id: UUID, workspaces: Sequence[Workspace]) -> None:
    """Refuse before anything was done; each step looks once more."""
    for workspace in workspaces:
        try:
            without_member(workspace, user_id)
        except LastOwner:
            raise LastOwner(
                f"You are the only owner of {workspace.name!r}: make another member its owner, or erase it, first."
            ) from None
