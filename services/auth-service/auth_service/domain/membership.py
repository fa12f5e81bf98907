"""Who belongs to a workspace, as steps from one revision to the next. None leaves it without an owner."""

from collections.abc import Collection, Iterable
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from auth_service.domain.errors import InvalidInput, InvitationUnusable, LastOwner, NotFound, TooMany
from auth_service.domain.identity import Member, Person, Workspace
from auth_service.domain.invitation import Invitation
from auth_service.domain.permissions import Action
from common.events import Role

MOST_INVITATIONS = 100


def the_member(workspace: Workspace, user_id: UUID) -> Member:
    member = workspace.member(user_id)
    if member is None:
        raise NotFound("There is no such member in this workspace.")
    return member


def require_role(person: Person, *roles: Role) -> None:
    """Managing members is for admins; making, changing or removing an owner is for owners."""
    person.require(Action.MANAGE_MEMBERS)
    if Role.OWNER in roles:
        person.require(Action.MANAGE_OWNERS)


def good_accounts(role: Role, accounts: tuple[UUID, ...] | None, known: Iterable[UUID]) -> tuple[UUID, ...] | None:
    """An allow-list that can be used; None is all. Another workspace's account is as unknown as none."""
    if accounts is None:
        return None
    if role in {Role.OWNER, Role.ADMIN}:
        raise InvalidInput(f"The role {role} has all accounts; an allow-list is for analysts and viewers.")
    return workspace_accounts(accounts, known)


def workspace_accounts(accounts: tuple[UUID, ...], known: Iterable[UUID]) -> tuple[UUID, ...]:
    """`accounts` without doubles, each of them an account of the workspace."""
    unknown = set(accounts) - set(known)
    if unknown:
        raise InvalidInput(f"{min(map(str, unknown))} is not an account of this workspace.")
    return tuple(dict.fromkeys(accounts))


def with_member(workspace: Workspace, member: Member) -> Workspace:
    """`member` in the place of the one with the same id, or as a new one."""
    if workspace.member(member.user_id) is None:
        return _owned(workspace, (*workspace.members, member))
    members = (member if one.user_id == member.user_id else one for one in workspace.members)
    return _owned(workspace, tuple(members))


def without_member(workspace: Workspace, user_id: UUID) -> Workspace:
    the_member(workspace, user_id)
    return _owned(workspace, tuple(one for one in workspace.members if one.user_id != user_id))


def without_sessions(workspace: Workspace, user_id: UUID, ended: Collection[UUID], at: datetime) -> Workspace:
    """The member's tokens of these sessions are refused from now on."""
    return with_member(workspace, the_member(workspace, user_id).after_sessions(ended, at))


def handed_over(workspace: Workspace, *, giver: UUID, taker: UUID) -> Workspace:
    """Ownership goes to another member; who gave it stays as an admin."""
    given = the_member(workspace, taker).model_copy(update={"role": Role.OWNER, "accounts": None})
    kept = the_member(workspace, giver).model_copy(update={"role": Role.ADMIN})
    if giver == taker:
        raise InvalidInput("Ownership is handed over to another member.")
    now = {given.user_id: given, kept.user_id: kept}
    return _owned(workspace, tuple(now.get(one.user_id, one) for one in workspace.members))


def invited(workspace: Workspace, invitation: Invitation, at: datetime) -> Workspace:
    """One invitation an address: a newer one takes the place of an older one, whose link ends with it."""
    others = [one for one in workspace.invitations if one.is_live(at) and one.email != invitation.email]
    if len(others) >= MOST_INVITATIONS:
        raise TooMany(f"{MOST_INVITATIONS} invitations wait for an answer; revoke some first.")
    return workspace.changed({"invitations": (*others, invitation)})


def invitation_by_secret(workspace: Workspace | None, secret_sha256: str, at: datetime) -> Invitation:
    waiting = workspace.invitations if workspace else ()
    found = next((one for one in waiting if compare_digest(one.secret_sha256, secret_sha256) and one.is_live(at)), None)
    if found is None:
        raise InvitationUnusable
    return found


def joined(workspace: Workspace, invitation: Invitation, user_id: UUID, at: datetime) -> Workspace:
    """The invitation used up; who is a member already keeps the role they have."""
    left = uninvited(workspace, invitation.invitation_id).invitations
    present = workspace.member(user_id)
    made = Member(user_id=user_id, role=invitation.role, accounts=invitation.accounts, joined_at=at)
    return with_member(workspace.model_copy(update={"invitations": left}), present or made)


def uninvited(workspace: Workspace, invitation_id: UUID) -> Workspace:
    left = tuple(one for one in workspace.invitations if one.invitation_id != invitation_id)
    if len(left) == len(workspace.invitations):
        raise NotFound("There is no such invitation in this workspace.")
    return workspace.changed({"invitations": left})


def _owned(workspace: Workspace, members: tuple[Member, ...]) -> Workspace:
    if not any(one.role is Role.OWNER for one in members):
        raise LastOwner("A workspace needs an owner: make another member an owner first.")
    return workspace.changed({"members": members})
