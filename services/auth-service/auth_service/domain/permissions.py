"""Who may do what: one table, asked by every route and by every rule that needs to know."""

from collections.abc import Mapping
from enum import StrEnum

from auth_service.domain.errors import NotAllowed
from common.events import Role


class Seat(StrEnum):
    """From where somebody acts: a role in a workspace, or the deployment's operator, who has none in any."""

    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"
    OPERATOR = "operator"


class Action(StrEnum):
    """Each ends the sentence "may not …"."""

    SEE_WORKSPACE = "see the workspace"
    LEAVE_WORKSPACE = "leave the workspace"
    SEE_CONNECTIONS = "see connected accounts"
    SEE_MEMBERS = "see members"
    CONNECT_ACCOUNTS = "connect accounts"
    CHANGE_WORKSPACE = "change the workspace"
    MANAGE_MEMBERS = "manage members and invitations"
    MANAGE_KEYS = "manage API keys"
    READ_AUDIT = "read the audit log"
    MANAGE_OWNERS = "manage owners"
    ERASE = "erase accounts or the workspace"
    DECIDE_EARLY_ACCESS = "decide on early access"
    READ_OPERATIONS = "read what operators did"


_OPERATORS = frozenset({Seat.OPERATOR})
_OWNERS = frozenset({Seat.OWNER})
_ADMINS = _OWNERS | {Seat.ADMIN}
_ANALYSTS = _ADMINS | {Seat.ANALYST}
_MEMBERS = _ANALYSTS | {Seat.VIEWER}

ALLOWED: Mapping[Action, frozenset[Seat]] = {
    Action.SEE_WORKSPACE: _MEMBERS,
    Action.LEAVE_WORKSPACE: _MEMBERS,
    Action.SEE_CONNECTIONS: _MEMBERS,
    Action.SEE_MEMBERS: _MEMBERS,
    Action.CONNECT_ACCOUNTS: _ANALYSTS,
    Action.CHANGE_WORKSPACE: _ADMINS,
    Action.MANAGE_MEMBERS: _ADMINS,
    Action.MANAGE_KEYS: _ADMINS,
    Action.READ_AUDIT: _ADMINS,
    Action.MANAGE_OWNERS: _OWNERS,
    Action.ERASE: _OWNERS,
    Action.DECIDE_EARLY_ACCESS: _OPERATORS,
    Action.READ_OPERATIONS: _OPERATORS,
}


def may(seat: Seat | Role, action: Action) -> bool:
    return Seat(seat) in ALLOWED[action]


def require(seat: Seat | Role, action: Action) -> None:
    if not may(seat, action):
        able = " or ".join(sorted(ALLOWED[action]))
        raise NotAllowed(f"The role {seat} may not {action}; ask an {able}.")


def allowed_to(seat: Seat | Role) -> tuple[Action, ...]:
    """Everything the seat may do, in the table's order."""
    return tuple(action for action in ALLOWED if may(seat, action))
