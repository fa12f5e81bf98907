"""People and workspaces: who is a member, with which role, and what others are told of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from auth_service.domain.errors import InvalidInput, NotAllowed
from auth_service.domain.record import Id, Record
from common.events import AccessV1, MemberAccess, Role, Timestamp, WorkspaceAccess

CONNECTING_ROLES = frozenset({Role.OWNER, Role.ADMIN, Role.ANALYST})


class User(Record):
    user_id: Id
    email: str
    password_hash: str = Field(repr=False)
    created_at: Timestamp


class Member(Record):
    """`accounts` None is all accounts of the workspace."""

    user_id: Id
    role: Role
    accounts: tuple[Id, ...] | None = None


class Workspace(Record):
    workspace_id: Id
    name: str
    timezone: str
    members: tuple[Member, ...]
    revision: int
    created_at: Timestamp

    def member(self, user_id: UUID) -> Member | None:
        return next((member for member in self.members if member.user_id == user_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: a member of the workspace the session is for. `revision` is the workspace's.

    `session_id` is known where a session's token was read.
    """

    user_id: UUID
    workspace_id: UUID
    role: Role
    accounts: tuple[UUID, ...] | None
    revision: int
    session_id: UUID | None = None

    def may_see(self, account_id: UUID) -> bool:
        return self.accounts is None or account_id in self.accounts

    def require_connecting(self) -> None:
        if self.role not in CONNECTING_ROLES:
            raise NotAllowed(f"The role {self.role} may not connect accounts; ask an owner, admin or analyst.")


def person(workspace: Workspace, member: Member) -> Person:
    return Person(
        user_id=member.user_id,
        workspace_id=workspace.workspace_id,
        role=member.role,
        accounts=member.accounts,
        revision=workspace.revision,
    )


def workspace_event(workspace: Workspace, at: datetime) -> AccessV1:
    members = tuple(
        MemberAccess(user_id=member.user_id, role=member.role, accounts=member.accounts) for member in workspace.members
    )
    access = WorkspaceAccess(
        workspace_id=workspace.workspace_id,
        name=workspace.name,
        timezone=workspace.timezone,
        members=members,
        revision=workspace.revision,
    )
    return AccessV1(access=access, changed_at=at)


def normal_email(text: str) -> str:
    """The form an address is kept and looked up in."""
    email = text.strip().casefold()
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or len(email) > 254:
        raise InvalidInput("The e-mail address is not of the form name@domain.")
    return email


def known_timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"The time zone {name!r} is not in the tz database; an example is Europe/Berlin.") from error
