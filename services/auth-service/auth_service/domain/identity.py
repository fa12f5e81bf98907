"""People and workspaces: who is a member, with which role, and what others are told of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from auth_service.domain import permissions
from auth_service.domain.errors import InvalidInput
from auth_service.domain.invitation import Invitation
from auth_service.domain.permissions import Action, Seat
from auth_service.domain.record import Id, Record
from auth_service.domain.session import TOKENS_OUTLIVE, EndedSession
from common.events import AccessV1, MemberAccess, Role, Timestamp, WeekStart, WorkspaceAccess

LONGEST_NAME = 100


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
    joined_at: Timestamp | None = None
    ended_sessions: tuple[EndedSession, ...] = ()

    def has_ended(self, session_id: UUID, at: datetime) -> bool:
        """Whether tokens of the session are refused: its end was told, and one of them could still live."""
        return any(one.session_id == session_id and at < one.tokens_until for one in self.ended_sessions)

    def after_sessions(self, ended: Collection[UUID], at: datetime) -> "Member":
        """With these sessions among the ended ones, and without those whose tokens are over."""
        told = tuple(one for one in self.ended_sessions if at < one.tokens_until and one.session_id not in ended)
        new = tuple(EndedSession(session_id=one, tokens_until=at + TOKENS_OUTLIVE) for one in ended)
        return self.model_copy(update={"ended_sessions": (*told, *new)})


class Workspace(Record):
    """One document with its members and invitations: whatever is decided of them is decided on one revision."""

    workspace_id: Id
    name: str
    timezone: str
    week_start: WeekStart = WeekStart.MONDAY
    members: tuple[Member, ...]
    invitations: tuple[Invitation, ...] = ()
    revision: int
    created_at: Timestamp

    def changed(self, changes: Mapping[str, object]) -> "Workspace":
        """The next revision."""
        return Workspace.model_validate({**self.model_dump(), **changes, "revision": self.revision + 1})

    def member(self, user_id: UUID) -> Member | None:
        return next((member for member in self.members if member.user_id == user_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: a member of the workspace the session is for. `revision` is the workspace's.

    `session_id`, and whether it is an `operator` of this deployment, are known where a session's token was read.
    """

    user_id: UUID
    workspace_id: UUID
    role: Role
    accounts: tuple[UUID, ...] | None
    revision: int
    session_id: UUID | None = None
    operator: bool = False

    def may_see(self, account_id: UUID) -> bool:
        return self.accounts is None or account_id in self.accounts

    def require(self, action: Action) -> None:
        if not (self.operator and permissions.may(Seat.OPERATOR, action)):
            permissions.require(self.role, action)

    def require_connecting(self) -> None:
        self.require(Action.CONNECT_ACCOUNTS)


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
        MemberAccess(
            user_id=member.user_id,
            role=member.role,
            accounts=member.accounts,
            ended_sessions=tuple(one.session_id for one in member.ended_sessions if at < one.tokens_until),
        )
        for member in workspace.members
    )
    access = WorkspaceAccess(
        workspace_id=workspace.workspace_id,
        name=workspace.name,
        timezone=workspace.timezone,
        week_start=workspace.week_start,
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


def good_name(text: str) -> str:
    """A workspace's name as it is kept."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} printable characters.")
    return name


def known_timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"The time zone {name!r} is not in the tz database; an example is Europe/Berlin.") from error
