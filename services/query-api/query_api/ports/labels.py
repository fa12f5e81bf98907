"""What labelling needs from outside: the stores of labels, of posts' labels and of rules, and the posts there are."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from query_api.domain.label_rules import LabelRule
from query_api.domain.labels import Label
from query_api.domain.post_labels import PostLabels, PostRef
from query_api.ports.erasing import ErasedAccounts
from query_api.ports.uses import LabelUsers

Limited = Collection[UUID] | None
"""The accounts that count; None is all."""


class NameTaken(Exception):
    """Another label of the kind has the name."""


class Labels(Protocol):
    """Ended ones are kept and given too; what is shown leaves them out."""

    async def add(self, label: Label) -> None:
        """Raises `NameTaken`."""
        ...

    async def replace(self, label: Label) -> bool:
        """Whether the stored one was the revision before; raises `NameTaken`."""
        ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[Label]: ...

    async def unfinished(self) -> Sequence[Label]:
        """Those of all workspaces that have ended, while posts may still have them."""
        ...

    async def finished(self, label: Label) -> None: ...


class PostLabelBook(Protocol):
    """One document per post; each write is atomic and carries its event."""

    async def of_posts(self, workspace_id: UUID, refs: Sequence[PostRef]) -> Mapping[PostRef, PostLabels]: ...

    async def write(self, labels: PostLabels) -> bool:
        """Whether the stored one was the revision before; revision 1 is its first."""
        ...

    async def marked(self, workspace_id: UUID, label_id: UUID, *, limit: int) -> Sequence[PostLabels]:
        """Posts that have the label or are kept from it."""
        ...

    async def count(self, workspace_id: UUID, label_id: UUID, *, within: Limited) -> int: ...

    async def erase(self, workspace_id: UUID, account_id: UUID) -> bool:
        """Let all of the account go; whether nothing is left. Each post's tombstone goes first."""
        ...


class LabelRules(Protocol):
    async def add(self, rule: LabelRule) -> None: ...

    async def replace(self, rule: LabelRule) -> bool: ...

    async def remove(self, rule: LabelRule) -> None: ...

    async def of_workspace(self, workspace_id: UUID) -> Sequence[LabelRule]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Posts a rule is for: of `accounts`, first seen from the rule's `since` on where `new`, behind `after`."""

    rule: LabelRule
    accounts: Sequence[UUID]
    new: bool = False
    after: PostRef | None = None
    limit: int


class Posts(Protocol):
    """The posts in the warehouse. Raises `Unavailable` or `TooMuch`."""

    async def channels(self, workspace_id: UUID, refs: Sequence[PostRef]) -> Mapping[PostRef, str]:
        """Of those that exist their channel."""
        ...

    async def matching(self, wanted: Matching) -> Mapping[PostRef, str]:
        """Posts with their channel, in order."""
        ...

    async def count(self, wanted: Matching) -> int:
        """How many there are, whatever the limit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPorts:
    labels: Labels
    book: PostLabelBook
    rules: LabelRules
    posts: Posts
    erased: ErasedAccounts
    users: tuple[LabelUsers, ...]
    """Whatever else may name a label or plan."""
    new_id: Callable[[], UUID]
