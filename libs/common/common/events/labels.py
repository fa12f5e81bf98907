"""Labels and plans: which a post has, and what they are called. One mechanism, told apart by `kind`."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from common.events.envelope import AccountEvent, Event, Timestamp
from common.events.topics import LABELS, POST_LABELS, Topic


class PostLabelsV1(AccountEvent):
    """All labels and plans of a post since `changed_at`, none included. The highest revision counts.

    `recorded_at`: when this revision was first published; telling it again keeps it.
    """

    topic: ClassVar[Topic] = POST_LABELS

    channel: str = "tiktok"
    post_id: str
    label_ids: tuple[UUID, ...]
    plan_ids: tuple[UUID, ...]
    revision: int
    changed_at: Timestamp
    recorded_at: Timestamp
    source: Literal["workspace"] = "workspace"
    """Labels are the workspace's own; nobody else gives any."""

    @property
    def key(self) -> str:
        return f"{self.account_id}:{self.post_id}"

    @property
    def identity(self) -> Sequence[str]:
        return (self.key, str(self.revision))

    @property
    def time(self) -> datetime:
        return self.changed_at

    @property
    def subject(self) -> str:
        return self.post_id


class LabelKind(StrEnum):
    LABEL = "label"
    PLAN = "plan"


class LabelV1(Event):
    """A label or plan of a workspace: its name and look. Deleted is a state; the highest revision counts."""

    topic: ClassVar[Topic] = LABELS

    label_id: UUID
    workspace_id: UUID
    kind: LabelKind
    name: str
    colour: str | None = None
    """`#rrggbb`."""
    deleted: bool = False
    revision: int
    changed_at: Timestamp

    @property
    def key(self) -> str:
        return str(self.label_id)

    @property
    def workspace(self) -> str:
        return str(self.workspace_id)

    @property
    def identity(self) -> Sequence[str]:
        return (str(self.label_id), str(self.revision))

    @property
    def time(self) -> datetime:
        return self.changed_at
