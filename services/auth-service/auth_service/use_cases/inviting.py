"""Inviting people by mail: a link that whoever reads the mailbox may use once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from pydantic import SecretStr

from auth_service.domain.audit import AuditAction, named, new_entry
from auth_service.domain.errors import InvitationUnusable, PasswordNeeded
from auth_service.domain.identity import Person, User, Workspace, normal_email
from auth_service.domain.invitation import Invitation, new_invitation
from auth_service.domain.membership import (
    good_accounts,
    invitation_by_secret,
    invited,
    joined,
    require_role,
    uninvited,
)
from auth_service.domain.notice import NoticeKind, new_notice
from auth_service.domain.permissions import Action
from auth_service.domain.record import fingerprint
from auth_service.ports import Connections, Notices, Users, Workspaces
from auth_service.use_cases.changing import Change, Changing
from auth_service.use_cases.creating import Creating
from common.events import Role

PAGE = "/invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the holder of an invitation is shown before they accept; `known` needs no password."""

    workspace: Workspace
    invitation: Invitation
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    workspaces: Workspaces
    users: Users
    connections: Connections
    notices: Notices
    creating: Creating
    changing: Changing
    public_url: str

    async def list(self, person: Person) -> Sequence[Invitation]:
        workspace = await self.workspaces.get(person.workspace_id)
        now = self.changing.wall.now()
        return [one for one in workspace.invitations if one.is_live(now)] if workspace else []

    async def invite(self, person: Person, *, email: str, role: Role, accounts: tuple[UUID, ...] | None) -> Invitation:
        known = [one.account_id for one in await self.connections.of_workspace(person.workspace_id)]
        secret, at = self.changing.secrets.new_secret(), self.changing.wall.now()
        invitation = new_invitation(
            invitation_id=self.changing.secrets.new_id(),
            email=normal_email(email),
            role=role,
            accounts=good_accounts(role, accounts, known),
            secret=secret,
            invited_by=person.user_id,
            at=at,
        )

        def step(workspace: Workspace, actor: Person) -> Workspace:
            require_role(actor, role)
            return invited(workspace, invitation, at)

        workspace = await self.changing.change(
            person,
            Change(
                action=AuditAction.MEMBER_INVITED,
                step=step,
                subject=named("invitation", invitation.invitation_id),
                details=lambda _, __: {"email": invitation.email, "role": role},
            ),
        )
        await self._tell(workspace, invitation, person, secret)
        return invitation

    async def revoke(self, person: Person, invitation_id: UUID) -> None:
        def step(workspace: Workspace, actor: Person) -> Workspace:
            actor.require(Action.MANAGE_MEMBERS)
            return uninvited(workspace, invitation_id)

        subject = named("invitation", invitation_id)
        await self.changing.change(person, Change(action=AuditAction.INVITATION_REVOKED, step=step, subject=subject))

    async def look(self, secret: SecretStr) -> Seen:
        workspace, invitation = await self._by_secret(secret)
        known = await self.users.by_email(invitation.email) is not None
        return Seen(workspace=workspace, invitation=invitation, known=known)

    async def accept(self, secret: SecretStr, password: SecretStr | None) -> Workspace:
        """The invited person joins. The link came to their mailbox, so it stands for them; it opens no session."""
        while True:
            workspace, invitation = await self._by_secret(secret)
            user = await self._user(invitation, password)
            now = self.changing.wall.now()
            later = joined(workspace, invitation, user.user_id, now)
            entry = new_entry(
                self.changing.secrets.new_id(),
                workspace.workspace_id,
                AuditAction.MEMBER_JOINED,
                at=now,
                actor=named("user", user.user_id),
                subject=named("invitation", invitation.invitation_id),
                details={"role": invitation.role},
            )
            if await self.changing.write(later, entry):
                return later

    async def _by_secret(self, secret: SecretStr) -> tuple[Workspace, Invitation]:
        secret_sha256 = fingerprint(secret.get_secret_value())
        workspace = await self.workspaces.by_invitation(secret_sha256)
        invitation = invitation_by_secret(workspace, secret_sha256, self.changing.wall.now())
        if workspace is None:
            raise InvitationUnusable
        return workspace, invitation

    async def _user(self, invitation: Invitation, password: SecretStr | None) -> User:
        known = await self.users.by_email(invitation.email)
        if known:
            return known
        if password is None:
            raise PasswordNeeded("Choose a password: this address is new here.")
        return await self.creating.user(invitation.email, password)

    async def _tell(self, workspace: Workspace, invitation: Invitation, by: Person, secret: str) -> None:
        invited_user = await self.users.by_email(invitation.email)
        notice = new_notice(
            NoticeKind.INVITATION,
            about=str(invitation.invitation_id),
            email=invitation.email,
            at=invitation.created_at,
            user_id=invited_user.user_id if invited_user else None,
            workspace_id=workspace.workspace_id,
            values=await self._words(workspace, invitation, by),
            # Behind the #, which no server and no log ever sees.
            link=f"{self.public_url}{PAGE}#{quote(secret)}",
        )
        await self.notices.add(notice)

    async def _words(self, workspace: Workspace, invitation: Invitation, by: Person) -> Mapping[str, str]:
        inviter = await self.users.get(by.user_id)
        return {
            "workspace": workspace.name,
            "role": invitation.role,
            "invited_by": inviter.email if inviter else "",
            "expires_at": invitation.expires_at.isoformat(),
        }
