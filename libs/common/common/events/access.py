"""Who may read what, told to the services that answer: internal, never for partners. Revoked is a state."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events.envelope import Event, Timestamp, epoch_ms
from common.events.topics import ACCESS, Topic


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"


class KeyScope(StrEnum):
    READ = "read"
    EXPORT = "export"
    MANAGE = "manage"


class WeekStart(StrEnum):
    """On which day a workspace's weeks begin."""

    MONDAY = "monday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class MemberAccess(BaseModel):
    """What one person may do in a workspace; `accounts` None is all of them.

    Tokens of `ended_sessions` are good for nothing, although their time is not over.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    user_id: UUID
    role: Role
    accounts: tuple[UUID, ...] | None = None
    ended_sessions: tuple[UUID, ...] = ()


class WorkspaceAccess(BaseModel):
    """A workspace and its members. A session token of an older `revision` is checked against this one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["workspace"] = "workspace"
    workspace_id: UUID
    name: str
    timezone: str
    week_start: WeekStart = WeekStart.MONDAY
    members: tuple[MemberAccess, ...]
    revision: int


class KeyAccess(BaseModel):
    """An API key by the SHA-256 of its secret; `accounts` None is all of the workspace's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["key"] = "key"
    key_id: str
    workspace_id: UUID
    secret_sha256: str
    scopes: tuple[KeyScope, ...]
    accounts: tuple[UUID, ...] | None = None
    expires_at: Timestamp | None = None
    revoked: bool = False
    revision: int


class Heartbeat(BaseModel):
    """Shows that the relay lives: nothing older than 5 seconds is trusted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["heartbeat"] = "heartbeat"
    revision: int


class AccessV1(Event):
    """One record of the access topic; `changed_at` is wall time."""

    topic: ClassVar[Topic] = ACCESS

    access: WorkspaceAccess | KeyAccess | Heartbeat
    changed_at: Timestamp

    @property
    def key(self) -> str:
        match self.access:
            case WorkspaceAccess(workspace_id=workspace_id):
                return f"workspace:{workspace_id}"
            case KeyAccess(key_id=key_id):
                return f"key:{key_id}"
            case Heartbeat():
                return "heartbeat"

    @property
    def identity(self) -> Sequence[str]:
        return (self.key, str(self.access.revision), str(epoch_ms(self.changed_at)))

    @property
    def time(self) -> datetime:
        return self.changed_at
